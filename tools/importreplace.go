package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/zerops"
)

type replaceServicesIn struct {
	inProject
	Yaml    string `json:"yaml" jsonschema:"minLength=1,maxLength=200000"`
	Confirm string `json:"confirm,omitempty"`
	waiting
}

// replaceServices imports over services that exist. Observers disagree on what an
// override leaves of a service (platform facts §4.4), so it counts as losing what
// it may lose.
func (m importer) replaceServices(ctx context.Context, c *call, in replaceServicesIn) (importOut, error) {
	p, err := readImport(in.Yaml)
	if err != nil {
		return importOut{}, err
	}
	if p.project {
		return importOut{}, invalid("yaml", "has a project section, which makes a new project and replaces nothing; use import_yaml, or leave the section out")
	}
	r, err := confirm(ctx, c, func(ctx context.Context) (replacing, *plan, error) { return m.findReplaced(ctx, c, p, in) })
	if err != nil {
		return importOut{}, err
	}
	return c.runImport(ctx, p, r.target, r.text, r.warnings, in.waiting)
}

// replacing is an import over services that exist.
type replacing struct {
	target   importTarget
	text     string
	warnings []yamlIssue
}

// findReplaced finds what an import would replace.
func (m importer) findReplaced(ctx context.Context, c *call, p importPlan, in replaceServicesIn) (replacing, *plan, error) {
	target, err := c.importTarget(ctx, p, in.Project, "")
	if err != nil {
		return replacing{}, nil, err
	}
	c.knowYaml(p, target)
	if err := c.spareFromImport(ctx, target.project.ID, in.Yaml); err != nil {
		return replacing{}, nil, err
	}
	replaced := p.clashes(target.services)
	if len(replaced) == 0 {
		return replacing{}, nil, &failure{
			Code: codeInvalidArguments, Message: fmt.Sprintf("the project %q has none of these services, so there is nothing to replace; nothing was changed", clean(target.project.Name, 80)),
			Hint: "Use import_yaml with the same YAML, without override.", Next: &failureNext{Tool: "import_yaml", Arguments: map[string]any{"project": target.project.ID}},
		}
	}
	text, err := p.withOverride(in.Yaml, replaced)
	if err != nil {
		return replacing{}, nil, err
	}
	if err := c.guardReplaced(target.project, replaced); err != nil {
		return replacing{}, nil, err
	}
	warnings := m.checkImport(ctx, c, p)
	return replacing{target, text, warnings}, c.replacement(ctx, p, target.project, replaced), nil
}

// guardReplaced refuses what no confirmation can allow.
func (c *call) guardReplaced(project zerops.Project, replaced []zerops.Service) error {
	if err := c.protected(project); err != nil {
		return err
	}
	for _, s := range replaced {
		if err := c.spare(s.ID); err != nil {
			return err
		}
		switch {
		case s.Hidden():
			return &failure{Code: codeUnsupported, Message: fmt.Sprintf("%q is a service of the platform itself; nothing was changed", clean(s.Name, 40))}
		case s.Status == "DELETING":
			return &failure{Code: codeConflict, Message: fmt.Sprintf("the service %q is being deleted; nothing was changed", clean(s.Name, 40)), Hint: "Wait until it is gone, then use import_yaml.", Retryable: true}
		}
	}
	return nil
}

