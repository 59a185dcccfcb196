package main_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/internal/settings"
)

func file(t *testing.T, elements ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{"..", "..", ".."}, elements...)...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// decode reads a file that has nothing but the fields of v.
func decode(t *testing.T, content []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(content, v); err != nil {
		t.Fatal(err)
	}
}

// variables are the names that the program reads.
func variables() []string {
	names := settings.TokenVariables()
	for _, s := range settings.Table() {
		names = append(names, s.Env...)
	}
	return names
}

type manifest struct {
	Version     string `json:"version"`
	Description string `json:"description"`
	Icon        string `json:"icon"`
	Server      struct {
		MCP struct {
			Args []string          `json:"args"`
			Env  map[string]string `json:"env"`
		} `json:"mcp_config"`
	} `json:"server"`
	Config map[string]struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		Required    bool   `json:"required"`
		Sensitive   bool   `json:"sensitive"`
		Multiple    bool   `json:"multiple"`
		Default     any    `json:"default"`
	} `json:"user_config"`
}

// TestManifestStartsTheServer checks what the host would start for settings as
// people leave them: lists as several arguments, everything else as text.
func TestManifestStartsTheServer(t *testing.T) {
	t.Parallel()
	var m manifest
	decode(t, file(t, "packaging", "mcpb", "manifest.json"), &m)
	if m.Version != "0.0.0" || len(m.Description) > 120 {
		t.Errorf("version %q, description of %d bytes", m.Version, len(m.Description))
	}
	for name, c := range m.Config {
		if c.Title == "" || c.Description == "" || !c.Required && c.Default == nil {
			t.Errorf("%s has no title, description or default", name)
		}
		if name == "token" != c.Sensitive {
			t.Errorf("%s: sensitive %t", name, c.Sensitive)
		}
	}
	for name := range m.Server.MCP.Env {
		if !slices.Contains(variables(), name) {
			t.Errorf("%s is not a variable of the program", name)
		}
	}
	for _, tt := range []struct {
		name string
		user map[string]any
		ok   func(*settings.Settings) bool
	}{
		{"defaults", map[string]any{"token": "obviously-fake"}, func(s *settings.Settings) bool {
			return s.ReadOnly && s.Projects == nil && slices.Equal(s.Toolsets, []string{"default"}) && s.Strict == nil
		}},
		{"changes allowed", map[string]any{"token": "obviously-fake", "read_only": false}, func(s *settings.Settings) bool {
			return !s.ReadOnly && s.Projects == nil && s.Strict == nil
		}},
		{"emptied", map[string]any{"token": "", "projects": "", "toolsets": "", "read_only": false}, func(s *settings.Settings) bool {
			return !s.ReadOnly && slices.Equal(s.Projects, []string{settings.NoProject}) && slices.Equal(s.Toolsets, []string{"account"}) && len(s.Strict) == 2 && s.Token.Current().Token == ""
		}},
		{"several", map[string]any{"token": "obviously-fake", "projects": "shop, blog", "deploy_roots": []string{"/tmp", "/"}, "read_only": false, "toolsets": "all"}, func(s *settings.Settings) bool {
			return slices.Equal(s.Projects, []string{"shop", "blog"}) && slices.Equal(s.DeployRoots, []string{"/tmp", "/"})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args, env := expand(m, tt.user)
			s, _, err := settings.Load(settings.Source{Args: args, Environ: env, Dir: "/", Home: "/home/you"})
			if err != nil || !tt.ok(s) {
				t.Errorf("%q %q: %+v, %v", args, env, s, err)
			}
		})
	}
}

// expand does as the host does with placeholders of the manifest.
func expand(m manifest, user map[string]any) (args, env []string) {
	values := make(map[string]any)
	for name, c := range m.Config {
		if c.Default != nil {
			values["${user_config."+name+"}"] = c.Default
		}
	}
	for name, v := range user {
		values["${user_config."+name+"}"] = v
	}
	text := func(v any) string {
		switch v := v.(type) {
		case bool:
			if v {
				return "true"
			}
			return "false"
		case string:
			return v
		}
		return ""
	}
	for _, a := range m.Server.MCP.Args {
		switch v := values[a].(type) {
		case []string:
			args = append(args, v...)
		case []any: // the default, an empty list
		case nil:
			args = append(args, a)
		default:
			args = append(args, text(v))
		}
	}
	for name, v := range m.Server.MCP.Env {
		if value, ok := values[v]; ok {
			v = text(value)
		}
		env = append(env, name+"="+v)
	}
	return args, env
}

