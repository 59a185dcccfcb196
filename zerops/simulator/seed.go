package simulator

import (
	"fmt"
	"time"
)

// seed fills the account.
func (w *world) seed(cfg config) {
	lab, shop := w.seedPeople()
	w.seedShop(shop)
	w.seedLab(lab)
	w.grantProjects(shop)
	w.seedNetwork()
	w.seedBackups()
	for i := range cfg.projects {
		w.seedSmallProject(shop, i+1)
	}
	w.settle()
}

// settle puts everything that was seeded in the order of its times.
func (w *world) settle() {
	w.projects.sortRows(func(p *project) time.Time { return p.created })
	w.versions.sortRows(func(v *version) time.Time { return v.created })
	w.notifications.sortRows(func(n *notification) time.Time { return n.created })
	w.processes.sortRows(func(p *process) time.Time { return p.created })
	w.sequence = 0
	for _, p := range w.processes.all() {
		p.sequence = w.nextSequence()
	}
	w.unindexed = false
	for _, all := range []interface{ reindex() }{
		w.orgs, w.members, w.projects, w.services, w.containers, w.processes, w.versions, w.variables, w.notifications, w.routings, w.portRoutings,
	} {
		all.reindex()
	}
}

// ago runs fill with the clock set back by d, so that what it makes is old.
func (w *world) ago(d time.Duration, fill func()) {
	now := w.now
	w.now = w.born.Add(-d)
	fill()
	w.now = now
}

const day = 24 * time.Hour

// seedPeople makes the organisations, their members and all tokens.
func (w *world) seedPeople() (lab, shop *org) {
	addOrg := func(name, currency string, age time.Duration) *org {
		o := &org{id: w.ids.next(), name: name, currency: currency, created: w.born.Add(-age)}
		w.orgs.put(o.id, o)
		return o
	}
	shop = addOrg("Northwind Trading", "USD", 900*day)
	lab = addOrg("Petra's Lab", "EUR", 400*day)
	invited := addOrg("Contoso Invites", "USD", 30*day)

	owner := w.addUser("petra@example.com", "Petra", "Nováková", false)
	w.addToken(OwnerToken, owner)
	w.addMember(shop, owner, roleOwner, true)
	w.addMember(lab, owner, roleOwner, true)
	w.addMember(invited, owner, roleReadOnly, false).status = "WAITING_AUTHORIZATION"

	admin := w.addUser("marek@example.com", "Marek", "Dvořák", false)
	w.addToken(AdminToken, admin)
	w.addMember(shop, admin, roleAdmin, true)

	reader := w.addUser("ana@example.com", "Ana", "Silva", false)
	w.addToken(ReadOnlyToken, reader)
	w.addMember(shop, reader, roleNone, false)

	developer := w.addUser("tomas@example.com", "Tomáš", "Malý", false)
	w.addToken(DeveloperToken, developer)
	w.addMember(shop, developer, roleNone, false).makeProjects = true

	poor := w.addUser("iveta@example.com", "Iveta", "Krátká", false)
	w.addToken(NoFinanceToken, poor)
	m := w.addMember(shop, poor, roleAdmin, true)
	m.viewFinances, m.editFinances = false, false

	other := w.addUser("oskar@example.com", "Oskar", "Lindgren", false)
	w.addToken(OtherOrgToken, other)
	w.addMember(lab, other, roleOwner, true)

	w.addToken(OrgReadToken, w.addUser("", "Grafana read access", "", true))
	w.addMember(shop, w.principals[OrgReadToken].user, roleReadOnly, false)
	w.addToken(ProjectToken, w.addUser("", "staging agent", "", true))
	w.addMember(shop, w.principals[ProjectToken].user, roleNone, false).makeProjects = true
	w.addToken(SingleProjectToken, w.addUser("", "blog deploys", "", true))
	w.addMember(shop, w.principals[SingleProjectToken].user, roleNone, false)

	// What the logs of the applications give away.
	w.secrets = append(w.secrets, logPassword, logBearer)
	w.addToken(RevokedToken, owner)
	w.principals[RevokedToken].alive = false
	return lab, shop
}

func (w *world) addUser(email, first, last string, integration bool) *user {
	u := &user{id: w.ids.next(), email: email, firstName: first, lastName: last, integration: integration, created: w.born.Add(-200 * day)}
	if email == "" {
		u.email = u.id + "@integration.example.com"
	}
	w.users[u.id] = u
	return u
}

func (w *world) addToken(token string, u *user) {
	w.principals[token] = &principal{token: token, user: u, alive: true}
	w.secrets = append(w.secrets, token)
}

func (w *world) addMember(o *org, u *user, role string, everything bool) *member {
	m := &member{
		id: w.ids.next(), clientID: o.id, userID: u.id, status: "ACTIVE", role: role, created: w.born.Add(-100 * day),
		lastUpdate: w.born.Add(-100 * day), viewFinances: everything, editFinances: everything, makeProjects: everything,
	}
	w.members.put(m.id, m)
	return m
}

// grantProjects gives the members and tokens without access to the organisation
// their single projects.
func (w *world) grantProjects(shop *org) {
	for token, grants := range map[string]map[string]string{
		ReadOnlyToken: {
			"eshop-production": roleReadOnly, "eshop-staging": roleReadOnly, "analytics": roleReadOnly,
			"blog": roleReadOnly, "docs-site": roleReadOnly, "payments": roleReadOnly,
		},
		DeveloperToken:     {"eshop-staging": roleBasic, "eshop-preview-142": roleBasic},
		ProjectToken:       {"eshop-staging": roleAdmin, "eshop-preview-142": roleAdmin},
		SingleProjectToken: {"blog": roleAdmin},
	} {
		u := w.principals[token].user
		for _, m := range w.members.all() {
			if m.userID != u.id || m.clientID != shop.id {
				continue
			}
			for _, p := range w.projects.all() {
				if role, ok := grants[p.name]; ok && p.clientID == shop.id {
					m.grant(p.id, role)
				}
			}
		}
	}
}

// seedSmallProject makes one of the many projects of WithProjects.
func (w *world) seedSmallProject(o *org, number int) {
	w.ago(time.Duration(number)*time.Hour, func() {
		p := w.addProject(o, projectDraft{name: fmt.Sprintf("load-%04d", number), tags: []string{"load"}, ipv4Shared: true})
		w.addSystemServices(p)
		kind, found, _ := w.resolveType("nodejs@22")
		s := w.addService(p, serviceDraft{name: "app", kind: kind, version: found})
		s.status = "READY_TO_DEPLOY"
		w.services.put(s.id, s)
	})
}

// addSystemServices gives a project its core and its balancer.
func (w *world) addSystemServices(p *project) {
	for _, kind := range []string{"core", "l7_http_balancer"} {
		t := w.typeWithID(kind)
		s := &service{
			id: w.ids.next(), innerID: w.ids.next(), projectID: p.id, clientID: p.clientID, name: t.versions[0].name, status: "ACTIVE",
			typ: t, versionID: t.versions[0].id, base: t.versions[0].name, system: true, created: w.now, lastUpdate: w.now,
		}
		w.services.put(s.id, s)
	}
}
