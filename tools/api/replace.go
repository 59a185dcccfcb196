package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// maxChanges bounds how many differences a plan names.
const maxChanges = 30

// replaces reads the record that a call would replace, and adds the difference and
// what it does to the plan. Values of variables are never shown: only their names.
func replaces(ctx context.Context, c *tool.Call, r *apiRequest, p *tool.Plan) error {
	reader, ok := r.op.Current()
	if !ok {
		p.Changes = append(append(p.Changes, "the present settings cannot be read; they are replaced by what is sent"), sentWords(c, r)...)
		return nil
	}
	call := zerops.Call{Operation: reader, Path: r.path[:len(reader.PathParams())]}
	if reader == zerops.GetProjectEnvFile {
		call.Query = url.Values{"name": {""}, "overrideEnvIsolation": {"none"}, "userOnly": {"true"}}
	}
	raw, err := c.API.Do(ctx, call)
	if err != nil {
		return err
	}
	decoded, err := tool.DecodeJSON(raw)
	if err != nil {
		return fmt.Errorf("reading %s: %w", reader, err)
	}
	record, _ := decoded.(map[string]any)
	// A record that the call itself changes makes the confirmation work once.
	p.State = append(p.State, tool.Fact{Name: "the record that is replaced", Values: []string{c.Runner.Digest("record", raw)}, Opaque: true})
	p.Repeats = p.Repeats && record["lastUpdate"] == nil
	if r.op == zerops.PutProjectEnvFile || r.op == zerops.PutServiceStackUserDataEnvFile {
		compareVariables(c, r, record, p)
		return nil
	}
	before := asBody(r, record)
	if r.op == zerops.PutProject {
		if err := c.KeepsProtection(texts(before["tagList"]), texts(r.body["tagList"])); err != nil {
			return err
		}
	}
	p.Does |= replacing(r, before) & r.op.Can()
	// Secrets are not compared: who asks for plans only could try them out.
	hide := masker{op: r.op, redactor: &tool.Redactor{Patterns: c.Runner.Patterns}}
	now, _ := hide.answer(before).(map[string]any)
	hide.count = 0
	sent, _ := hide.answer(r.body).(map[string]any)
	changes := fieldChanges(r.detail.Body, now, sent)
	if hide.count > 0 {
		changes = append(changes, fmt.Sprintf("%d secret values: replaced by those that are sent, without comparing", hide.count))
	}
	if len(changes) > maxChanges {
		changes = append(changes[:maxChanges], fmt.Sprintf("and %d more", len(changes)-maxChanges))
	}
	if len(changes) == 0 {
		changes = []string{"no difference from the present record that can be seen"}
	}
	p.Changes = append(p.Changes, changes...)
	return nil
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, item := range list {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// asBody brings a record into the form of the body that replaces it, where
// the API reads and writes it differently.
func asBody(r *apiRequest, record map[string]any) map[string]any {
	switch r.op {
	case zerops.PutProject:
		if r.body["userRoles"] == nil {
			delete(record, "userRoles") // left out, they stay
		} else {
			record["userRoles"] = map[string]any{"userRoles": record["userRoles"]}
		}
	case zerops.PutClientBillingInfo:
		if current, ok := record["current"].(map[string]any); ok {
			return current
		}
	case zerops.PutUser:
		if language, ok := record["language"].(map[string]any); ok {
			record["languageId"] = language["id"]
		}
		record["clientId"] = r.body["clientId"] // says where, not what
	case zerops.PutPublicHttpRouting, zerops.PutPublicHttpRoutingLocation:
		var names []any
		domains, _ := record["domains"].([]any)
		for _, item := range domains {
			if domain, ok := item.(map[string]any); ok {
				names = append(names, domain["domainName"])
			}
		}
		record["domains"] = names
	case zerops.PutProjectL7httpbalancerConfig:
		values, _ := record["values"].([]any)
		var current []any
		for _, item := range values {
			if value, ok := item.(map[string]any); ok {
				current = append(current, map[string]any{"name": value["name"], "value": value["current"]})
			}
		}
		record["values"] = current
	case zerops.PutServiceStackBackup:
		files, _ := record["files"].([]any)
		for _, item := range files {
			file, _ := item.(map[string]any)
			if file["name"] != r.path[1] {
				continue
			}
			return map[string]any{"tags": tagsOf(file)}
		}
	}
	return record
}

// tagsOf are the tags of a backup, which the list of backups joins by commas
// (platform §3.7).
func tagsOf(file map[string]any) []any {
	metadata, _ := file["metadata"].(map[string]any)
	if list, ok := cmp.Or(file["tags"], metadata["tags"]).([]any); ok {
		return list
	}
	var tags []any
	joined, _ := cmp.Or(file["tags"], metadata["tags"]).(string)
	for tag := range strings.SplitSeq(joined, ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// fieldChanges lists what a body changes of a record, field by field: "name:
// "a" → "b"". A field that the body leaves out is said to be cleared when the
// record has a value for it.
func fieldChanges(s *zerops.Shape, before, after map[string]any) []string {
	var changes []string
	for _, field := range s.Fields {
		was, is := onlyKnown(field.Shape, before[field.Name]), onlyKnown(field.Shape, after[field.Name])
		if same(was, is) {
			continue
		}
		switch {
		case field.Items != nil:
			changes = append(changes, listChanges(field.Name, was, is)...)
		case was == nil:
			changes = append(changes, fmt.Sprintf("%s: not set, or not readable → %s", field.Name, show(is)))
		case is == nil:
			changes = append(changes, fmt.Sprintf("%s: %s → cleared", field.Name, show(was)))
		default:
			changes = append(changes, fmt.Sprintf("%s: %s → %s", field.Name, show(was), show(is)))
		}
	}
	return changes
}

// onlyKnown keeps of a value only what the shape knows, so that what the API adds
// when reading is no difference. Nulls and empty objects count as nothing.
func onlyKnown(s *zerops.Shape, v any) any {
	switch value := v.(type) {
	case map[string]any:
		if s.Fields == nil {
			return v
		}
		kept := map[string]any{}
		for _, field := range s.Fields {
			if member := onlyKnown(field.Shape, value[field.Name]); member != nil {
				kept[field.Name] = member
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	case []any:
		if len(value) == 0 {
			return nil
		}
		kept := make([]any, len(value))
		for i, item := range value {
			if s.Items != nil {
				item = onlyKnown(s.Items, item)
			}
			kept[i] = item
		}
		return kept
	case string:
		if value == "" {
			return nil
		}
	}
	return v
}

func same(a, b any) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && string(left) == string(right)
}

// listChanges names what is added to and removed from a list.
func listChanges(name string, was, is any) []string {
	before, _ := was.([]any)
	after, _ := is.([]any)
	var changes []string
	contains := func(list []any, item any) bool {
		return slices.ContainsFunc(list, func(other any) bool { return same(item, other) })
	}
	for _, item := range before {
		if !contains(after, item) {
			changes = append(changes, fmt.Sprintf("%s: without %s", name, show(item)))
		}
	}
	for _, item := range after {
		if !contains(before, item) {
			changes = append(changes, fmt.Sprintf("%s: with %s", name, show(item)))
		}
	}
	if len(changes) == 0 {
		changes = append(changes, name+": in another order")
	}
	return changes
}
