package simulator

import "time"

// Sizes and times of a Simulator without options.
const (
	defaultPace      = 0.01
	defaultIndexLag  = time.Second
	defaultPageSize  = 100
	defaultPageLimit = 1000 // (platform §10.3)
	defaultLogLines  = 600
)

type config struct {
	clock       func() time.Time
	pace        float64
	stepByPoll  bool
	indexLag    time.Duration
	projects    int
	pageLimit   int
	guide       GuideShape
	logLines    int
	requestsMax int
	tellsYaml   bool
}

func defaultConfig() config {
	return config{
		clock:       time.Now,
		pace:        defaultPace,
		indexLag:    defaultIndexLag,
		pageLimit:   defaultPageLimit,
		logLines:    defaultLogLines,
		requestsMax: 4_000,
	}
}

// Option changes a Simulator at its making.
type Option func(*config)

// WithClock replaces the clock. Every time of the account, the progress of
// processes and the lag of the search index follow it.
func WithClock(now func() time.Time) Option {
	return func(c *config) { c.clock = now }
}

// WithPace sets how long work takes in proportion to the platform: 1 is a restart
// of 15 s and a build of two minutes, 0.01 (where not given) a hundredth of it, 0
// means that everything is done by the next request.
func WithPace(factor float64) Option {
	return func(c *config) { c.pace = max(factor, 0) }
}

// WithStepByPoll makes processes stand still until somebody looks: each
// GET /process/{id}, and each GET /app-version/{id} of a version in work, moves the
// process on by one state. The clock then moves no process at all.
func WithStepByPoll() Option {
	return func(c *config) { c.stepByPoll = true }
}

// WithIndexLag sets how long the search index trails the writes: a second where
// not given, 0 for an index that is always up to date.
func WithIndexLag(lag time.Duration) Option {
	return func(c *config) { c.indexLag = lag }
}

// WithProjects adds n small projects to the first organisation, so that lists do
// not fit on one page.
func WithProjects(n int) Option {
	return func(c *config) { c.projects = n }
}

// WithPageLimit caps the number of rows of one page at n, 1000 where not given. A
// larger limit in a request is cut to it without a word.
func WithPageLimit(n int) Option {
	return func(c *config) { c.pageLimit = max(n, 1) }
}

// WithLogLines sets how many runtime log lines each running service has, 600 where
// not given. Lines are computed when read, so large numbers cost no memory.
func WithLogLines(n int) Option {
	return func(c *config) { c.logLines = max(n, 0) }
}

// WithYamlInVersions makes an older platform, on which a version tells the text of its
// zerops.yaml under the key ZEROPS_YAML. Newer ones have it in the archive of the code
// only (platform §10.1).
func WithYamlInVersions() Option {
	return func(c *config) { c.tellsYaml = true }
}

// GuideShape is the form of the answer to GET /project.
type GuideShape int

// The forms of a project list that WithPublicGuideOnly can answer.
const (
	guideOff GuideShape = iota
	// GuideArray is a bare JSON array.
	GuideArray
	// GuideItems is {"items": […]}.
	GuideItems
	// GuideList is {"list": […]}.
	GuideList
	// GuideProjects is {"projects": […]}.
	GuideProjects
)

// WithPublicGuideOnly makes an address that knows only what the vendor's
// authentication guide shows: GET /project answers the projects in the given shape,
// while user/info, the lists of organisations and the searches are unknown routes.
// Objects by id and everything below a project work as ever.
func WithPublicGuideOnly(shape GuideShape) Option {
	return func(c *config) { c.guide = shape }
}
