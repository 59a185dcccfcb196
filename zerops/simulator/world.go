package simulator

import (
	"time"
)

// world is everything that the account consists of. It has no lock of its own: one
// request at a time may look at it.
type world struct {
	now  time.Time
	born time.Time
	// bornFirst is the time of New, to which the log is tied.
	bornFirst time.Time
	planted   map[string][]LogLine
	pace      float64
	byPoll    bool
	indexLag  time.Duration
	logLines  int
	seeding   bool
	unindexed bool // until the account is whole, when settle indexes all of it
	ids       *idSource
	events    []*event
	sequence  int

	types      []*serviceType
	principals map[string]*principal
	users      map[string]*user

	orgs          *table[org]
	members       *table[member]
	projects      *table[project]
	services      *table[service]
	containers    *table[container]
	processes     *table[process]
	versions      *table[version]
	variables     *table[variable]
	notifications *table[notification]
	routings      *table[routing]
	portRoutings  *table[portRouting]

	backups    map[string][]*backup
	grants     map[string]*grant
	uploads    map[string]string
	downloads  map[string]permit
	coded      []string // versions whose archive is kept, oldest first
	tellsYaml  bool
	userTokens []*userToken
	secrets    []string
	plans      []*failurePlan
	held       []string
	origin     string
}

func newWorld(cfg config) *world {
	now := cfg.clock()
	w := &world{
		now:        now,
		born:       now,
		bornFirst:  now,
		planted:    make(map[string][]LogLine),
		pace:       cfg.pace,
		byPoll:     cfg.stepByPoll,
		indexLag:   cfg.indexLag,
		logLines:   cfg.logLines,
		ids:        newIDSource(),
		types:      serviceTypes(),
		principals: make(map[string]*principal),
		users:      make(map[string]*user),
		backups:    make(map[string][]*backup),
		grants:     make(map[string]*grant),
		uploads:    make(map[string]string),
		downloads:  make(map[string]permit),
		tellsYaml:  cfg.tellsYaml,
	}
	w.orgs = newTable[org](w)
	w.members = newTable[member](w)
	w.projects = newTable[project](w)
	w.services = newTable[service](w)
	w.containers = newTable[container](w)
	w.processes = newTable[process](w)
	w.versions = newTable[version](w)
	w.variables = newTable[variable](w)
	w.notifications = newTable[notification](w)
	w.routings = newTable[routing](w)
	w.portRoutings = newTable[portRouting](w)
	w.seeding, w.unindexed = true, true
	w.seed(cfg)
	w.seeding = false
	return w
}

// maxSecrets bounds what Secrets remembers.
const maxSecrets = 20_000

// scaled turns a duration of the platform into one of this account.
func (w *world) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) * w.pace)
}

// secret makes a secret value and remembers it for Secrets.
func (w *world) secret(kind string) string {
	value := w.ids.secret(kind)
	if len(w.secrets) >= maxSecrets {
		w.secrets = append([]string(nil), w.secrets[maxSecrets/2:]...)
	}
	w.secrets = append(w.secrets, value)
	return value
}

// nextSequence numbers processes.
func (w *world) nextSequence() int {
	w.sequence++
	return w.sequence
}

// stamp writes a time as the API does.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// stampOrNull writes a time that may be absent.
func stampOrNull(t *time.Time) any {
	if t == nil || t.IsZero() {
		return nil
	}
	return stamp(*t)
}

// textOrNull writes a text that may be absent.
func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// list writes a slice as an array, never as null.
func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}

// object is a JSON object as it goes over the wire.
type object map[string]any
