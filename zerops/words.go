package zerops

import (
	"context"
	"encoding/json"
	"reflect"
)

// Hearing returns the view of the same caller that passes all words of the platform
// about a project through hear as they arrive: reasons of failures and log lines. They
// may quote values of any variable of the project.
func (c *Client) Hearing(hear func(ctx context.Context, projectID, words string) string) *Client {
	heard := *c
	heard.hear = hear
	return &heard
}

// Hear passes the words in processes that were decoded elsewhere through what
// [Client.Hearing] was given.
func (c *Client) Hear(ctx context.Context, processes []Process) {
	for i := range processes {
		c.heard(ctx, &processes[i])
	}
}

// quoting is an answer with words of the platform in it. words calls visit for each,
// with the id of the project that they are about.
type quoting interface {
	words(visit func(projectID string, words *string))
}

// heard passes the words of an answer on.
func (c *Client) heard(ctx context.Context, answer any) {
	if c.hear == nil {
		return
	}
	pass := func(q quoting) {
		q.words(func(projectID string, words *string) {
			if *words != "" {
				*words = c.hear(ctx, projectID, *words)
			}
		})
	}
	switch answer := answer.(type) {
	case anyPage:
		wordsOfPage(answer, pass)
	case quoting:
		pass(answer)
	}
}

// hearing is heard for the lines of a log.
func (c *Client) hearing(ctx context.Context, grant *LogGrant, see func(LogLine)) func(LogLine) {
	if c.hear == nil {
		return see
	}
	return func(line LogLine) {
		line.Message = c.hear(ctx, grant.projectID, line.Message)
		see(line)
	}
}

func (r *Reason) words(projectID string, visit func(string, *string)) {
	if r != nil {
		visit(projectID, &r.Message)
	}
}

func (p *Process) words(visit func(string, *string)) {
	project := p.ProjectID
	if project == "" && p.Project != nil {
		project = p.Project.ID
	}
	p.Failure.words(project, visit)
	var reason string
	if raw, ok := p.PublicMeta[failReason]; ok && json.Unmarshal(raw, &reason) == nil {
		visit(project, &reason)
		delete(p.PublicMeta, failReason)
		if heard, err := json.Marshal(reason); err == nil {
			p.PublicMeta[failReason] = heard
		}
	}
	if p.Version != nil {
		p.Version.wordsAbout(project, visit)
	}
}

// Words calls visit for the words of the platform in a deployment, for whoever knows of
// more secrets than when they arrived.
func (d *Deployment) Words(visit func(words *string)) {
	all := func(_ string, words *string) { visit(words) }
	d.Version.words(all)
	if d.Process != nil {
		d.Process.words(all)
	}
}

func (v *AppVersion) words(visit func(string, *string)) { v.wordsAbout(v.ProjectID, visit) }

func (v *AppVersion) wordsAbout(projectID string, visit func(string, *string)) {
	if v.Prepare != nil {
		visit(projectID, &v.Prepare.Reason)
	}
}

func (n *Notification) words(visit func(string, *string)) {
	project := n.ProjectID
	if project == "" && n.Project != nil {
		project = n.Project.ID
	}
	n.Failure.words(project, visit)
}

func (r *ImportResult) words(visit func(string, *string)) {
	for i := range r.Services {
		r.Services[i].Failure.words(r.ProjectID, visit)
		for j := range r.Services[i].Processes {
			r.Services[i].Processes[j].words(visit)
		}
	}
}

// wordsOfPage passes on what the items of a page say. A method of page would be repeated
// in the binary for every type.
func wordsOfPage(p anyPage, pass func(quoting)) {
	items := reflect.ValueOf(p).Elem().Field(0) // Items
	for i := range items.Len() {
		q, ok := reflect.TypeAssert[quoting](items.Index(i).Addr())
		if !ok {
			return
		}
		pass(q)
	}
}
