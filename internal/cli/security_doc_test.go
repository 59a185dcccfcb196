package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The review is worth what its tests are: each one that it names has to exist in
// the package that it names, and no row may do without.
func TestTheReviewNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	isTest := regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w*$`)
	span := regexp.MustCompile("`([^`]+)`")
	known := map[string]string{}
	rows := 0
	for line := range strings.Lines(text(t, "docs", "security.md")) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 6 || strings.HasPrefix(cells[1], "--") || strings.TrimSpace(cells[3]) == "tests" {
			if strings.HasPrefix(line, "|") && len(cells) != 6 {
				t.Errorf("a row without four cells: %s", line)
			}
			continue
		}
		rows++
		dir, named := "", 0
		for _, found := range span.FindAllStringSubmatch(cells[3], -1) {
			word := found[1]
			if !isTest.MatchString(word) {
				dir = word
				continue
			}
			if named++; dir == "" {
				t.Errorf("%s is named without its package: %s", word, line)
				continue
			}
			if _, read := known[dir]; !read {
				known[dir] = testsOf(t, dir)
			}
			if !strings.Contains(known[dir], "\nfunc "+word+"(") {
				t.Errorf("there is no %s in %s", word, dir)
			}
		}
		if named == 0 {
			t.Errorf("no test is named: %s", line)
		}
	}
	if rows < 40 {
		t.Errorf("only %d rows were found", rows)
	}
}

// testsOf returns the text of all test files of a package.
func testsOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(dir), "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no tests (%v)", dir, err)
	}
	var all strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteByte('\n')
		all.Write(content)
	}
	return all.String()
}
