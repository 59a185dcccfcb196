package api

import (
	"fmt"
	"maps"
	"slices"

	"zerops-mcp/tools/facts/effects"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// permitted refuses an operation that no argument could make right: the mode of
// the server, its scope, and what only a person should do. It comes before the
// arguments are looked at.
func permitted(c *tool.Call, op zerops.Operation, reading bool) error {
	class := op.Class()
	f := &tool.Failure{Operation: op.String()}
	switch {
	case c.Runner.ReadOnly() && !op.Safe():
		f.Code, f.Message = request.CodeReadOnly, fmt.Sprintf("%s %s, and this server runs read-only; nothing was changed", op, class.Effect)
		f.Hint = "The operator can restart it without --read-only."
	case excluded(c, op) != "":
		f.Code, f.Message = request.CodeOutOfScope, fmt.Sprintf("%s does what %s does, which the operator has excluded from this server; nothing was done", op, excluded(c, op))
		f.Hint = "The operator can change --exclude-tools."
	case op.Reach() == zerops.ReachAccount && !c.Runner.Scope.All():
		f.Code, f.Message = request.CodeOutOfScope, fmt.Sprintf("%s concerns a whole organisation or account, and this server is limited to some projects; nothing was done", op)
		f.Hint = "The operator can start it without --project."
	case class.Has(zerops.PersonOnly):
		f.Code, f.Message = request.CodeBlocked, fmt.Sprintf("%s (%s) is for a person only; nothing was done", op, op.Summary())
		f.Hint = "Where a person does it: " + op.Place() + "."
	case op == zerops.GetProjectList:
		f.Code, f.Message = request.CodeUnsupported, "the Zerops API has no such operation; an old guide mentions it"
		f.Hint = "list_projects, GetClientProject and PostProjectSearch list projects."
	case class.Has(zerops.RevealsSecret) && !c.Runner.AllowSecrets():
		f.Code, f.Message = request.CodeSecretWithheld, fmt.Sprintf("the answer of %s is a secret, which this server withholds; nothing was requested", op)
		f.Hint = "The operator can restart it with --allow-secrets."
		if tool := c.Runner.CuratedTool(op); tool != "" && !c.Runner.Tool(tool).Secret {
			f.Hint = tool + " does the job without showing the secret. " + f.Hint
		}
	case reading && !op.Safe():
		f.Code, f.Message = request.CodeInvalidArguments, fmt.Sprintf("%s %s; read_api only calls operations that read", op, class.Effect)
		f.Hint = "Use write_api with the same arguments."
		f.Next = &tool.FailureNext{Tool: "describe_api", Arguments: map[string]any{"operation": op.String()}}
	default:
		return nil
	}
	return f
}

// unrevealed refuses a request for marked values in clear, which some operations that
// do not always answer a secret take as well (platform §10.3).
func unrevealed(c *tool.Call, r *apiRequest) error {
	asked := r.query.Get("reveal")
	if asked == "" || asked == "false" || c.Runner.AllowSecrets() {
		return nil
	}
	return &tool.Failure{
		Code: request.CodeSecretWithheld, Operation: r.op.String(), Message: fmt.Sprintf("%s was asked to reveal secrets, which this server withholds; nothing was requested", r.op),
		Hint: "Leave reveal out. The operator can restart it with --allow-secrets.",
	}
}

// excluded names the tool that the operator excluded and whose work the operation
// does, so that the whole API is no way around it.
func excluded(c *tool.Call, op zerops.Operation) string {
	for _, name := range c.Runner.Config().ExcludeTools {
		t := c.Runner.Tool(name)
		switch {
		case name == tool.ExcludeAll:
			return "every tool"
		case t != nil && slices.ContainsFunc(append(effects.Work(op), op), func(done zerops.Operation) bool { return slices.Contains(t.Operations, done) }):
			return name
		}
	}
	return ""
}

// excludedParts refuses a body that does the work of an excluded tool beside what its
// operation does.
func excludedParts(c *tool.Call, r *apiRequest) error {
	if len(c.Runner.Config().ExcludeTools) == 0 {
		return nil
	}
	work := effects.WorkSent(r.body, r.manifest)
	for _, op := range slices.Sorted(maps.Keys(work)) {
		if name := excluded(c, op); name != "" {
			return &tool.Failure{
				Code: request.CodeOutOfScope, Operation: r.op.String(), Hint: "Leave it out. The operator can change --exclude-tools.",
				Message: fmt.Sprintf("%s of %s does what %s does, which the operator has excluded from this server; nothing was done", work[op], r.op, name),
			}
		}
	}
	return nil
}
