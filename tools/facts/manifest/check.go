package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
)

// The platform's YAML reader is not published. What follows refuses a document
// that two readers could take for different requests, as far as it matters: by
// its keys, and by the settings that decide what is replaced, bought or made
// public.

// decisive reports a setting that decides what an import does to what exists, what
// it costs, or whom it lets in. path is one that [unmerged] has returned.
func decisive(path []string) bool {
	switch {
	case len(path) == 1:
		return path[0] == "services" || path[0] == "project"
	case len(path) == 2 && path[0] == "project":
		return path[1] == "corePackage"
	case len(path) == 3 && path[0] == "services":
		return decisiveKey(path[2])
	}
	return false
}

func decisiveKey(key string) bool {
	switch key {
	case "hostname", "override", "startWithoutCode", "buildFromGit", "enableSubdomainAccess":
		return true
	}
	return false
}

// unmerged is a path without the steps that << adds.
func unmerged(path []string) []string {
	var out []string
	for i := 0; i < len(path); i++ {
		if path[i] != "<<" {
			out = append(out, path[i])
		} else if i+1 < len(path) {
			if _, err := strconv.Atoi(path[i+1]); err == nil {
				i++ // one of several sources
			}
		}
	}
	return out
}

// Ambiguities are the places that can be read in two ways.
func (d *Document) Ambiguities() []Issue {
	problems := slices.Clone(d.Issues)
	add := func(path []string, line int, problem string) {
		problems = append(problems, Issue{Line: line, Path: ShowPath(path), Message: problem})
	}
	mergesOver(d.Root, nil, add)
	d.Walk(func(path []string, key, value *yaml.Node) {
		if key != nil {
			checkKey(path, key, add)
		}
		mergesOver(value, path, add)
		if value.Kind != yaml.ScalarNode || !decisive(unmerged(path)) {
			return
		}
		line := value.Line
		switch plain := value.Style&^yaml.TaggedStyle == 0; {
		case strings.Contains(value.Value, standIn):
			add(path, line, "what an expression makes of this cannot be checked; write it out")
		case value.Style&yaml.TaggedStyle != 0:
			add(path, line, "a type tag in front of this value can be read in two ways; leave it out")
		case LastOf(path) == "hostname" && plain && (value.ShortTag() != "!!str" || switchWord(value.Value)):
			add(path, line, "this word is a text for some readers and none for others; put it in quotes")
		}
	})
	return problems
}

// switchWord reports the words that YAML 1.1 takes for true and false.
func switchWord(word string) bool {
	return slices.Contains([]string{"y", "n", "yes", "no", "on", "off"}, strings.ToLower(word))
}

// checkKey finds keys that are not what they look like, or what another reader
// takes for one that decides.
func checkKey(path []string, key *yaml.Node, add func(path []string, line int, problem string)) {
	place := unmerged(path)
	switch {
	case strings.Contains(key.Value, standIn):
		add(path, key.Line, "a key made by an expression cannot be checked; write it out")
		return
	case key.Style&yaml.TaggedStyle != 0:
		add(path, key.Line, "a type tag in front of a key can be read in two ways; leave it out")
		return
	case key.Value == "<<" && !isMerge(key):
		add(path, key.Line, "a << in quotes merges for some readers only; leave the quotes out, or the key")
		return
	case len(place) == 0 || decisive(place):
		return
	}
	for _, known := range []string{"services", "project", "corePackage", "hostname", "override", "startWithoutCode", "buildFromGit", "enableSubdomainAccess"} {
		same := slices.Clone(place)
		same[len(same)-1] = known
		if decisive(same) && strings.EqualFold(strings.TrimSpace(tool.CleanText(LastOf(place))), known) {
			add(path, key.Line, fmt.Sprintf("is %s for readers that mind neither case, blanks nor invisible signs; write %s, or leave it out", known, known))
		}
	}
}

// mergesOver finds keys that decide and that << brings in once more after them,
// with another value: the earlier key counts, but not for every reader.
func mergesOver(n *yaml.Node, path []string, add func(path []string, line int, problem string)) {
	if n.Kind != yaml.MappingNode {
		return
	}
	own := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !isMerge(key) {
			if decisiveKey(key.Value) || key.Value == "corePackage" || key.Value == "services" || key.Value == "project" {
				own[key.Value] = value
			}
			continue
		}
		for _, name := range tool.SortedKeys(own) {
			if _, merged := mergedMember(value, name, 0); merged != nil && !sameScalar(merged, own[name]) {
				add(append(slices.Clone(path), name), key.Line, "<< brings this key in again with another value; put << before it")
			}
		}
	}
}

func sameScalar(a, b *yaml.Node) bool {
	if a.Kind == yaml.AliasNode {
		a = a.Alias
	}
	if b.Kind == yaml.AliasNode {
		b = b.Alias
	}
	return a == b || a.Kind == yaml.ScalarNode && b.Kind == yaml.ScalarNode && a.Value == b.Value && a.ShortTag() == b.ShortTag()
}
