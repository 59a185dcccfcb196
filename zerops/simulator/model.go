package simulator

import "time"

// org is an organisation, "client" in the API's words.
type org struct {
	id, name string
	created  time.Time
	currency string
}

// user is a person or an integration token, which the API shapes like a person.
type user struct {
	id, email, firstName, lastName string
	integration                    bool
	created                        time.Time
}

func (u *user) fullName() string {
	if u.lastName == "" {
		return u.firstName
	}
	return u.firstName + " " + u.lastName
}

// member connects a user to an organisation.
type member struct {
	id, clientID, userID, status, role       string
	viewFinances, editFinances, makeProjects bool
	// projects are the role overrides per project id.
	projects map[string]string
	created  time.Time
	// token is set for integration tokens that were made by a call.
	createdBy  string
	lastUpdate time.Time
}

// principal is what a token stands for.
type principal struct {
	token string
	user  *user
	// alive is false for a revoked token.
	alive bool
}

// project is a project.
type project struct {
	id, clientID, name, mode, description, status string
	tags                                          []string
	created, lastUpdate                           time.Time
	recipeSource, recipeURL                       string
	ipv4, ipv6                                    string
	ipv4Shared                                    bool
	zone, subdomainHost                           string
	logForwarding                                 string
	creditLimit                                   *float64
	balancer                                      map[string]string
	vpnPeers                                      []vpnPeer
}

// port is a port of a service as zerops.yaml or the service type asks for it.
type port struct {
	number           int
	protocol, scheme string
	description      string
	http             bool
}

// service is a service stack.
type service struct {
	id, projectID, clientID, name, status string
	typ                                   *serviceType
	versionID                             string
	base, versionNumber, mode             string
	system                                bool
	profile                               string
	custom                                scaling
	created, lastUpdate                   time.Time
	ports                                 []port
	subdomain                             bool
	subdomainShown                        bool
	portsOpenAt, startedAt                time.Time
	activeVersion                         string
	mounts                                []mount
	github, gitlab                        *repository
	buildStack, prepareStack              string
	cacheSnapshot                         string
	cdn                                   bool
	objectGB                              float64
	objectPolicy                          string
	objectRawPolicy                       string
	debugBuild, debugPrepare              string
	backupPeriod                          string
	retention                             object
	cpuModeChanged                        time.Time
	recipeSource                          string
	startOnProjectStart                   bool
	innerID                               string
	envIsolation                          string
	syncing                               int
	scenario                              string
	hostileLog                            bool
	profileOverrides                      object
	coreID                                string
}

// mount is a shared storage that a runtime can reach.
type mount struct {
	storageID, status string
}

// repository is the connection of a runtime to a Git host.
type repository struct {
	fullName, eventType, branch, tagRegex, setup, userID string
	active                                               bool
	authorizationRequired                                bool
}

// container is one running copy of a service.
type container struct {
	id, serviceID, projectID, clientID, innerID string
	number                                      int
	name, hostname, status                      string
	cpu, memoryMB, diskGB                       int
	created, lastUpdate                         time.Time
}

// actor is who started something.
type actor struct {
	kind, id, email, firstName, fullName string
}

// variable is one entry of a variable store: of a project where serviceID is empty,
// else of a service.
type variable struct {
	id, clientID, projectID, serviceID string
	key, content                       string
	system, sensitive, editable        bool
	// baked marks a variable that zerops.yaml of the active version owns.
	baked               bool
	created, lastUpdate time.Time
}

// notification tells the members of a project how an action ended.
type notification struct {
	id, clientID, projectID, serviceID, kind string
	processID                                string
	action                                   string
	started                                  *time.Time
	actionCreated                            time.Time
	finished                                 *time.Time
	problem                                  *problem
	versionID                                string
	acknowledged                             bool
	created                                  time.Time
	by                                       actor
}

// problem is why a process failed.
type problem struct {
	code, message string
}
