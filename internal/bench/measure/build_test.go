package measure_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zerops-mcp/internal/bench/measure"
)

// TestEverybodyBuildsTheSame holds whatever makes a release, or measures one, to
// the flags of BuildFlags.
func TestEverybodyBuildsTheSame(t *testing.T) {
	t.Parallel()
	words := measure.BuildFlags()
	for i, word := range words {
		if strings.Contains(word, " ") {
			words[i] = strconv.Quote(word)
		}
	}
	flags := strings.Join(words, " ")
	for name, pattern := range map[string]string{
		".ci/flags":                   `(?m)^release_flags=\((.*)\)$`,
		"Dockerfile":                  `CGO_ENABLED=0 .*go build (.*) -o `,
		"packaging/zerops/import.yml": `CGO_ENABLED=0 go build (.*) -o `,
		"packaging/zerops/zerops.yml": `CGO_ENABLED=0 go build (.*) -o `,
		"SECURITY.md":                 "`CGO_ENABLED=0 go build (.*) \\.`",
		"docs/dependencies.md":        "`CGO_ENABLED=0 go build ([^`]*)`",
	} {
		said := regexp.MustCompile(pattern).FindAllStringSubmatch(read(t, name), -1)
		if len(said) == 0 {
			t.Errorf("%s says nothing of the build; is the pattern right?", name)
		}
		for _, found := range said {
			if found[1] != flags {
				t.Errorf("%s builds with %s, a release with %s", name, found[1], flags)
			}
		}
	}

	// GoReleaser spells the same flags in its own way.
	releaser := read(t, ".goreleaser.yaml")
	for _, line := range []string{"env: [CGO_ENABLED=0]", "flags: [-trimpath, -buildvcs=true]", `ldflags: ["-s -w"]`} {
		if !strings.Contains(releaser, "    "+line+"\n") {
			t.Errorf(".goreleaser.yaml lacks %s", line)
		}
	}
	if strings.Contains(releaser, "gcflags") {
		t.Error(".goreleaser.yaml has flags for the compiler")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
