package tool

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Prepared is the result of a request as compact JSON on one line, ready to be
// sent as it is.
type Prepared json.RawMessage

// MarshalJSON returns the JSON.
func (p Prepared) MarshalJSON() ([]byte, error) { return p, nil }

// methodProgress is the notification that tells how far a call has come.
const methodProgress = string(mcp.MethodNotificationProgress)

// laterMember is a member of a message that the first revision of the protocol
// does not have.
type laterMember struct {
	method string
	path   string // * stands for every element of a list
	since  string // the first revision that has it
}

// laterMembers lists what only newer revisions have of all that this server, or
// the library for it, sends. Clients of a revision may refuse what it does not
// have: some of the official SDKs do, and then cannot even connect. Nothing is
// lost by leaving it out: text and structured content say the same.
func laterMembers() []laterMember {
	const (
		march    = mcp.ProtocolVersion20250326
		june     = mcp.ProtocolVersion20250618
		november = mcp.ProtocolVersion20251125
		modern   = mcp.ProtocolVersion20260728
	)
	return []laterMember{
		{"initialize", "capabilities.completions", march},
		{"initialize", "capabilities.tasks", november},
		{"initialize", "capabilities.extensions", modern},
		{"initialize", "serverInfo.title", june},
		{"initialize", "serverInfo.description", november},
		{"initialize", "serverInfo.websiteUrl", november},
		{"initialize", "serverInfo.icons", november},

		{"tools/list", "tools.*.annotations", march},
		{"tools/list", "tools.*.title", june},
		{"tools/list", "tools.*.outputSchema", june},
		{"tools/list", "tools.*._meta", june},
		{"tools/list", "tools.*.icons", november},
		{"tools/list", "tools.*.execution", november},
		{"tools/call", "structuredContent", june},
		{"tools/call", "content.*._meta", june},

		{"resources/list", "resources.*.title", june},
		{"resources/list", "resources.*._meta", june},
		{"resources/list", "resources.*.icons", november},
		{"resources/templates/list", "resourceTemplates.*.title", june},
		{"resources/templates/list", "resourceTemplates.*._meta", june},
		{"resources/templates/list", "resourceTemplates.*.icons", november},
		{"resources/read", "contents.*._meta", june},

		{"prompts/list", "prompts.*.title", june},
		{"prompts/list", "prompts.*._meta", june},
		{"prompts/list", "prompts.*.arguments.*.title", june},
		{"prompts/list", "prompts.*.icons", november},
		{"prompts/get", "messages.*.content._meta", june},

		{methodProgress, "message", march},
	}
}

// RevisionOf returns the revision of a request: its own, or what the connection
// has agreed on. It is empty before that, when everything is sent.
func RevisionOf(ctx context.Context) string { return server.RequestProtocolVersion(ctx) }

// hasMember reports whether the client's revision has a member.
func hasMember(ctx context.Context, method, path string) bool {
	revision := RevisionOf(ctx)
	return revision == "" || !slices.ContainsFunc(laterMembers(), func(m laterMember) bool {
		return m.method == method && m.path == path && m.since > revision
	})
}

// Fitting returns a result for clients of a revision: without the members that
// only later ones have.
func Fitting(revision, method string, result any) any {
	if revision == "" {
		return result
	}
	var paths [][]string
	for _, member := range laterMembers() {
		if member.method == method && member.since > revision {
			paths = append(paths, strings.Split(member.path, "."))
		}
	}
	if paths == nil {
		return result
	}
	raw, err := Marshal(result)
	if err != nil {
		return result // whoever writes it tells what is wrong with it
	}
	return Prepared(without(raw, paths))
}

// without leaves out the members at the ends of paths, of which none is empty and
// none goes on from the end of another. What has no such member stays as it is.
func without(raw json.RawMessage, paths [][]string) json.RawMessage {
	below := map[string][][]string{} // by first step; nil where the path ends there
	for _, path := range paths {
		rest := below[path[0]]
		if len(path) > 1 {
			rest = append(rest, path[1:])
		}
		below[path[0]] = rest
	}
	var changed any
	if each, ok := below["*"]; ok {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return raw
		}
		for i := range list {
			list[i] = without(list[i], each)
		}
		changed = list
	} else {
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil || !hasAny(object, below) {
			return raw
		}
		for name, rest := range below {
			switch {
			case rest == nil:
				delete(object, name)
			case object[name] != nil:
				object[name] = without(object[name], rest)
			}
		}
		changed = object
	}
	written, err := Marshal(changed)
	if err != nil {
		return raw
	}
	return written
}

func hasAny(object map[string]json.RawMessage, below map[string][][]string) bool {
	for name := range below {
		if object[name] != nil {
			return true
		}
	}
	return false
}
