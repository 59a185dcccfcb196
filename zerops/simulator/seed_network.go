package simulator

import (
	"encoding/base64"
	"time"
)

// seedNetwork gives the shop its domains, a public port and a peer of the VPN, and
// the owner a token.
func (w *world) seedNetwork() {
	production, staging := w.projectNamed("eshop-production"), w.projectNamed("eshop-staging")
	checked, until, next := w.born.Add(-time.Hour), w.born.AddDate(0, 0, 61), w.born.Add(10*time.Minute)
	app := w.serviceNamed(production, "app")
	w.seedRouting(app, domain{name: "shop.example.com", dns: "OK", ssl: "ACTIVE", checked: &checked, certificate: &until})
	w.seedRouting(app, domain{
		name: "shop.example.org", dns: "FAILED", ssl: "WAITING_FOR_DNS", checked: &checked, next: &next,
		dnsError: "no A or AAAA record of shop.example.org points to this project",
	})
	w.seedRouting(w.serviceNamed(staging, "app"), domain{name: "www.staging.example.com", dns: "OK", ssl: "ACTIVE", checked: &checked, certificate: &until})

	api := w.serviceNamed(staging, "api")
	opened := &portRouting{
		id: w.ids.next(), clientID: api.clientID, projectID: api.projectID, serviceID: api.id, ip: "IP_V6", protocol: "tcp", policy: "WHITELIST",
		public: 13000, internal: api.ports[0].number, ranges: []string{"2001:db8::/32"}, created: api.created, lastUpdate: api.created, synced: true,
	}
	w.portRoutings.put(opened.id, opened)

	key := base64.StdEncoding.EncodeToString([]byte(SecretMark + "-public-key-00000"))
	staging.vpnPeers = append(staging.vpnPeers, vpnPeer{publicKey: key, number: 2})

	owner := w.principals[OwnerToken].user
	w.userTokens = append(w.userTokens, &userToken{id: w.ids.next(), name: "laptop", userID: owner.id, value: OwnerToken, created: w.born.Add(-90 * day)})
}

// seedRouting serves domains from the first port of a service.
func (w *world) seedRouting(s *service, names ...domain) {
	r := &routing{
		id: w.ids.next(), clientID: s.clientID, projectID: s.projectID, ssl: true, synced: true, domains: names, created: s.created,
		lastUpdate: s.created, locations: []locationEntry{{path: "/", port: s.ports[0].number, serviceID: s.id}},
	}
	w.routings.put(r.id, r)
}
