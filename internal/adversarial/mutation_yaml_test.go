package adversarial_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// yamlForms are the ways to write a manifest: each style by itself, all of them mixed by
// chance, and what can stand around and between.
func yamlForms(tree func(name string) node, chance *rand.Rand) []form {
	var all []form
	add := func(name, body string) { all = append(all, form{name, body}) }
	for _, style := range []string{"block", "flow", "json", "explicit", "double", "single", "escaped-x", "escaped-u", "escaped-U", "literal", "folded", "tagged", "tagged-long", "anchored", "next-line", "indented", "tabbed"} {
		add(style, written(tree(style), style, nil))
	}
	for i := range 16 {
		name := fmt.Sprintf("mixed%c", 'a'+i)
		add(name, written(tree(name), "mixed", chance))
	}
	block := func(name string) string { return written(tree(name), "block", nil) }
	add("carriage", strings.ReplaceAll(block("carriage"), "\n", "\r\n"))
	add("carriage-only", strings.ReplaceAll(block("carriageonly"), "\n", "\r"))
	add("next-lines", strings.ReplaceAll(block("nextlines"), "\n", "\u0085"))
	add("separators", strings.ReplaceAll(block("separators"), "\n", "\u2028"))
	add("mark", "\ufeff"+block("mark"))
	add("directive", "%YAML 1.2\n---\n"+block("directive"))
	add("directive-old", "%YAML 1.1\n---\n"+strings.ReplaceAll(block("directiveold"), "true", "yes"))
	add("tag-directive", "%TAG !z! tag:yaml.org,2002:\n---\n"+strings.ReplaceAll(block("tagdirective"), "override: true", "override: !z!bool \"true\""))
	add("documents", "services: []\n---\n"+block("documents"))
	add("documents-last", block("documentslast")+"---\nservices: []\n")
	add("documents-empty", "---\n---\n"+block("documentsempty"))
	add("ended", block("ended")+"...\nservices: []\n")
	add("comments", strings.ReplaceAll(block("comments"), "\n", " # override: false, corePackage: LIGHT\n"))
	add("twice", "services: []\nproject: {name: calm}\n"+block("twice"))
	add("twice-last", block("twicelast")+"services: []\nproject: {name: calm}\n")
	add("twice-escaped", "\"\\x73ervices\": []\n\"proj\\x65ct\": {name: calm}\n"+block("twiceescaped"))
	add("merged", merged(block("merged")))
	add("merged-list", strings.Replace(merged(block("mergedlist")), "<<: *more", "<<: [*more, {override: false, corePackage: LIGHT}]", 1))
	for i, first := range []string{"#yamlPreprocessor=on", "#zeropsPreprocessor=on", "# yamlPreprocessor=on", "#yamlPreprocessor=off"} {
		name := fmt.Sprintf("preprocessed%c", 'a'+i)
		add(name, first+"\n"+block(name))
	}
	for i, change := range []func(string) string{
		func(s string) string {
			return strings.NewReplacer("override: true", "over<ride>: true", "corePackage", "<corePackage>").Replace(s)
		},
		func(s string) string {
			return strings.NewReplacer("override: true", "over\\ride: true", "corePackage", "core\\Package").Replace(s)
		},
		func(s string) string {
			return strings.NewReplacer("override: true", "override: <true>", "SERIOUS", "<SERIOUS>").Replace(s)
		},
		func(s string) string {
			return strings.NewReplacer("override: true", "<override: true>", "corePackage: SERIOUS", "<corePackage: SERIOUS>").Replace(s)
		},
		func(s string) string {
			return strings.NewReplacer("override: true", "override: <@pickRandom(<true>)>", "SERIOUS", "<@pickRandom(<SERIOUS>)>").Replace(s)
		},
		func(s string) string {
			return strings.NewReplacer("hostname: api", "hostname: <api>", "SERIOUS", "<SER><IOUS>").Replace(s)
		},
		func(s string) string {
			return strings.NewReplacer("hostname: api", "hostname: a\\pi", "SERIOUS", "SERIOU\\S").Replace(s)
		},
		func(s string) string { return "<" + s + ">" },
	} {
		name := fmt.Sprintf("expression%c", 'a'+i)
		add(name, "#yamlPreprocessor=on\n"+change(block(name)))
	}
	return all
}

// merged moves the keys that matter behind a merge.
func merged(block string) string {
	block = strings.Replace(block, "    override: true\n", "    <<: *more\n", 1)
	block = strings.Replace(block, "  corePackage: SERIOUS\n", "  <<: *more\n", 1)
	return "x: &more {override: true, corePackage: SERIOUS}\n" + block
}