// replacement is the plan of what may be lost. Whether an override makes a new
// version depends on the YAML; without one nothing would show that it was done.
func (c *call) replacement(ctx context.Context, p importPlan, project zerops.Project, replaced []zerops.Service) *plan {
	var names []string
	out := &plan{state: []fact{is("the project", project.Name+" ("+project.ID+")")}}
	for _, s := range replaced {
		names = append(names, fmt.Sprintf("%q (%s, %s)", clean(s.Name, 40), clean(s.Type.Version, 40), s.ID))
		out.Targets = append(out.Targets, serviceTarget(s))
		out.state = append(out.state, serviceFacts(s)...)
		i := slices.IndexFunc(p.services, func(e importEntry) bool { return e.hostname == s.Name })
		entry := p.services[i]
		name := clean(s.Name, 40)
		switch {
		case !s.Runtime():
			out.Loses = append(out.Loses, name+": all data stored in it may be lost, and its generated passwords may change")
		case entry.startWithoutCode && s.ActiveVersion != nil:
			out.Loses = append(out.Loses, name+": startWithoutCode puts an EMPTY version over the running deployment "+s.ActiveVersion.ID+" (rollback_service can bring it back)")
		case s.ActiveVersion != nil:
			out.Loses = append(out.Loses, name+": the running deployment "+s.ActiveVersion.ID+" and the files in its containers")
		}
		variables, err := c.readEnv(ctx, envStore{project: project, service: &s})
		var set []string
		for _, v := range variables {
			if v.owner == zerops.OwnerUser {
				set = append(set, clean(v.Key, 60))
			}
		}
		switch {
		case err != nil:
			out.Loses = append(out.Loses, name+": variables set by hand may be lost; which ones could not be read ("+c.reason(ctx, err)+")")
		case len(set) > 0:
			out.Loses = append(out.Loses, fmt.Sprintf("%s: %d variables set by hand may be lost: %s", name, len(set), strings.Join(set[:min(len(set), 20)], ", ")))
		}
		if !entry.fromGit && !entry.startWithoutCode {
			out.repeats = true
		}
	}
	out.Summary = fmt.Sprintf("Replace %d service(s) of the project %q (%s): %s.", len(replaced), clean(project.Name, 80), project.ID, strings.Join(names, ", "))
	if added := len(p.services) - len(replaced); added > 0 {
		out.Changes = append(out.Changes, fmt.Sprintf("%d new service(s) are created as well", added))
	}
	return out
}

// withOverride returns the text with override: true for every service that is
// replaced. The line is put below the hostname, so that the rest of the text,
// comments and expressions included, reaches the platform as it was written.
func (p importPlan) withOverride(text string, replaced []zerops.Service) (string, error) {
	lines := strings.SplitAfter(text, "\n")
	insert := map[int]string{} // by the line it follows
	for _, entry := range p.services {
		taken := slices.ContainsFunc(replaced, func(s zerops.Service) bool { return s.Name == entry.hostname })
		switch {
		case !taken && entry.override:
			return "", invalid("yaml", "line %d: override is set for %q, which does not exist; leave it out", p.doc.line(entry.path), entry.hostname)
		case !taken || entry.override:
			continue
		case entry.overrideWritten:
			return "", invalid("yaml", "line %d: the service %q exists and its override is not true; set it to true, or leave the service out", p.doc.line(entry.path), entry.hostname)
		}
		key, value := p.doc.place(append(slices.Clone(entry.path), "hostname"))
		_, mapping := p.doc.place(entry.path)
		if mapping.Kind != yaml.MappingNode || mapping.Style&yaml.FlowStyle != 0 || key.Line != value.Line || key.Line > len(lines) {
			return "", invalid("yaml", "line %d: the service %q exists; add override: true to it", p.doc.line(entry.path), entry.hostname)
		}
		insert[key.Line] = strings.Repeat(" ", key.Column-1) + "override: true\n"
	}
	var b strings.Builder
	for i, line := range lines {
		b.WriteString(line)
		if added, ok := insert[i+1]; ok {
			if !strings.HasSuffix(line, "\n") {
				b.WriteByte('\n')
			}
			b.WriteString(added)
		}
	}
	return p.verified(b.String(), replaced)
}

// verified reads the changed text again and makes sure that it says what was
// meant, and nothing else.
func (p importPlan) verified(text string, replaced []zerops.Service) (string, error) {
	again, err := readImport(text)
	same := err == nil && len(again.overrides()) == len(replaced) && slices.EqualFunc(again.services, p.services, func(a, b importEntry) bool {
		return a.hostname == b.hostname && a.typ == b.typ
	})
	if same {
		return text, nil
	}
	return "", invalid("yaml", "override: true could not be added to the services that exist; add it yourself")
}
