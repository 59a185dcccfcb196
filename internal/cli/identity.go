package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"zerops-mcp/tools"
)

// identity is what doctor uses of whoami's answer.
type identity struct {
	Kind          string `json:"kind"`
	Name          string `json:"name"`
	Email         string `json:"email"`
	Reach         string `json:"reach"`
	Organizations []struct {
		ID                string `json:"id"`
		Name              string `json:"name"`
		Role              string `json:"role"`
		Status            string `json:"status"`
		CanViewFinances   bool   `json:"can_view_finances"`
		CanCreateProjects bool   `json:"can_create_projects"`
	} `json:"organizations"`
	Projects []struct {
		Name string `json:"name"`
	} `json:"projects"`
}

// identityFindings tells whose token it is, and for each organisation the role
// and how many projects it opens.
func identityFindings(ctx context.Context, server *tools.Server) []finding {
	var who identity
	if problem := ask(ctx, server, "whoami", nil, &who); problem != nil {
		return []finding{*problem}
	}
	kind := "user " + who.Name
	if who.Kind == "integration_token" {
		kind = "integration token " + who.Name
	}
	if who.Email != "" {
		kind += " (" + who.Email + ")"
	}
	findings := []finding{{Check: "identity", Status: "ok", Found: kind}}
	for _, org := range who.Organizations {
		f := finding{Check: "organisation", Status: "ok", Found: org.Name + ": " + org.Role}
		if org.Status != "ACTIVE" {
			f.Status = "note"
			f.Found += ", " + org.Status
			f.Fix = "accept the invitation in the Zerops GUI to reach its projects"
			findings = append(findings, f)
			continue
		}
		var rights []string
		if org.CanCreateProjects {
			rights = append(rights, "may create projects")
		}
		if org.CanViewFinances {
			rights = append(rights, "sees costs")
		}
		if len(rights) > 0 {
			f.Found += " (" + strings.Join(rights, ", ") + ")"
		}
		f.Found += ", " + reach(ctx, server, org.ID, &f)
		findings = append(findings, f)
	}
	if who.Reach == "none" {
		findings = append(findings, finding{
			Check: "reach", Status: "error", Found: "the token opens no project and no organisation",
			Fix: "ask an owner or admin for a role, or give the integration token a project in the Zerops GUI",
		})
	}
	return findings
}

// reach counts the projects that the token opens in an organisation.
func reach(ctx context.Context, server *tools.Server, org string, f *finding) string {
	count := 0
	args := map[string]any{"org": org, "limit": 100}
	for range 20 {
		var projects struct {
			Items []json.RawMessage `json:"items"`
			Total *int              `json:"total"`
			Next  string            `json:"next_cursor"`
		}
		if problem := ask(ctx, server, "list_projects", args, &projects); problem != nil {
			f.Status, f.Fix = "error", problem.Fix
			return problem.Found
		}
		if projects.Total != nil {
			return plural(*projects.Total)
		}
		count += len(projects.Items)
		if projects.Next == "" {
			return plural(count)
		}
		args["cursor"] = projects.Next
	}
	return fmt.Sprintf("more than %d projects", count)
}

func plural(projects int) string {
	if projects == 1 {
		return "1 project"
	}
	return fmt.Sprintf("%d projects", projects)
}

// ask runs a tool and decodes its answer, or returns what went wrong in the
// tool's words.
func ask(ctx context.Context, server *tools.Server, tool string, args map[string]any, into any) *finding {
	raw, err := json.Marshal(args)
	if args == nil {
		raw = []byte("{}")
	}
	if err == nil {
		result, callErr := server.Call(ctx, tool, raw)
		err = callErr
		if err == nil && result.IsError {
			var o outcome
			_ = json.Unmarshal(resultJSON(result), &o)
			return &finding{Check: "identity", Status: "error", Found: o.Error.Message, Fix: o.Error.Hint}
		}
		if err == nil {
			err = json.Unmarshal(resultJSON(result), into)
		}
	}
	if err != nil {
		return &finding{Check: "identity", Status: "error", Found: fmt.Sprintf("%s: %v", tool, err)}
	}
	return nil
}
