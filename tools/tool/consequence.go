package tool

import (
	"context"
	"fmt"
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// answer is what becomes of a call before it is sent.
type answer uint8

// Answers, from the lightest.
const (
	notAsked answer = iota
	asked
	blocked
)

// String is the answer as the documentation has it.
func (a answer) String() string { return [...]string{"not asked", "asked", "blocked"}[a] }

// consequenceRow says what becomes of calls that do one thing.
type consequenceRow struct {
	does zerops.Consequence
	// words say it to people.
	words string
	// elsewhere and inProtected are the answers in any project and in one that the
	// tag protects.
	elsewhere, inProtected answer
}

// consequences is the one table of what is asked and what is blocked. A call that
// does several things gets the gravest answer among its rows; one that does nothing
// of it goes ahead.
func consequences() [10]consequenceRow {
	return [...]consequenceRow{
		{zerops.Deletes, "deletes for good, a route or one of its domains too", asked, blocked},
		{zerops.Replaces, "replaces what cannot be had back: a service by an import, code by an empty version, sets that lose entries, fewer backups", asked, blocked},
		{zerops.Stops, "stops a service or a project, takes a storage away", asked, blocked},
		{zerops.Unpublishes, "takes a public address, a port or an IPv4 off", asked, asked},
		{zerops.Costs, "costs at once: a dedicated IPv4, a SERIOUS core, an add-on, credit", asked, asked},
		{zerops.Grants, "lets in or sends out: rights of people and tokens, a port open to everybody, code that others push, targets of logs and metrics", asked, asked},
		{zerops.TurnsBack, "rolls back, cancels", asked, asked},
		{zerops.Publishes, "puts a service on a zerops.app address, a domain, a port with an allow-list", notAsked, asked},
		{zerops.Changes, "deploys, sets variables, scales, starts, restarts, mounts, creates and everything else that changes something", notAsked, asked},
		{zerops.Copies, "makes a backup, has the DNS of a domain checked again", notAsked, notAsked},
	}
}

// ConsequenceTable is the table as the documentation has it, in Markdown.
func ConsequenceTable() string {
	var b strings.Builder
	b.WriteString("| what this call does | elsewhere | project tagged `protected` |\n|---|---|---|\n")
	for _, row := range consequences() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", row.words, row.elsewhere, row.inProtected)
	}
	return b.String()
}

// answerTo looks up what becomes of a call that does something.
func answerTo(does zerops.Consequence, inProtected bool) answer {
	gravest := notAsked
	for _, row := range consequences() {
		switch {
		case !does.Has(row.does):
		case inProtected:
			gravest = max(gravest, row.inProtected)
		default:
			gravest = max(gravest, row.elsewhere)
		}
	}
	return gravest
}

// judge looks a plan up in the table, for the projects that it is carried out in. An
// error is a refusal that no yes lifts. What the plan does not say counts as the most
// that the tool can do.
func (c *Call) judge(ctx context.Context, p *Plan) (answer, error) {
	if p.Does == 0 {
		p.Does = c.Tool.Can
	}
	if err := c.Spare(c.ServiceID); err != nil {
		return blocked, err
	}
	ids := p.In
	if len(ids) == 0 && c.ProjectID != "" {
		ids = []string{c.ProjectID}
	}
	elsewhere, inProtected := answerTo(p.Does, false), answerTo(p.Does, true)
	if elsewhere == notAsked && inProtected == notAsked {
		return notAsked, nil
	}
	var guarded []string
	for _, id := range ids {
		project, err := c.API.Project(ctx, id)
		if err != nil {
			return blocked, err
		}
		if !strings.Contains(p.Summary, project.ID) { // names are many a project's
			p.Summary += fmt.Sprintf(" It is in the project %q (%s).", Clean(project.Name, 80), project.ID)
		}
		why := c.protection(project)
		switch {
		case why != nil && inProtected == blocked:
			return blocked, why
		case why != nil:
			guarded = append(guarded, project.Name+" ("+project.ID+")")
		}
	}
	p.State = append(p.State, Is("the protected projects", guarded...))
	if len(guarded) > 0 {
		return inProtected, nil
	}
	return elsewhere, nil
}

// vet is the last look at a request before it is sent. Nothing that is asked about
// leaves in a call that has not gone through [Confirm], or with consequences that are
// graver than those it was let through for, whatever a handler does.
func (c *Call) vet(r zerops.Call) error {
	if r.Operation.Safe() {
		return nil
	}
	does := r.Operation.Can()
	if c.Runner.guard.Shown != nil {
		does = c.Runner.guard.Shown(r)
	}
	for _, inProtected := range []bool{false, true} {
		cleared := notAsked
		if c.cleared != nil {
			cleared = answerTo(*c.cleared, inProtected)
		}
		if c.Tool.Can == 0 || answerTo(does, inProtected) > cleared {
			return &Failure{
				Code: request.CodeInternal, Operation: r.Operation.String(), Message: fmt.Sprintf("%s was about to be sent, which does more than this call was let through for (%v); nothing was sent", r.Operation, does),
				Hint: "This is a defect of zerops-mcp.",
			}
		}
	}
	return nil
}

// Protects reports whether the project is one that the tag protects. What it means
// for a call is decided by [Confirm].
func (c *Call) Protects(project zerops.Project) bool { return c.protection(project) != nil }

// protectAll is the ProtectTag under which every project is protected.
const protectAll = "*"

// protection is the refusal to destroy anything in a project with the protecting
// tag, nil where it has none.
func (c *Call) protection(project zerops.Project) *Failure {
	if c.Runner.cfg.ProtectTag == protectAll {
		return &Failure{
			Code:    request.CodeBlocked,
			Message: fmt.Sprintf("this server protects every project from destruction, and so %q (%s); nothing was changed", Clean(project.Name, 80), project.ID),
			Hint:    "The operator can name a tag with --protect-tag.",
		}
	}
	for _, tag := range project.Tags {
		if strings.EqualFold(tag, c.Runner.cfg.ProtectTag) {
			return &Failure{
				Code:    request.CodeBlocked,
				Message: fmt.Sprintf("the project %q (%s) has the tag %q, which protects it from destruction; nothing was changed", Clean(project.Name, 80), project.ID, Clean(tag, 40)),
				Hint:    "A person can remove the tag in the Zerops GUI (project → settings → tags).",
			}
		}
	}
	return nil
}