// written writes a manifest in a style.
func written(n node, style string, chance *rand.Rand) string {
	e := emitter{style: style, chance: chance}
	switch style {
	case "flow":
		return e.flow(n) + "\n"
	case "json":
		return spelling{key: quoted, text: quoted}.write(n) + "\n"
	}
	return strings.TrimPrefix(e.block(n, 0), "\n")
}

// emitter writes YAML.
type emitter struct {
	style   string
	chance  *rand.Rand
	anchors int
}

// now is the style of the next node.
func (e *emitter) now() string {
	if e.style != "mixed" {
		return e.style
	}
	return pick(e.chance, "block", "block", "flow", "explicit", "double", "single", "escaped-x", "escaped-u", "literal", "folded", "tagged", "anchored", "next-line")
}

// block writes a node below what has been written, indented.
func (e *emitter) block(n node, depth int) string {
	step := map[string]string{"indented": "       "}[e.style]
	if step == "" {
		step = "  "
	}
	indent := strings.Repeat(step, depth)
	var b strings.Builder
	switch {
	case n.list:
		for _, item := range n.items {
			if e.style == "mixed" && e.now() == "flow" {
				b.WriteString("\n" + indent + "- " + e.flow(item))
				continue
			}
			b.WriteString("\n" + indent + "-")
			b.WriteString(e.block(item, depth+1))
		}
	case n.keys != nil:
		for i, key := range n.keys {
			style := e.now()
			value := n.items[i]
			head := e.key(key, style, depth)
			b.WriteString("\n" + indent + head)
			switch {
			case !value.scalar() && style == "flow":
				b.WriteString(" " + e.flow(value))
			case !value.scalar():
				b.WriteString(e.block(value, depth+1))
			default:
				b.WriteString(e.scalar(value, style, indent+step))
			}
		}
	default:
		return e.scalar(n, e.now(), indent)
	}
	if depth == 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// key writes a key with its colon.
func (e *emitter) key(key, style string, depth int) string {
	switch style {
	case "explicit":
		return "? " + key + "\n" + strings.Repeat("  ", depth) + ":"
	case "double":
		return quoted(key) + " :"
	case "single":
		return "'" + key + "':"
	case "escaped-x":
		return escaped(`\x%02x`)(key) + ":"
	case "escaped-u":
		return escaped(`\u%04x`)(key) + ":"
	case "escaped-U":
		return escaped(`\U%08x`)(key) + ":"
	case "tagged":
		return "!!str " + key + ":"
	case "tagged-long":
		return "!<tag:yaml.org,2002:str> " + key + ":"
	case "anchored":
		e.anchors++
		return fmt.Sprintf("&k%d %s:", e.anchors, key)
	case "tabbed":
		return key + "\t:\t"
	}
	return key + ":"
}

// scalar writes a value behind its key.
func (e *emitter) scalar(n node, style, indent string) string {
	needs := strings.ContainsAny(n.value, ":#{}[]")
	switch style {
	case "next-line":
		if !needs {
			return "\n" + indent + n.value
		}
	case "literal", "folded":
		if !n.plain {
			return map[string]string{"literal": " |-", "folded": " >-"}[style] + "\n" + indent + n.value
		}
	case "double":
		if !n.plain {
			return " " + quoted(n.value)
		}
	case "single":
		if !n.plain {
			return " '" + n.value + "'"
		}
	case "escaped-x", "escaped-u", "escaped-U":
		if !n.plain {
			return " " + escaped(map[string]string{"escaped-x": `\x%02x`, "escaped-u": `\u%04x`, "escaped-U": `\U%08x`}[style])(n.value)
		}
	case "tagged":
		if n.plain {
			return ` !!bool "` + n.value + `"`
		}
		return " !!str " + quoted(n.value)
	case "tagged-long":
		if n.plain {
			return ` !<tag:yaml.org,2002:bool> "` + n.value + `"`
		}
	case "anchored":
		if !needs {
			e.anchors++
			return fmt.Sprintf(" &v%d %s", e.anchors, n.value)
		}
	}
	if needs {
		return " " + quoted(n.value)
	}
	return " " + n.value
}

// flow writes a node on one line.
func (e *emitter) flow(n node) string {
	switch {
	case n.list:
		var parts []string
		for _, item := range n.items {
			parts = append(parts, e.flow(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case n.keys != nil:
		var parts []string
		for i, key := range n.keys {
			parts = append(parts, key+": "+e.flow(n.items[i]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case strings.ContainsAny(n.value, ":#{}[],"):
		return quoted(n.value)
	}
	return n.value
}
