package simulator

import (
	"slices"
	"time"
)

// routing connects domains to services.
type routing struct {
	id, clientID, projectID string
	ssl, cdn                bool
	domains                 []domain
	locations               []locationEntry
	created, lastUpdate     time.Time
	synced, deleteOnSync    bool
	published               *routing
}

// domain is one name of a routing and how far it has come.
type domain struct {
	name, dns, ssl     string
	checked, next      *time.Time
	dnsError, sslError string
	certificate        *time.Time
}

// locationEntry sends one path to a port of a service.
type locationEntry struct {
	path, serviceID string
	port            int
	config          object
}

func (r *routing) routesTo(serviceID string) bool {
	return slices.ContainsFunc(r.locations, func(l locationEntry) bool { return l.serviceID == serviceID })
}

// portRouting opens a public port.
type portRouting struct {
	id, clientID, projectID, serviceID string
	ip, protocol, policy               string
	public, internal                   int
	ranges                             []string
	myIP                               bool
	created, lastUpdate                time.Time
	synced, deleteOnSync               bool
	published                          *portRouting
}

func (r *portRouting) view() object {
	return object{
		"id": r.id, "clientId": r.clientID, "projectId": r.projectID, "serviceStackId": r.serviceID, "publicIpType": r.ip,
		"publicPort": r.public, "internalPort": r.internal, "internalProtocol": r.protocol, "firewallPolicy": r.policy,
		"firewallIpRanges": list(r.ranges), "firewallAllowMyIp": r.myIP, "created": stamp(r.created),
		"lastUpdate": stamp(r.lastUpdate), "isSynced": r.synced, "deleteOnSync": r.deleteOnSync,
	}
}

func (w *world) routingView(r *routing) object {
	domains := []object{}
	for _, d := range r.domains {
		domains = append(domains, d.view())
	}
	locations := []object{}
	for _, l := range r.locations {
		info := object{"serviceStackName": "", "serviceStackTypeName": "", "serviceStackTypeVersionName": ""}
		if s, ok := w.services.get(l.serviceID); ok {
			info = object{"serviceStackName": s.name, "serviceStackTypeName": s.kind().name, "serviceStackTypeVersionName": s.base}
		}
		entry := object{"path": l.path, "port": l.port, "serviceStackId": l.serviceID, "serviceStackInfo": info, "config": nil}
		if l.config != nil {
			entry["config"] = l.config
		}
		locations = append(locations, entry)
	}
	return object{
		"id": r.id, "clientId": r.clientID, "projectId": r.projectID, "sslEnabled": r.ssl, "cdnEnabled": r.cdn,
		"domains": domains, "locations": locations, "created": stamp(r.created), "lastUpdate": stamp(r.lastUpdate),
		"isSynced": r.synced, "isEditable": true, "deleteOnSync": r.deleteOnSync,
	}
}

func (d domain) view() object {
	view := object{
		"domainName": d.name, "dnsCheckStatus": d.dns, "sslStatus": d.ssl, "cdnStatus": "DISABLED",
		"nextDnsCheckAt": stampOrNull(d.next), "lastDnsCheckAt": stampOrNull(d.checked), "lastDnsCheckDetail": nil,
		"beingInstalledSslCertificate": nil, "sslCertificateInstallationError": textOrNull(d.sslError), "deployedSslCertificate": nil,
	}
	if d.checked != nil {
		resolved := []string{"203.0.113.10"}
		if d.dnsError != "" {
			resolved = []string{}
		}
		view["lastDnsCheckDetail"] = object{
			"wildcardCnameCheckError": textOrNull(d.dnsError), "resolvedNameServers": []string{"ns1.example.com"},
			"resolvedIpAddresses": resolved, "challenges": []object{},
		}
	}
	if d.certificate != nil {
		view["deployedSslCertificate"] = object{
			"validFrom": stamp(d.certificate.AddDate(0, 0, -90)), "validTill": stamp(*d.certificate),
			"registeredDomain": d.name, "domainList": []string{d.name},
		}
	}
	return view
}
