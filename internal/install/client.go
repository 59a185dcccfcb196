package install

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// serverKey is the name of our entry in every configuration. Clients build tool
// names from it, so it is short and has no underscore.
const serverKey = "zerops"

// System is what a plan looks at of the machine.
type System struct {
	// OS is windows, darwin or linux, as runtime.GOOS has it.
	OS string
	// Home is the user's home directory.
	Home string
	// Environ holds NAME=VALUE pairs.
	Environ []string
}

// env is the value of a variable, "" where it is not set. Windows spells PATH Path,
// and does not care.
func (s System) env(name string) string {
	for _, pair := range s.Environ {
		is, value, _ := strings.Cut(pair, "=")
		if is == name || s.OS == "windows" && strings.EqualFold(is, name) {
			return value
		}
	}
	return ""
}

func (s System) home(elements ...string) string {
	return filepath.Join(append([]string{s.Home}, elements...)...)
}

// config is a path below the directory in which programs of this system keep
// their settings.
func (s System) config(elements ...string) string {
	var base string
	switch s.OS {
	case "windows":
		if base = s.env("APPDATA"); base == "" {
			base = s.home("AppData", "Roaming")
		}
	case "darwin":
		base = s.home("Library", "Application Support")
	default:
		base = s.xdg()
	}
	return filepath.Join(append([]string{base}, elements...)...)
}

// xdg is where programs keep their settings that do as on Linux everywhere.
func (s System) xdg(elements ...string) string {
	base := s.env("XDG_CONFIG_HOME")
	if base == "" || !filepath.IsAbs(base) {
		base = s.home(".config")
	}
	return filepath.Join(append([]string{base}, elements...)...)
}

// client is what install knows of one assistant.
type client struct {
	name    string
	aliases []string
	title   string
	// section holds the servers of a configuration.
	section string
	// toml marks the one client that does not use JSON. Its command changes the
	// file; this program only reads it.
	toml bool
	// typed entries say that they are of the kind stdio.
	typed bool
	// files lists where the configuration may be, the usual place first.
	files func(System) []string
	// every marks clients of which several may be installed side by side, each
	// with a file of its own.
	every bool
	// own is the client's command for adding servers; "" where it has none.
	own string
	// add and remove are the arguments of that command.
	add    func(entry) []string
	remove []string
	// seen tells what makes the client notice.
	seen string
}

