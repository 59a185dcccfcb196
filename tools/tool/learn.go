package tool

import (
	"context"
	"sync"
)

// lessons are the projects whose variables a call has made known to its redactor.
type lessons struct {
	mu    sync.Mutex
	began map[string]*lesson
}

// lesson is what a call has learned of a project once done is closed.
type lesson struct {
	done    chan struct{}
	names   map[string]bool
	problem string
}

// Learn makes the variables of a project known to the redactor, once in a call: words of
// the platform, and what its applications print, may quote any of them. What cannot
// be read stays unknown, since a log is most wanted when things fail; then it returns
// words for the answer.
func (c *Call) Learn(ctx context.Context, projectID string) (problem string) {
	return c.learn(ctx, projectID).problem
}

// Refers reports a name that a variable of the project has as references write it:
// KEY for its own, HOSTNAME_KEY for those of its services.
func (c *Call) Refers(ctx context.Context, projectID, name string) bool {
	return c.learn(ctx, projectID).names[name]
}

func (c *Call) learn(ctx context.Context, projectID string) *lesson {
	if projectID == "" || c.Runner.guard.Learn == nil {
		return &lesson{}
	}
	c.lessons.mu.Lock()
	l, began := c.lessons.began[projectID]
	if !began {
		l = &lesson{done: make(chan struct{})}
		if c.lessons.began == nil {
			c.lessons.began = map[string]*lesson{}
		}
		c.lessons.began[projectID] = l
	}
	c.lessons.mu.Unlock()
	if began {
		<-l.done // whoever learns ends with the call
		return l
	}
	defer close(l.done)
	if c.InScope(ctx, projectID) != nil {
		return l // nothing of it will be shown
	}
	var err error
	if l.names, err = c.Runner.guard.Learn(ctx, c, projectID); err != nil {
		l.problem = "some variables could not be read, so their values are only hidden where they look like secrets: " + c.Reason(ctx, err)
	}
	return l
}

// heard takes secrets out of words of the platform about a project, as they arrive and
// before anybody shortens, searches or shows them.
func (c *Call) heard(ctx context.Context, projectID, words string) string {
	if len(words) >= shortestSecret {
		c.Learn(ctx, projectID)
	}
	return c.Redactor.Hidden(CleanText(words))
}
