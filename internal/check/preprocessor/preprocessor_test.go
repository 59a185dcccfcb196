package preprocessor

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeropsio/zParser/v2/src/parser"
	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/manifest"
)

// standIn is the sign that ours puts for a value which is generated.
const standIn = "\ue000"

var errCrash = errors.New("it crashes")

// theirs is what the vendor's preprocessor makes of a text.
func theirs(text string) (out string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errCrash, p)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var b strings.Builder
	err = parser.NewParser(strings.NewReader(text), &b, parser.WithMultilineOutputHandling(parser.MultilineWithIndent)).Parse(ctx)
	return b.String(), err
}

// verdict is what came of one text.
type verdict int

const (
	same    verdict = iota // both made the same of it, and nothing was said
	told                   // ours says that it is odd
	refused                // ours refuses it
	differs
)

// compare reads a text both ways. Where ours takes it and says nothing, both have to
// mean the same; where they do not, problem says why.
func compare(text string) (v verdict, problem string) {
	plan, err := manifest.ReadManifest("yaml", text)
	if err != nil {
		return refused, ""
	}
	made := manifest.Preprocessed(text)
	out, failed := theirs(text)
	quiet := len(plan.Notes) == 0
	equal := failed == nil && fits(made, out)
	switch {
	case equal || !quiet:
		// Whatever is told as odd is still judged by what it says.
		if failed == nil {
			if problem := decides(plan, out); problem != "" {
				return differs, problem
			}
		}
		if quiet {
			return same, ""
		}
		return told, ""
	case failed != nil:
		return differs, fmt.Sprintf("theirs fails: %v", failed)
	}
	return differs, fmt.Sprintf("theirs: %q\nours:   %q", out, made)
}

// fits reports whether a text is another one with the values that were generated.
func fits(pattern, text string) bool {
	if !strings.Contains(pattern, standIn) {
		return pattern == text
	}
	var b strings.Builder
	for i, part := range strings.Split(pattern, standIn) {
		if i > 0 {
			b.WriteString(`[^\x{e000}]*?`)
		}
		b.WriteString(regexp.QuoteMeta(part))
	}
	return regexp.MustCompile(`(?s)\A` + b.String() + `\z`).MatchString(text)
}

// decides compares what is replaced, bought, built and exposed.
func decides(plan manifest.ImportPlan, out string) string {
	var read struct {
		Project *struct {
			Core string `yaml:"corePackage"`
		} `yaml:"project"`
		Services []struct {
			Hostname string `yaml:"hostname"`
			Override bool   `yaml:"override"`
			Git      string `yaml:"buildFromGit"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(out), &read); err != nil {
		return "" // the platform refuses it
	}
	var ours, platform []string
	for _, s := range plan.Services {
		ours = append(ours, s.Hostname)
		if s.Override {
			ours = append(ours, "replaced")
		}
	}
	for _, s := range read.Services {
		platform = append(platform, s.Hostname)
		if s.Override {
			platform = append(platform, "replaced")
		}
	}
	if !slices.Equal(ours, platform) {
		return fmt.Sprintf("ours reads %v, the platform %v", ours, platform)
	}
	if paid := read.Project != nil && read.Project.Core == "SERIOUS"; paid && !plan.PaidCore() {
		return "a core that costs is not seen"
	}
	return ""
}

// TestPreprocessors compares the texts of a grammar.
func TestPreprocessors(t *testing.T) {
	t.Parallel()
	count := map[verdict]int{}
	for seed := range uint64(8000) {
		text := grammar(seed)
		v, problem := compare(text)
		count[v]++
		if v == differs && count[v] <= 10 {
			t.Errorf("seed %d: %q\n%s", seed, text, problem)
		}
	}
	t.Logf("same %d, told %d, refused %d, different %d", count[same], count[told], count[refused], count[differs])
	if count[same] < 3000 || count[told] < 500 || count[refused] < 2000 {
		t.Error("the texts do not try enough")
	}
}

// TestKnownCrashes lists where the published preprocessor falls. Ours says of each that
// it is odd, since nobody knows whether the platform's own falls as well.
func TestKnownCrashes(t *testing.T) {
	t.Parallel()
	for text, why := range map[string]string{
		"<@setVar(<a>,<b>)>":            "a comma that touches the < behind it",
		"<@setVar(<a>,<<b>|upper>)>":    "the same before an item in an item",
		"<@pickRandom(<a>, <b>,<c>)>":   "the same between later arguments",
		"<@generateRandomInt(<1>,<9>)>": "the same between numbers",
	} {
		text = "#yamlPreprocessor=on\nservices:\n  - hostname: app\n    type: nodejs@22\n    envSecrets: {A: \"" + text + "\"}\n"
		if out, err := theirs(text); err == nil {
			t.Errorf("%s: it no longer falls, and makes %q", why, out)
		}
		if plan, err := manifest.ReadManifest("yaml", text); err == nil && len(plan.Notes) == 0 {
			t.Errorf("%s: ours says nothing", why)
		}
	}
}

// FuzzPreprocessors compares others.
func FuzzPreprocessors(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(grammar(seed))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if v, problem := compare("#yamlPreprocessor=on\n" + text); v == differs {
			t.Errorf("%q\n%s", text, problem)
		}
	})
}
