package tool

import (
	"context"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// A process that keeps its own key remembers which confirmations were used. Another
// with the same key – a replica, the same server after a restart, the next run of
// the command line – does not, so there a confirmation also carries a value that the
// action changes and that never comes back: the newest process of its target. What
// an action returns its target to by itself (stopped, started again) would fit once
// more otherwise.

// forgets reports that a confirmation may be redeemed by a process that has not seen
// its first use.
func (s *Runner) forgets() bool { return s.cfg.Stateless || s.shared }

// onlyOnce refuses a question whose yes could be used again by a process that has not
// seen its first use, because nothing of what it is about shows that it was used.
func onlyOnce(c *Call, p Plan) error {
	if !p.Repeats || !c.Runner.forgets() {
		return nil
	}
	return &Failure{
		Code: request.CodeUnsupported, Message: "this cannot be confirmed by a second call here: nothing shows afterwards that the yes was used, and another process with the same key (a replica, a restart, the next call) would take it again" + NothingChanged,
		Hint: "Do it in the Zerops GUI, through a server that keeps its own key and its state, or, where the risk is accepted, with --confirm never.",
	}
}

// newestProcess is the process that began last on the service or the project of a
// call, as a fact of its plan.
func (c *Call) newestProcess(ctx context.Context) ([]Fact, error) {
	newest := "none"
	one := zerops.ListOptions{Limit: 1}
	processes := c.API.ProjectProcesses(ctx, c.ProjectID, one)
	switch {
	case c.ServiceID != "":
		processes = c.API.ServiceProcesses(ctx, c.ServiceID, one)
	case c.ProjectID == "":
		return nil, nil
	}
	for p, err := range processes {
		if err != nil {
			return nil, err
		}
		newest = p.ID
		break
	}
	return []Fact{Is("the newest process there", newest)}, nil
}
