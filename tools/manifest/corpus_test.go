package manifest_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// specimen is one file of the corpus with the verdict that it has to get.
//
// The archives in testdata/corpus hold many files each. A line "-- name --" begins
// one, and its lines that begin with == say what is expected:
//
//	== invalid            the tool says no
//	== code X             the platform refuses an import with this code
//	== crlf, == bom       the lines end as on Windows, a byte order mark stands first
//	== 7: a|b             line 7 is spoken of, in words that have a or b
//	== lag 7: word: why   the same, said because the platform's schema of May 2026 is
//	                      behind the platform; only with that schema
//	== own 7: word: why   the same, which that schema knows nothing of; only with the
//	                      simulator's
//
// What is not expected must not be said.
type specimen struct {
	name, text string
	isImport   bool
	invalid    bool
	code       string
	expected   []remark
}

// remark is something said of a line.
type remark struct {
	line  int
	words string
	only  string // the schema with which it is said, "" for both
}

// corpus reads the archives of a folder.
func corpus(t *testing.T, folder string) []specimen {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "corpus", folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus in %s: %v", folder, err)
	}
	var all []specimen
	seen := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		archive := strings.TrimSuffix(filepath.Base(file), ".txtar")
		parts := regexp.MustCompile(`(?m)^-- (\S+) --\n`).Split(string(raw), -1)
		names := regexp.MustCompile(`(?m)^-- (\S+) --\n`).FindAllStringSubmatch(string(raw), -1)
		for i, part := range parts[1:] {
			s := specimen{name: archive + "/" + names[i][1], isImport: folder == "import" || archive == "import"}
			if seen[s.name] {
				t.Errorf("%s: there are two of %s", folder, s.name)
			}
			seen[s.name] = true
			s.read(t, part)
			all = append(all, s)
		}
	}
	return all
}

var expectation = regexp.MustCompile(`^(?:(lag|own) )?(\d+): (.*)$`)

func (s *specimen) read(t *testing.T, part string) {
	t.Helper()
	ending, mark := "\n", ""
	var text []string
	for line := range strings.Lines(part) {
		line = strings.TrimSuffix(line, "\n")
		directive, is := strings.CutPrefix(line, "== ")
		if !is {
			text = append(text, line)
			continue
		}
		code, isCode := strings.CutPrefix(directive, "code ")
		found := expectation.FindStringSubmatch(directive)
		switch {
		case directive == "invalid":
			s.invalid = true
		case directive == "crlf":
			ending = "\r\n"
		case directive == "bom":
			mark = "\ufeff"
		case isCode:
			s.code = code
		case found != nil:
			at, _ := strconv.Atoi(found[2])
			words, why, _ := strings.Cut(found[3], ": ")
			only := map[string]string{"": "", "lag": platformSchemas, "own": ownSchemas}[found[1]]
			if only != "" && why == "" {
				t.Errorf("%s: this needs a reason: %s", s.name, directive)
			}
			s.expected = append(s.expected, remark{line: at, words: words, only: only})
		default:
			t.Errorf("%s: what is %q?", s.name, directive)
		}
	}
	for len(text) > 0 && text[len(text)-1] == "" {
		text = text[:len(text)-1]
	}
	s.text = mark + strings.Join(text, ending) + ending
}

// judge hands a file to the tool that reads it.
func (s *specimen) judge(h *tooltest.Harness) (invalid bool, said []remark) {
	h.T.Helper()
	if s.isImport {
		arguments := tooltest.Args{"yaml": s.text, "dry_run": true, "project": "blog"}
		if s.makesProject() {
			delete(arguments, "project")
		}
		r := h.Call("import_yaml", arguments)
		s.secretive(r)
		if r.IsError {
			return true, failed(r)
		}
		problems := remarks(r, "problems")
		return len(problems) > 0, append(problems, remarks(r, "warnings")...)
	}
	r := h.Call("validate_zerops_yaml", tooltest.Args{"yaml": s.text})
	s.secretive(r)
	if r.IsError {
		return true, failed(r)
	}
	said = append(remarks(r, "problems"), remarks(r, "warnings")...)
	return r.Get("valid") != true, said
}

// secretive checks that no secret of the file is told: they say of themselves that
// they are obviously fake.
func (s *specimen) secretive(r tooltest.Result) {
	r.T.Helper()
	if strings.Contains(string(r.Raw), "obviously-fake") {
		r.T.Errorf("%s: a secret of the file is in the answer: %s", s.name, r.Raw)
	}
}

