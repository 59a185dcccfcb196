package cli_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/internal/settings"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, p := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(p.text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, ":") {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", "..", filepath.Dir(p.path), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", p.path, m[1])
			}
		}
	}
}

func TestOneClickLinks(t *testing.T) {
	t.Parallel()
	found := 0
	for _, m := range regexp.MustCompile(`\[Add to [^\]]*\]\((https[^)]+)\)`).FindAllStringSubmatch(text(t, "docs", "clients.md"), -1) {
		found++
		u, err := url.Parse(m[1])
		if err != nil {
			t.Fatal(err)
		}
		config := u.Query().Get("config")
		switch {
		case strings.HasPrefix(config, "{"):
			checkEntry(t, []byte(config))
		case config != "":
			raw, err := base64.StdEncoding.DecodeString(config)
			if err != nil {
				t.Fatal(err)
			}
			checkEntry(t, raw)
		default:
			inner, err := url.Parse(u.Query().Get("url"))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := url.QueryUnescape(inner.RawQuery)
			if err != nil {
				t.Fatal(err)
			}
			checkEntry(t, []byte(raw))
		}
	}
	if found != 3 {
		t.Errorf("%d links", found)
	}
}

func TestNamesInDocuments(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`Code[A-Z]\w* += "([a-z_]+)"`).FindAllStringSubmatch(text(t, "tools", "request", "codes.go"), -1) {
		known[m[1]] = true
		if !strings.Contains(text(t, "docs", "troubleshooting.md"), "| `"+m[1]+"` |") {
			t.Errorf("docs/troubleshooting.md does not explain %s", m[1])
		}
	}
	got := run{args: "tools --toolsets all --allow-secrets --output json"}.do(t)
	word := regexp.MustCompile(`"([a-z]+(?:_[a-z]+)+)"`)
	for _, m := range word.FindAllStringSubmatch(got.stdout, -1) {
		known[m[1]] = true
	}
	for _, w := range []string{"mcp_servers", "context_servers", "tool_timeout_sec", "retry_after_seconds"} {
		known[w] = true
	}
	flags := map[string]bool{"--cap-drop": true}
	for _, s := range settings.Table() {
		flags["--"+s.Flag] = true
	}
	variable := regexp.MustCompile(`\b(?:ZMCP|ZEROPS)_[A-Z]+(?:_[A-Z]+)*\b`)
	span := regexp.MustCompile("`([^`\n]+)`")
	for _, pattern := range []string{"Dockerfile", "packaging/*/*", "packaging/*/.*", "packaging/*.json", ".github/workflows/*", ".goreleaser.y*ml"} {
		files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Errorf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, path := range files {
			content, err := os.ReadFile(path)
			if err != nil {
				continue // a directory
			}
			for _, name := range variable.FindAllString(string(content), -1) {
				if !slices.Contains(variables(), name) {
					t.Errorf("%s names the variable %s, which is not read", path, name)
				}
			}
		}
	}
	for _, p := range pages(t) {
		for _, name := range variable.FindAllString(p.text, -1) {
			if !slices.Contains(variables(), name) && name != "ZMCP_READONLY" && name != "ZEROPS_YAML" {
				t.Errorf("%s names the variable %s, which is not read", p.path, name)
			}
		}
		if strings.HasPrefix(p.path, "docs/adr") || strings.HasPrefix(p.path, "tools/") || p.path == "docs/architecture.md" || p.path == "docs/tools.md" || p.path == "CONTRIBUTING.md" {
			continue // these also name what is inside the code
		}
		for _, m := range span.FindAllStringSubmatch(p.text, -1) {
			first := strings.Fields(m[1])
			if len(first) == 0 {
				continue
			}
			flag, _, _ := strings.Cut(first[0], "=")
			if strings.HasPrefix(flag, "--") && len(flag) > 2 && !flags[flag] {
				t.Errorf("%s names the flag %s, which does not exist", p.path, flag)
			}
			if regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`).MatchString(m[1]) && !known[m[1]] {
				t.Errorf("%s names %s, which is no tool, argument, field or code", p.path, m[1])
			}
		}
	}
}

func TestTheTranscriptIsTrue(t *testing.T) {
	t.Parallel()
	got := run{args: "call diagnose_service --demo --arg project=ml-experiments --arg service=labeling"}.do(t)
	for _, want := range []string{`"cause":"dependency_conflict"`, `"confidence":"high"`, "react-dom@19.0.0", "react@18.3.1", "npm ci", `"status":"ACTIVE","containers":"1 ACTIVE"`} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("diagnose_service does not say %s", want)
		}
	}
	got = run{args: "call stop_service --demo --arg project=eshop-staging --arg service=api"}.do(t)
	if got.code != 3 || !strings.Contains(got.stdout, "unreachable until it is started again; data stays") {
		t.Errorf("stop_service: %d %s", got.code, got.stdout)
	}
	if !strings.Contains(text(t, "README.md"), "react-dom@19.0.0") || !strings.Contains(fmt.Sprint(pages(t)[0]), "#") {
		t.Error("the README has another transcript")
	}
}