// TestManifestThatNobodyFilledIn: a host that leaves the placeholders as they are
// starts a server that may do nothing, instead of one that may do everything.
func TestManifestThatNobodyFilledIn(t *testing.T) {
	t.Parallel()
	var m manifest
	decode(t, file(t, "packaging", "mcpb", "manifest.json"), &m)
	var env []string
	for name, v := range m.Server.MCP.Env {
		env = append(env, name+"="+v)
	}
	s, _, err := settings.Load(settings.Source{Args: m.Server.MCP.Args, Environ: env, Dir: "/", Home: "/home/you"})
	if err != nil || !s.ReadOnly || !slices.Equal(s.Projects, []string{settings.NoProject}) || !slices.Equal(s.Toolsets, []string{"account"}) || len(s.Strict) != 3 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestIcon(t *testing.T) {
	t.Parallel()
	icon, err := png.Decode(bytes.NewReader(file(t, "packaging", "mcpb", "icon.png")))
	if err != nil || icon.Bounds().Dx() != 512 || icon.Bounds().Dy() != 512 {
		t.Errorf("icon: %v", err)
	}
}

// TestRegistryEntry checks the rules of the registry that its schema does not
// hold as well.
func TestRegistryEntry(t *testing.T) {
	t.Parallel()
	var entry struct {
		Schema      string `json:"$schema"`
		Name        string `json:"name"`
		Description string `json:"description"`
		Version     string `json:"version"`
		Packages    []struct {
			RegistryType string `json:"registryType"`
			Identifier   string `json:"identifier"`
			Version      string `json:"version"`
			SHA256       string `json:"fileSha256"`
			Transport    struct {
				Type string `json:"type"`
			} `json:"transport"`
			Environment []struct {
				Name     string `json:"name"`
				IsSecret bool   `json:"isSecret"`
				Required bool   `json:"isRequired"`
				Default  string `json:"default"`
			} `json:"environmentVariables"`
			Runtime []struct {
				Name  string `json:"name"`
				Value string `json:"value"`
			} `json:"runtimeArguments"`
		} `json:"packages"`
	}
	decode(t, file(t, "packaging", "server.json"), &entry)
	if !regexp.MustCompile(`^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$`).MatchString(entry.Name) || len(entry.Description) > 100 || entry.Version != "0.0.0" {
		t.Errorf("name %q, description of %d bytes, version %q", entry.Name, len(entry.Description), entry.Version)
	}
	if !strings.Contains(string(file(t, "Dockerfile")), `io.modelcontextprotocol.server.name="io.github.${OWNER}/zerops-mcp"`) {
		t.Error("the image is not labelled with the name of the entry")
	}
	for _, p := range entry.Packages {
		if p.Transport.Type != "stdio" {
			t.Errorf("%s: transport %q", p.Identifier, p.Transport.Type)
		}
		for _, v := range p.Environment {
			if !slices.Contains(variables(), v.Name) || v.IsSecret != (v.Name == "ZEROPS_TOKEN") || !v.Required && v.Default == "" {
				t.Errorf("%s: %+v", p.RegistryType, v)
			}
		}
		for _, a := range p.Runtime {
			if name, _, _ := strings.Cut(a.Value, "="); a.Name != "-e" || !slices.Contains(variables(), name) {
				t.Errorf("%s: %+v", p.RegistryType, a)
			}
		}
		switch p.RegistryType {
		case "mcpb":
			if !strings.HasPrefix(p.Identifier, "https://github.com/") || !strings.Contains(p.Identifier, "mcp") || p.SHA256 != strings.Repeat("0", 64) || p.Version != entry.Version {
				t.Errorf("bundle: %+v", p)
			}
		case "oci":
			if !strings.HasSuffix(p.Identifier, ":"+entry.Version) || p.Version != "" {
				t.Errorf("image: %+v", p)
			}
		default:
			t.Errorf("unexpected package %q", p.RegistryType)
		}
	}
}

// TestPluginAndExtension checks that both start the same server and teach the
// same.
func TestPluginAndExtension(t *testing.T) {
	t.Parallel()
	var plugin struct{ Name, Version, Description string }
	decode(t, file(t, "packaging", "claude-code", ".claude-plugin", "plugin.json"), &plugin)
	var market struct {
		Plugins []struct{ Name, Source string }
	}
	decode(t, file(t, ".claude-plugin", "marketplace.json"), &market)
	if plugin.Version != "0.0.0" || len(market.Plugins) != 1 || market.Plugins[0].Name != plugin.Name || market.Plugins[0].Source != "./packaging/claude-code" {
		t.Errorf("plugin %+v, marketplace %+v", plugin, market)
	}
	for _, path := range [][]string{{"packaging", "claude-code", ".mcp.json"}, {"packaging", "gemini", "gemini-extension.json"}} {
		var config struct {
			Servers map[string]struct {
				Command string
				Args    []string
				Env     map[string]string
			} `json:"mcpServers"`
		}
		decode(t, file(t, path...), &config)
		server, ok := config.Servers["zerops"]
		if !ok || len(config.Servers) != 1 || server.Command != "zerops-mcp" || len(server.Env) != 1 {
			t.Errorf("%v: %+v", path, config)
		}
		s, warnings, err := settings.Load(settings.Source{Args: server.Args, Environ: []string{"ZEROPS_TOKEN_FILE=" + server.Env["ZEROPS_TOKEN_FILE"]}, Home: "/home/you"})
		if err != nil || len(warnings) > 0 || filepath.ToSlash(s.TokenFile) != "/home/you/.config/zerops-mcp/token" {
			t.Errorf("%v: %v %v", path, warnings, err)
		}
	}
	skill := string(file(t, "packaging", "claude-code", "skills", "zerops", "SKILL.md"))
	_, rest, _ := strings.Cut(skill, "---\n")
	front, body, ok := strings.Cut(rest, "---\n")
	if !ok || !strings.Contains(front, "name: zerops\n") || !strings.Contains(front, "description: ") || len(body) > 5000 {
		t.Errorf("the skill has no front matter or is long: %d bytes", len(body))
	}
	if strings.TrimSpace(body) != strings.TrimSpace(string(file(t, "packaging", "gemini", "GEMINI.md"))) {
		t.Error("packaging/gemini/GEMINI.md differs from the body of the skill: copy it over")
	}
}

// TestWorkflowsArePinned checks that what runs with rights on the repository is
// what was looked at: actions by commit, tools by version, no rights by default.
func TestWorkflowsArePinned(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", ".github", "workflows", "*.yml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d workflows, %v", len(files), err)
	}
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "\npermissions: {}\n") {
			t.Errorf("%s does not begin without rights", path)
		}
		for line := range strings.Lines(string(text)) {
			if _, action, ok := strings.Cut(line, "uses: "); ok && !pinned.MatchString(strings.TrimSpace(action)) {
				t.Errorf("%s: not pinned to a commit with its version beside it: %s", path, action)
			}
			if strings.Contains(line, "@latest") || strings.Contains(line, ":latest") {
				t.Errorf("%s: %s", path, line)
			}
		}
	}
	version := regexp.MustCompile(`goreleaser_version=(\S+)`).FindSubmatch(file(t, ".ci", "release"))
	if version == nil || !bytes.Contains(file(t, ".github", "workflows", "release.yml"), []byte("version: v"+string(version[1])+"\n")) {
		t.Error("CI and releases use different versions of goreleaser")
	}
}

// TestDependenciesAreExplained checks that what the program needs earns a line.
func TestDependenciesAreExplained(t *testing.T) {
	t.Parallel()
	explained := string(file(t, "docs", "dependencies.md"))
	_, reasons, _ := strings.Cut(explained, "Versions that are no stable release")
	reasons, _, _ = strings.Cut(reasons, "Looked at and left out")
	count := 0
	for line := range strings.Lines(string(file(t, "go.mod"))) {
		fields := strings.Fields(line)
		if len(fields) == 2 && strings.HasPrefix(line, "\t") {
			count++
			if !strings.Contains(explained, "`"+fields[0]+"`") {
				t.Errorf("docs/dependencies.md says nothing of %s", fields[0])
			}
			if stable := !strings.HasPrefix(fields[1], "v0.") && !strings.Contains(fields[1], "-"); !stable && !strings.Contains(reasons, "`"+fields[0]+"`") {
				t.Errorf("docs/dependencies.md gives no reason for %s at %s", fields[0], fields[1])
			}
		}
	}
	if count < 8 {
		t.Errorf("%d direct dependencies found", count)
	}
}