var projectSection = regexp.MustCompile(`(?m)^\{?["']?project["']?:`)

func (s *specimen) makesProject() bool { return projectSection.MatchString(s.text) }

func remarks(r tooltest.Result, list string) []remark {
	var said []remark
	rows, _ := r.Get(list).([]any)
	for _, row := range rows {
		object, _ := row.(map[string]any)
		line, _ := object["line"].(float64)
		said = append(said, remark{line: int(line), words: fmt.Sprintf("%v %v: %v", cmp.Or(object["path"], object["field"]), object["code"], object["message"])})
	}
	return said
}

var lineOf = regexp.MustCompile(`line (\d+)`)

// failed gathers what an error says of lines.
func failed(r tooltest.Result) []remark {
	var said []remark
	add := func(field, text string) {
		found := lineOf.FindStringSubmatch(text)
		line := 0
		if found != nil {
			line, _ = strconv.Atoi(found[1])
		}
		said = append(said, remark{line: line, words: field + ": " + text})
	}
	fields, _ := tooltest.Lookup(r.Object, "error.fields").([]any)
	for _, item := range fields {
		field, _ := item.(map[string]any)
		problems, _ := field["problems"].([]any)
		for _, problem := range problems {
			add(fmt.Sprint(field["field"]), fmt.Sprint(problem))
		}
	}
	if len(said) == 0 {
		add("", fmt.Sprint(tooltest.Lookup(r.Object, "error.message")))
	}
	return said
}

// fits reports whether something said is what was expected: of that line, in one of
// the words.
func (e remark) fits(said remark) bool {
	if said.line != e.line {
		return false
	}
	return slices.ContainsFunc(strings.Split(e.words, "|"), func(word string) bool {
		return strings.Contains(strings.ToLower(said.words), strings.ToLower(word))
	})
}

// check compares what the tools say of a file with what is expected.
func (s *specimen) check(h *tooltest.Harness, schemas string, planted bool) {
	h.T.Helper()
	invalid, said := s.judge(h)
	expected := slices.DeleteFunc(s.expected, func(e remark) bool { return e.only != "" && e.only != schemas })
	if !planted && invalid != s.invalid || planted && s.invalid && !invalid {
		h.T.Errorf("%s: refused %v, want %v: %v", s.name, invalid, s.invalid, said)
	}
	for _, e := range expected {
		if !slices.ContainsFunc(said, e.fits) {
			h.T.Errorf("%s: nothing says %q of line %d, but: %v", s.name, e.words, e.line, said)
		}
	}
	for _, one := range said {
		if !slices.ContainsFunc(expected, func(e remark) bool { return e.fits(one) }) {
			h.T.Errorf("%s: line %d without a reason: %s", s.name, one.line, one.words)
		}
	}
}

// The two pairs of schemas that the corpus is held against.
const (
	ownSchemas      = "simulator"
	platformSchemas = "platform"
)

// schemas are the ways to serve the two schemas: the simulator's own, and those that
// the platform served in May 2026, where they are at hand.
func schemas(t *testing.T) map[string][]simulator.Fault {
	t.Helper()
	all := map[string][]simulator.Fault{ownSchemas: nil}
	var served []simulator.Fault
	for file, operation := range map[string]string{"zerops-yaml-2026-05.json": "GetSettingsZeropsYamlJsonSchemaJson", "import-2026-05.json": "GetSettingsImportProjectYamlJsonSchemaJson"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "schemas", file))
		if err != nil {
			t.Logf("not checked against the platform's schemas, which are not at hand")
			return all
		}
		served = append(served, simulator.Fault{Operation: operation, Status: 200, Body: string(raw)})
	}
	all[platformSchemas] = served
	return all
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	least := map[string]int{"zerops": 80, "import": 60, "faults": 60}
	for schema, served := range schemas(t) {
		for folder, count := range least {
			t.Run(schema+"/"+folder, func(t *testing.T) {
				t.Parallel()
				h := tooltest.Start(t, tooltest.InProcess, func(s *tooltest.Setup) { s.Token = simulator.AdminToken })
				for _, fault := range served {
					h.Sim.Fail(fault)
				}
				files := corpus(t, folder)
				if len(files) < count {
					t.Errorf("%d files, want %d", len(files), count)
				}
				for _, s := range files {
					s.check(h, schema, folder == "faults")
				}
				if n := h.Writes(); n != 0 {
					t.Errorf("%d writes", n)
				}
			})
		}
	}
}
