package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/effects"
	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/network"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// replacing is what a call does by replacing the record that is there, in the form of
// its body.
func replacing(r *apiRequest, before map[string]any) zerops.Consequence {
	does := zerops.Consequence(0)
	switch r.op {
	case zerops.PutProject:
		if before["publicIpV4Shared"] != r.body["publicIpV4Shared"] {
			does = zerops.Publishes
			if r.body["publicIpV4Shared"] != true {
				does = zerops.Unpublishes
			}
		}
	case zerops.PutPublicPortRouting:
		for _, field := range []string{"publicPort", "publicIpType", "internalProtocol"} {
			if !same(before[field], r.body[field]) {
				does = zerops.Unpublishes // under its present address
			}
		}
	case zerops.PutPublicHttpRouting, zerops.PutPublicHttpRoutingLocation:
		if unguarded(before["locations"], r.body["locations"]) {
			does = zerops.Grants
		}
	case zerops.PutServiceStackBackupConfig:
		if keepsLess(before, r.body) {
			does = zerops.Replaces
		}
		return does
	default:
	}
	if loses(r.detail.Body, before, r.body) {
		does |= zerops.Replaces
	}
	return does
}

// unguarded reports a new path without a guard where others have one: what they keep out
// would come in beside them.
func unguarded(before, after any) bool {
	paths, guarded := map[any]bool{}, false
	for _, l := range objects(before) {
		paths[l["path"]] = true
		guarded = guarded || hasGuard(l)
	}
	return guarded && slices.ContainsFunc(objects(after), func(l map[string]any) bool { return !paths[l["path"]] && !hasGuard(l) })
}

func hasGuard(location map[string]any) bool {
	config, _ := location["config"].(map[string]any)
	return config["accessPolicy"] != nil || config["basicAuth"] != nil
}

func objects(v any) []map[string]any {
	list, _ := v.([]any)
	var out []map[string]any
	for _, item := range list {
		if object, ok := item.(map[string]any); ok {
			out = append(out, object)
		}
	}
	return out
}

// loses reports that a body leaves out something that the record has: a value, or an
// entry of a list, at any depth.
func loses(s *zerops.Shape, before, after map[string]any) bool {
	for _, field := range s.Fields {
		was, is := onlyKnown(field.Shape, before[field.Name]), onlyKnown(field.Shape, after[field.Name])
		switch old := was.(type) {
		case nil:
		case []any:
			list, _ := is.([]any)
			if slices.ContainsFunc(old, func(item any) bool {
				return !slices.ContainsFunc(list, func(other any) bool { return same(item, other) })
			}) {
				return true
			}
		case map[string]any:
			inner, _ := is.(map[string]any)
			if field.Fields != nil && loses(field.Shape, old, inner) {
				return true
			}
		default:
			if is == nil && was != false {
				return true
			}
		}
	}
	return false
}

// keepsLess reports backups that are taken at other times, or kept in smaller numbers,
// than before. What was not set is not less.
func keepsLess(before, after map[string]any) bool {
	if was, _ := before["backupPeriod"].(string); was != "" && after["backupPeriod"] != was {
		return true
	}
	was, _ := before["retentionPolicy"].(map[string]any)
	if was == nil {
		was, _ = before["defaultRetentionPolicy"].(map[string]any)
	}
	is, _ := after["retentionPolicy"].(map[string]any)
	for name, old := range was {
		if list, ok := old.([]any); ok {
			kept := texts(is[name])
			if slices.ContainsFunc(texts(list), func(tag string) bool { return !slices.Contains(kept, tag) }) {
				return true
			}
			continue
		}
		kept, _ := number(is[name])
		if least, ok := number(old); ok && kept < least {
			return true
		}
	}
	return false
}

// drafts adds to the plan what a sync of routings applies: edits that were made here
// or elsewhere, deletions among them.
func drafts(ctx context.Context, c *tool.Call, r *apiRequest, p *tool.Plan) error {
	var pending []string
	switch r.op {
	case zerops.PutProjectSyncPublicHttpRouting:
		routings, err := network.Routings(ctx, c, r.path[0])
		if err != nil {
			return err
		}
		for _, routing := range routings {
			if routing.Delete {
				p.Does |= zerops.Unpublishes
			}
		}
		pending = network.DomainDrafts(routings, "")
	case zerops.PutProjectSyncPublicPortRouting:
		ports, incomplete, err := network.PublicPorts(ctx, c, r.path[0], "")
		if err != nil {
			return err
		}
		for _, port := range ports {
			switch {
			case port.Delete || len(incomplete) > 0:
				p.Does |= zerops.Unpublishes
			case !port.Synced && network.OpenToEverybody(port.Policy, port.Ranges):
				p.Does |= zerops.Grants
			}
		}
		pending = append(network.PortDrafts(ports, ""), incomplete...)
	default:
		return nil
	}
	for _, words := range pending[:min(len(pending), maxChanges)] {
		p.Changes = append(p.Changes, "applies: "+words)
	}
	p.State = append(p.State, tool.Is("what is applied", pending...))
	return nil
}

// compareVariables names the variables that a dotenv text adds, removes and sets
// again. Values are not compared: who asks for plans
// only could try them out. Removing is said first.
func compareVariables(_ *tool.Call, r *apiRequest, record map[string]any, p *tool.Plan) {
	text, _ := r.body["envFile"].(string)
	after, before := map[string]bool{}, map[string]bool{}
	for _, pair := range env.ScanDotenv(text) {
		after[pair.Key] = true
	}
	file, _ := record["envFile"].(string)
	for _, pair := range env.ScanDotenv(file) {
		before[pair.Key] = true
	}
	items, _ := record["items"].([]any)
	for _, item := range items {
		variable, _ := item.(map[string]any)
		key, _ := variable["key"].(string)
		kind, _ := variable["type"].(string)
		if key != "" && kind != "SYSTEM" && kind != "ENV" && kind != "READ_ONLY" && kind != "INTERNAL" {
			before[key] = true
		}
	}
	var removed, kept, added []string
	for _, key := range tool.SortedKeys(before) {
		if after[key] {
			kept = append(kept, key)
		} else {
			removed = append(removed, key)
		}
	}
	for _, key := range tool.SortedKeys(after) {
		if !before[key] {
			added = append(added, key)
		}
	}
	for _, part := range []struct {
		words string
		keys  []string
	}{{"removes", removed}, {"sets again, changed or not,", kept}, {"adds", added}} {
		if len(part.keys) > 0 {
			p.Changes = append(p.Changes, fmt.Sprintf("%s %d: %s", part.words, len(part.keys), tool.Clean(strings.Join(part.keys, ", "), 400)))
		}
	}
	if marked, _ := r.body["sensitive"].(bool); marked && len(after) > 0 {
		p.Changes = append(p.Changes, "marks every value as sensitive")
	} else if len(after) > 0 {
		p.Changes = append(p.Changes, "stores every value in clear, those that were sensitive too")
	}
	p.Does |= effects.Shown(r.call())
	if len(removed) > 0 {
		p.Does |= zerops.Replaces
		p.Loses = append(p.Loses, fmt.Sprintf("%d variables with their values: %s", len(removed), tool.Clean(strings.Join(removed, ", "), 400)))
	}
}
