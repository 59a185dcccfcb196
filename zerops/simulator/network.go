package simulator

import (
	"encoding/base64"
	"slices"
	"strconv"
	"time"
)

const ipv4Time = 8 * time.Second

func networkRoutes() []route {
	return []route{
		{op: "PutProjectPublicIpv4Shared", handle: shareIPv4},
		{op: "PutProjectRequestIpv4", handle: requestIPv4},
		{op: "PutProjectModeUpgrade", handle: upgradeMode},
		{op: "PutProjectRemoteLogging", handle: putRemoteLogging},
		{op: "GetProjectL7httpbalancerConfig", handle: getBalancer},
		{op: "PutProjectL7httpbalancerConfig", handle: putBalancer},
		{op: "GetServiceStackNginxConf", handle: getNginx},
		{op: "PostProjectVpn", handle: addVPN},
		{op: "GetProjectVpn", handle: getVPN},
		{op: "GetProjectVpnList", handle: listVPN},
		{op: "DeleteProjectVpn", handle: removeVPN},
	}
}

func shareIPv4(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	var body struct {
		Enabled bool `json:"enabled"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	p.ipv4Shared, p.lastUpdate = body.Enabled, c.world.now
	c.world.projects.put(p.id, p)
	return c.world.projectView(p), nil
}

// requestIPv4 costs money at once.
func requestIPv4(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.queued(p); err != nil {
		return nil, err
	}
	if p.ipv4 != "" {
		return nil, refuse("publicIpRequestAlreadyAssigned", "Public IPv4 address is already assigned")
	}
	w := c.world
	return w.processView(w.start(job{
		action: "project.requestIpV4", project: p, by: c.actor(), takes: ipv4Time,
		finish: func() {
			p.ipv4, p.lastUpdate = "203.0.113."+strconv.Itoa(30+len(w.projects.order)%200), w.now
			w.projects.put(p.id, p)
		},
	})), nil
}

// upgradeMode makes the core of a project highly available, for money and for good.
func upgradeMode(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	var body struct {
		Mode string `json:"mode"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if p.mode != "LIGHT" || body.Mode != "SERIOUS" {
		return nil, refuse("modeUpgradeNotSupported", "Mode upgrade is not supported")
	}
	w := c.world
	made := w.start(job{
		action: "project.upgradeMode", project: p, by: c.actor(), takes: projectStopTime,
		finish: func() {
			p.mode, p.lastUpdate = "SERIOUS", w.now
			w.projects.put(p.id, p)
		},
	})
	return object{"process": w.processView(made)}, nil
}

func putRemoteLogging(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	w := c.world
	return w.processView(w.start(job{
		action: "project.updateRemoteLogging", project: p, by: c.actor(), takes: reloadTime,
		finish: func() {
			p.logForwarding, p.lastUpdate = "SYSLOG", w.now
			w.projects.put(p.id, p)
		},
	})), nil
}

// balancerDefaults are the settings of the HTTP balancer in their order.
func balancerDefaults() [][2]string {
	return [][2]string{
		{"worker_connections", "4000"},
		{"keepalive_timeout", "30s"},
		{"client_max_body_size", "512m"},
		{"client_header_timeout", "10s"},
		{"send_timeout", "30s"},
	}
}

func getBalancer(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	values := []object{}
	for _, setting := range balancerDefaults() {
		values = append(values, object{"name": setting[0], "current": textOrNull(p.balancer[setting[0]]), "default": setting[1]})
	}
	return object{"values": values}, nil
}

func putBalancer(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	var body struct {
		Values []struct {
			Name  string  `json:"name"`
			Value *string `json:"value"`
		} `json:"values"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	wanted := make(map[string]string)
	for _, setting := range body.Values {
		if !slices.ContainsFunc(balancerDefaults(), func(known [2]string) bool { return known[0] == setting.Name }) {
			return nil, badField("values.name", "unknown setting "+setting.Name)
		}
		if setting.Value != nil {
			wanted[setting.Name] = *setting.Value
		}
	}
	w := c.world
	return w.processView(w.start(job{
		action: "project.updateL7HttpBalancerConfig", project: p, by: c.actor(), takes: reloadTime,
		finish: func() {
			p.balancer = wanted
			w.projects.put(p.id, p)
		},
	})), nil
}

func getNginx(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	if !s.kind().reload {
		return nil, refuse("actionForbiddenForThisStackCategory", "Action is forbidden for this service stack category")
	}
	return object{"defaultSite": "server {\n    listen 80;\n    root /var/www/public;\n    location / {\n        try_files $uri /index.html;\n    }\n}\n"}, nil
}

// vpnPeer is a machine that may enter the network of a project.
type vpnPeer struct {
	publicKey string
	number    int
}

type vpnBody struct {
	PublicKey string `json:"publicKey"`
}

func (c *call) vpnKey() (string, error) {
	var body vpnBody
	if err := c.decode(&body); err != nil {
		return "", err
	}
	raw, err := base64.StdEncoding.DecodeString(body.PublicKey)
	if err != nil || len(raw) != 32 {
		return "", refuse("invalidVpnPublicKey", "VPN public key is invalid")
	}
	return body.PublicKey, nil
}

func vpnProject(p *project) object {
	network := object{"network": "10.100.0.0/16", "gateway": "10.100.0.1"}
	six := object{"network": "fd00::/64", "gateway": "fd00::1"}
	return object{
		"publicKey": base64.StdEncoding.EncodeToString([]byte(derivedID(p.id, p.clientID) + "0123456789")),
		"ipv4":      object{"network": network, "sharedEndpoint": "203.0.113.1:51820", "endpoint": "203.0.113.2:51820"},
		"ipv6":      object{"network": six, "sharedEndpoint": "[2001:db8::1]:51820", "endpoint": "[2001:db8::2]:51820"},
	}
}

func (p vpnPeer) view() object {
	number := strconv.Itoa(p.number)
	setup := "[Interface]\nAddress = 10.100.1." + number + "/32\nPrivateKey = <your private key>\n"
	return object{
		"publicKey": p.publicKey,
		"ipv4":      object{"assignedIpAddress": "10.100.1." + number, "network": object{"network": "10.100.0.0/16", "gateway": "10.100.0.1"}},
		"ipv6":      object{"assignedIpAddress": "fd00::" + number, "network": object{"network": "fd00::/64", "gateway": "fd00::1"}},
		"setup":     setup, "setupLinux": setup, "setupMacOS": setup, "setupWindows": setup,
	}
}

func addVPN(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	key, err := c.vpnKey()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.vpnPeers, func(peer vpnPeer) bool { return peer.publicKey == key })
	if i < 0 {
		i = len(p.vpnPeers)
		p.vpnPeers = append(p.vpnPeers, vpnPeer{publicKey: key, number: i + 2})
	}
	return object{"project": vpnProject(p), "peer": p.vpnPeers[i].view()}, nil
}

func getVPN(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	raw, err := base64.URLEncoding.DecodeString(c.path("base64PublicKey"))
	if err != nil {
		raw, err = base64.StdEncoding.DecodeString(c.path("base64PublicKey"))
	}
	for _, peer := range p.vpnPeers {
		if err == nil && (peer.publicKey == string(raw) || peer.publicKey == c.path("base64PublicKey")) {
			return object{"project": vpnProject(p), "peer": peer.view()}, nil
		}
	}
	return nil, missing("vpnPublicKeyNotFound", "VPN public key")
}

func listVPN(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	peers := []object{}
	for _, peer := range p.vpnPeers {
		peers = append(peers, peer.view())
	}
	return object{"peers": peers, "project": vpnProject(p)}, nil
}

func removeVPN(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	key, err := c.vpnKey()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(p.vpnPeers, func(peer vpnPeer) bool { return peer.publicKey == key }) {
		return nil, missing("vpnPublicKeyNotFound", "VPN public key")
	}
	p.vpnPeers = slices.DeleteFunc(slices.Clone(p.vpnPeers), func(peer vpnPeer) bool { return peer.publicKey == key })
	return success(), nil
}
