package api

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// hiddenColumns refuses a search that selects or sorts by what its answer masks: which
// rows come, how many and in which order would tell the value.
func hiddenColumns(c *tool.Call, r *apiRequest) error {
	if r.body == nil || c.Runner.AllowSecrets() || r.op.Reach() == zerops.ReachPublic {
		return nil
	}
	const why = "values that are masked cannot be searched or sorted by, because the rows that come would tell them"
	var problems []zerops.FieldProblem
	for _, list := range []string{"search", "sort"} {
		items, _ := r.body[list].([]any)
		for i, item := range items {
			object, _ := item.(map[string]any)
			if name, _ := object["name"].(string); hiddenColumn(r.op, name) {
				problems = append(problems, zerops.FieldProblem{Field: fmt.Sprintf("body.%s[%d].name", list, i), Problems: []string{fmt.Sprintf("%q: %s", tool.Clean(name, 60), why)}})
			}
		}
	}
	if group, _ := r.body["groupBy"].(string); group != "" && hiddenColumn(r.op, group) {
		problems = append(problems, zerops.FieldProblem{Field: "body.groupBy", Problems: []string{why}})
	}
	if text, _ := r.body["text"].(string); text != "" && r.op.Class().Has(zerops.CarriesSecrets) {
		problems = append(problems, zerops.FieldProblem{Field: "body.text", Problems: []string{"free text may match values as well; " + why}})
	}
	if len(problems) == 0 {
		return nil
	}
	f := tool.InvalidArguments(problems[:min(len(problems), tool.MaxProblems)])
	f.Operation = r.op.String()
	f.Hint = "Search by keys, ids, types and times, and select from the answer with jq."
	return f
}

// hiddenColumn reports a column whose values an answer masks. Of variables only what
// is no value may be named, whatever columns the index knows.
func hiddenColumn(op zerops.Operation, name string) bool {
	last := name[strings.LastIndexAny(name, ".[/")+1:]
	if op == zerops.PostUserDataSearch {
		return !slices.Contains([]string{
			"id", "clientId", "projectId", "serviceStackId", "serviceStackName", "key", "type", "sensitive", "editable", "internal", "created", "lastUpdate",
		}, name)
	}
	for segment := range strings.FieldsFuncSeq(name, zerops.NotInWord) {
		switch strings.ToLower(segment) {
		case "content", "value", "envlist", "userdatalist", "userdata", "envfile", "env", "variables", "configcontent", "configcontentfromimport",
			"zeropsyaml", "zeropsyamljson", "yaml":
			return true
		}
	}
	return credential(last)
}
