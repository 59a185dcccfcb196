package projects

import (
	"context"
	"fmt"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type updateProjectIn struct {
	tool.InProject
	Name        string    `json:"name,omitempty" jsonschema:"maxLength=200"`
	Description *string   `json:"description,omitempty"`
	Tags        *[]string `json:"tags,omitempty"`
	Confirm     string    `json:"confirm,omitempty"`
}

func updateProject(ctx context.Context, c *tool.Call, in *updateProjectIn) (*projectChangeOut, error) {
	type reading struct {
		project zerops.Project
		update  zerops.ProjectUpdate
	}
	r, err := tool.Confirm(ctx, c, func(ctx context.Context) (reading, *tool.Plan, error) {
		p, err := c.Project(ctx, in.Project)
		if err != nil {
			return reading{}, nil, err
		}
		r := reading{p, in.applied(p)}
		if err := c.KeepsProtection(p.Tags, r.update.Tags); err != nil {
			return r, nil, err
		}
		plan := updatePlan(p, r.update)
		if len(plan.Changes) == 0 {
			return r, nil, tool.Idle(unchangedProject(p, ""))
		}
		return r, plan, nil
	})
	if err != nil {
		return nil, err
	}
	p := r.project
	if _, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Project, error) { return c.API.UpdateProject(ctx, p.ID, r.update) }); err != nil {
		return nil, err
	}
	now, err := c.API.Project(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	view := viewProject(now, now.OrganizationID)
	out := projectChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusDone}, Project: &view}
	if p.MaxCreditLimit == nil {
		// The record is replaced as a whole, and not every answer tells this part of it.
		out.Message = "the API does not tell the project's credit limit; if one was set, check it in the Zerops GUI"
	}
	return &out, nil
}

// applied is the record of a project with what the call changes in it.
func (in *updateProjectIn) applied(p zerops.Project) zerops.ProjectUpdate {
	update := p.Update()
	if in.Name != "" {
		update.Name = in.Name
	}
	if in.Description != nil {
		update.Description = *in.Description
	}
	if in.Tags != nil {
		update.Tags = append([]string{}, *in.Tags...)
	}
	return update
}

// updatePlan says what of a project changes. What it was is part of its state.
func updatePlan(p zerops.Project, to zerops.ProjectUpdate) *tool.Plan {
	plan := &tool.Plan{
		Summary: fmt.Sprintf("Change the project %q (%s).", tool.Clean(p.Name, 80), p.ID),
		Targets: []tool.PlanTarget{{Kind: "project", ID: p.ID, Name: tool.Clean(p.Name, 80), Status: p.Status}},
		Does:    zerops.Changes, Repeats: true,
		State: []tool.Fact{tool.Is("the project", p.ID), tool.Is("its name", p.Name), tool.Is("its description", p.Description), tool.Is("its tags", p.Tags...)},
	}
	for _, field := range [...]struct{ name, was, is string }{
		{"name", p.Name, to.Name}, {"description", p.Description, to.Description}, {"tags", strings.Join(p.Tags, ", "), strings.Join(to.Tags, ", ")},
	} {
		if field.was != field.is {
			plan.Changes = append(plan.Changes, fmt.Sprintf("%s: %q → %q", field.name, tool.Clean(field.was, 200), tool.Clean(field.is, 200)))
		}
	}
	return plan
}