// clients lists the assistants, each with its format in one place.
func clients() []client {
	return []client{
		{
			name: "claude-desktop", title: "Claude Desktop", section: "mcpServers",
			files: claudeDesktopFiles, seen: "Quit and start Claude Desktop.",
		},
		{
			name: "claude-code", title: "Claude Code", section: "mcpServers", typed: true,
			files: func(s System) []string {
				if dir := s.env("CLAUDE_CONFIG_DIR"); dir != "" {
					return []string{filepath.Join(dir, ".claude.json")}
				}
				return []string{s.home(".claude.json")}
			},
			own:    "claude",
			add:    func(e entry) []string { return []string{"mcp", "add-json", "--scope", "user", serverKey, e.json(true)} },
			remove: []string{"mcp", "remove", "--scope", "user", serverKey},
			seen:   "It is there in the next session; /mcp shows it.",
		},
		{
			name: "cursor", title: "Cursor", section: "mcpServers", typed: true,
			files: func(s System) []string { return []string{s.home(".cursor", "mcp.json")} },
			seen:  "Switch it on in Cursor's settings under MCP if it is not.",
		},
		{
			name: "vscode", aliases: []string{"vs-code", "code"}, title: "VS Code", section: "servers", typed: true,
			files: func(s System) []string { return []string{s.config("Code", "User", "mcp.json")} },
			own:   "code",
			add:   func(e entry) []string { return []string{"--add-mcp", e.named()} },
			seen:  "\"MCP: List Servers\" in VS Code shows and starts it.",
		},
		{
			name: "devin", aliases: []string{"windsurf"}, title: "Devin Desktop (formerly Windsurf)", section: "mcpServers",
			files: func(s System) []string {
				present := s.xdg("devin", "mcp_config.json")
				if s.OS == "windows" {
					present = s.config("devin", "mcp_config.json")
				}
				return []string{present, s.home(".codeium", "windsurf", "mcp_config.json")}
			},
			seen: "Refresh the MCP servers in its settings.",
		},
		{
			name: "zed", title: "Zed", section: "context_servers",
			files: func(s System) []string {
				if s.OS == "windows" {
					return []string{s.config("Zed", "settings.json")}
				}
				return []string{s.xdg("zed", "settings.json")}
			},
			seen: "Zed starts it by itself.",
		},
		{
			name: "codex", title: "Codex", section: "mcp_servers", toml: true,
			files: func(s System) []string {
				if dir := s.env("CODEX_HOME"); dir != "" {
					return []string{filepath.Join(dir, "config.toml")}
				}
				return []string{s.home(".codex", "config.toml")}
			},
			own: "codex",
			add: func(e entry) []string {
				args := []string{"mcp", "add", serverKey}
				for _, v := range e.Env {
					args = append(args, "--env", v.Name+"="+v.Value)
				}
				return append(append(args, "--", e.Command), e.Args...)
			},
			remove: []string{"mcp", "remove", serverKey},
			seen:   "It is there in the next session.",
		},
		{
			name: "gemini", aliases: []string{"gemini-cli"}, title: "Gemini CLI", section: "mcpServers",
			files: func(s System) []string { return []string{s.home(".gemini", "settings.json")} },
			seen:  "It is there in the next session; /mcp shows it.",
		},
		{
			name: "antigravity", aliases: []string{"agy"}, title: "Antigravity", section: "mcpServers", every: true,
			files: func(s System) []string {
				return []string{s.home(".gemini", "config", "mcp_config.json"), s.home(".gemini", "antigravity", "mcp_config.json")}
			},
			seen: "It is there in the next session.",
		},
	}
}

// claudeDesktopFiles knows that the Windows store keeps a copy of the
// application's files of its own.
func claudeDesktopFiles(s System) []string {
	files := []string{s.config("Claude", "claude_desktop_config.json")}
	if s.OS != "windows" {
		return files
	}
	local := s.env("LOCALAPPDATA")
	if local == "" {
		local = s.home("AppData", "Local")
	}
	packages, err := filepath.Glob(filepath.Join(local, "Packages", "Claude_*"))
	if err != nil {
		return files
	}
	for _, p := range packages {
		files = append([]string{filepath.Join(p, "LocalCache", "Roaming", "Claude", "claude_desktop_config.json")}, files...)
	}
	return files
}

// Clients lists the names that [Plan] knows.
func Clients() []string {
	var names []string
	for _, c := range clients() {
		names = append(names, c.name)
	}
	return names
}

// Known reports whether [Plan] knows a name or an alias.
func Known(name string) bool {
	_, ok := find(name)
	return ok
}

// find returns the client of a name or an alias.
func find(name string) (client, bool) {
	all := clients()
	i := slices.IndexFunc(all, func(c client) bool { return c.name == name || slices.Contains(c.aliases, name) })
	if i < 0 {
		return client{}, false
	}
	return all[i], true
}

// targets are the files to change: those that exist, else the one whose
// directory does, else the usual one.
func (c client) targets(s System) []string {
	files := c.files(s)
	var existing []string
	for _, f := range files {
		if _, err := os.Stat(f); err == nil {
			existing = append(existing, f)
		}
	}
	if len(existing) > 0 {
		if c.every || c.name == "claude-desktop" {
			return existing
		}
		return existing[:1]
	}
	for _, f := range files {
		if info, err := os.Stat(filepath.Dir(f)); err == nil && info.IsDir() {
			return []string{f}
		}
	}
	return files[:1]
}
