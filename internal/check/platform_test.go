package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const platformPage = "docs/platform.md"

// citation is a list of sections with the word in front, either of which may go
// on in the next line of a comment.
var (
	citation = regexp.MustCompile(`(\S+)\s+(?:(?://|#)\s*)?(§\d+(?:\.\d+)*(?:,\s+(?:(?://|#)\s*)?§\d+(?:\.\d+)*)*)`)
	number   = regexp.MustCompile(`\d+(?:\.\d+)*`)
)

// citationProblems compares what the files cite with the sections of the page.
// It also returns how many citations there are.
func citationProblems(files map[string]string) (problems []string, count int) {
	type section struct{ cited, background bool }
	sections := map[string]*section{}
	heading := regexp.MustCompile(`(?m)^##+ (\d+(?:\.\d+)*)\.? (.+)$`)
	for _, m := range heading.FindAllStringSubmatch(files[platformPage], -1) {
		if sections[m[1]] != nil {
			problems = append(problems, "section "+m[1]+" exists twice")
		}
		sections[m[1]] = &section{background: strings.HasSuffix(m[2], "(background)")}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, m := range citation.FindAllStringSubmatch(files[name], -1) {
			word := strings.TrimLeft(m[1], `"'(`)
			if strings.HasPrefix(word, "facts") {
				problems = append(problems, fmt.Sprintf("%s: write %q for %q", name, "platform "+m[2], m[0]))
			}
			if word != "platform" && name != platformPage {
				continue // another document, such as an RFC
			}
			for _, n := range number.FindAllString(m[2], -1) {
				switch s := sections[n]; {
				case s == nil:
					problems = append(problems, name+" cites section "+n+", which does not exist")
				case name != platformPage:
					count++
					s.cited = true
				}
			}
		}
	}
	numbers := slices.Sorted(maps.Keys(sections))
	for _, n := range numbers {
		s := sections[n]
		group := slices.ContainsFunc(numbers, func(other string) bool { return strings.HasPrefix(other, n+".") })
		switch {
		case s.cited && s.background:
			problems = append(problems, "section "+n+" is cited and called background")
		case !s.cited && !s.background && !group:
			problems = append(problems, "section "+n+" is neither cited nor called background")
		}
	}
	return problems, count
}

// TestCitationsOfThePlatform checks that every section of docs/platform.md that
// code, documents and workflows cite exists, and that the page holds nothing else
// but what is called background.
func TestCitationsOfThePlatform(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	files := map[string]string{}
	err := filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if at != root && (name == ".git" || name == "testdata" || name == "node_modules" || name == "dist") {
				return filepath.SkipDir
			}
			return nil
		}
		relative, err := filepath.Rel(root, at)
		relative = filepath.ToSlash(relative)
		script := strings.HasPrefix(relative, ".ci/") && path.Ext(name) == ""
		if err != nil || !script && !slices.Contains([]string{".go", ".md", ".yml", ".yaml", ".sh", ".mjs"}, path.Ext(name)) {
			return err
		}
		if relative == "internal/check/platform_test.go" {
			return nil // its examples are wrong on purpose
		}
		content, err := os.ReadFile(at)
		files[relative] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	problems, count := citationProblems(files)
	for _, problem := range problems {
		t.Error(problem)
	}
	if count < 100 {
		t.Errorf("only %d citations were found in %d files", count, len(files))
	}
}

// TestCitationProblemsAreFound shows that each kind of mistake is seen.
func TestCitationProblemsAreFound(t *testing.T) {
	t.Parallel()
	const page = "# How\n\n## 1. Conventions\n\n### 1.1 Addresses\n\nSee §1.2.\n\n### 1.2 Ids\n\n### 1.3 Limits (background)\n"
	const cited = "// It is so (platform §1.1,\n// §1.2).\n"
	for _, test := range []struct{ name, page, code, want string }{
		{"all is well", page, cited + "// See RFC 9110 §10.2.3.\n", ""},
		{"broken between lines", page, "// (platform §1.1) and\n\t// as platform\n\t// §1.2 says.\n", ""},
		{"no such section", page, cited + "// (platform §2)\n", "a.go cites section 2, which does not exist"},
		{"no such section in a list", page, "// (platform §1.1, §1.2, §1.4)\n", "a.go cites section 1.4, which does not exist"},
		{"no such section within the page", page + "See §7.\n", cited, "docs/platform.md cites section 7, which does not exist"},
		{"nobody cites it", page, "// (platform §1.1)\n", "section 1.2 is neither cited nor called background"},
		{"background is cited", page, cited + "// (platform §1.3)\n", "section 1.3 is cited and called background"},
		{"a section twice", page + "### 1.1 Again\n", cited, "section 1.1 exists twice"},
		{"another form", page, cited + "// (platform facts §1.1)\n", `a.go: write "platform §1.1" for "facts §1.1"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			problems, _ := citationProblems(map[string]string{platformPage: test.page, "a.go": test.code})
			if got := strings.Join(problems, "\n"); got != test.want {
				t.Errorf("problems %q, want %q", got, test.want)
			}
		})
	}
}
