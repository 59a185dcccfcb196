package manifest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// model is a second, small reading of what the preprocessor does to a text without
// functions (platform §10.2), written as the rules are told. sure is false for what
// it leaves to others.
type model struct {
	in   string
	sure bool
}

// readAs is what the platform reads once its preprocessor has worked on a text.
func readAs(text string) (out string, sure bool) {
	m := model{in: text, sure: true}
	out, closed := m.read("", false)
	return out, m.sure && closed
}

// read takes the text to the end of an item, or to its own end.
func (m *model) read(first string, item bool) (out string, closed bool) {
	var b strings.Builder
	b.WriteString(first)
	modifier, modifies := "", false
	add := func(s string) {
		if modifies {
			modifier += s
		} else {
			b.WriteString(s)
		}
	}
	for m.in != "" {
		c := m.in[:1]
		m.in = m.in[1:]
		switch {
		case c == `\`:
			if m.in == "" {
				m.sure = false
				return b.String(), !item
			}
			add(m.in[:1])
			m.in = m.in[1:]
		case c == "<" && strings.HasPrefix(m.in, ">"):
		case c == "<" && (strings.HasPrefix(m.in, "@") || strings.HasPrefix(m.in, `\`)):
			m.sure = false
			return b.String(), true
		case c == "<":
			first := "" // belongs to the item whatever it is
			if m.in != "" && m.in[0] != '<' {
				first, m.in = m.in[:1], m.in[1:]
			}
			inner, ended := m.read(first, true)
			m.sure = m.sure && ended
			add(inner)
		case c == ">" && item:
			return m.modified(b.String(), modifier, modifies), true
		case c == "|" && item:
			if modifies {
				m.sure = false
			}
			modifies = true
		default:
			add(c)
		}
	}
	return b.String(), !item
}

func (m *model) modified(text, modifier string, modifies bool) string {
	switch strings.TrimSpace(modifier) {
	case "upper":
		return strings.ToUpper(text)
	case "lower":
		return strings.ToLower(text)
	}
	m.sure = m.sure && !modifies
	return text
}

// meaning is what decides about a manifest, as a program reads it that decodes into
// a struct.
type meaning struct {
	Project *struct {
		Core string `yaml:"corePackage"`
	} `yaml:"project"`
	Services []struct {
		Hostname string `yaml:"hostname"`
		Override bool   `yaml:"override"`
		Git      string `yaml:"buildFromGit"`
	} `yaml:"services"`
}

// decided says in one line what a text decides; ok is false where it is no manifest.
func decided(text string) (line string, ok bool) {
	var m meaning
	if yaml.Unmarshal([]byte(text), &m) != nil || len(m.Services) == 0 {
		return "", false
	}
	var b strings.Builder
	if m.Project != nil {
		fmt.Fprintf(&b, "core %q ", m.Project.Core)
	}
	for _, s := range m.Services {
		fmt.Fprintf(&b, "%q %v %q;", s.Hostname, s.Override, s.Git)
	}
	return b.String(), true
}

// holdsModel checks a manifest against the model: where its two readings decide
// differently it is refused with a line, and where it is taken, all readings agree.
func holdsModel(t *testing.T, text string) (refused, taken bool) {
	t.Helper()
	out, sure := readAs(text)
	if !sure {
		return false, false
	}
	before, plain := decided(text)
	after, made := decided(out)
	p, err := ReadImport(text)
	switch {
	case plain && made && before != after:
		if err == nil {
			t.Errorf("%q decides %s, and %s once it is preprocessed; it is not refused", text, before, after)
		} else if !strings.Contains(err.Error(), "line ") {
			t.Errorf("%q is refused without a line: %v", text, err)
		}
		return true, false
	case err == nil && made:
		var b strings.Builder
		if p.Project {
			fmt.Fprintf(&b, "core %q ", Text(p.core))
		}
		for i, s := range p.Services {
			fmt.Fprintf(&b, "%q %v %q;", s.Hostname, s.Override, Text(At(p.Doc.Value, "services", strconv.Itoa(i), "buildFromGit")))
		}
		if b.String() != after {
			t.Errorf("%q was read as %s, and the platform reads %s", text, b.String(), after)
		}
		return false, true
	}
	return false, false
}

// TestModel writes manifests by chance and holds the reading against the model.
func TestModel(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(14, 14))
	of := func(list ...string) string { return list[chance.IntN(len(list))] }
	odd := func(usual string) string {
		if chance.IntN(8) > 0 {
			return usual
		}
		at := chance.IntN(len(usual))
		return of("<"+usual+">", usual[:at]+`\`+usual[at:], usual[:at]+"<"+usual[at:]+">", "<"+usual+"|lower>", `"`+usual+`"`, usual+"<", usual+" # <x>", `"`+usual[:at]+`\"`+usual[at:]+`"`)
	}
	refused, taken := 0, 0
	for range 4000 {
		var b strings.Builder
		b.WriteString(of("#yamlPreprocessor=on\n", "#zeropsPreprocessor=on\n"))
		if chance.IntN(3) == 0 {
			b.WriteString("project:\n  name: x\n  " + odd("corePackage") + ": " + odd(of("SERIOUS", "LIGHT")) + "\n")
		}
		b.WriteString("services:\n")
		for i := range 1 + chance.IntN(2) {
			fmt.Fprintf(&b, "  - hostname: %s\n    type: nodejs@22\n    description: %s\n", odd(fmt.Sprint("app", i)), odd(of("a text", "'x: <y>'", "[a, b]")))
			for _, line := range slices.Sorted(slices.Values([]string{odd("override") + ": " + odd("true"), odd("buildFromGit") + ": " + odd("https://example.com/a"), odd("verticalAutoscaling") + ": {" + odd("minRam") + ": 1}"})) {
				if chance.IntN(3) == 0 {
					b.WriteString("    " + line + "\n")
				}
			}
		}
		r, k := holdsModel(t, b.String())
		if t.Failed() {
			return
		}
		refused, taken = refused+map[bool]int{true: 1}[r], taken+map[bool]int{true: 1}[k]
	}
	if refused < 200 || taken < 1000 {
		t.Errorf("%d manifests of two meanings, and %d that were taken", refused, taken)
	}
}

// FuzzModel holds the reading of other manifests against the model.
func FuzzModel(f *testing.F) {
	for _, seed := range []string{
		"services: [{hostname: a, type: b, over<ride>: true}]", "services:\n  - hostname: a\n    override: <true>\n", "project: {corePackage: \\SERIOUS}\nservices: [{hostname: a}]\n",
		"services: [{hostname: a, x: \"\\\", override: true, y: \\\"\"}]", "services: [{hostname: a, buildFromGit: 'https://<x|upper>'}]", "services:\n  - hostname: a # < b\n  - hostname: c # > d\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { holdsModel(t, "#yamlPreprocessor=on\n"+text) })
}
