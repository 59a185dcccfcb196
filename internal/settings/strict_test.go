package settings_test

import (
	"slices"
	"strings"
	"testing"

	"zerops-mcp/internal/settings"
)

// limits are the settings that keep an assistant from something: what they are when
// they cannot be read, and what the word for no limit makes of them.
func limits() []struct {
	flag, word, list string
	strict, open     func(*settings.Settings) bool
} {
	none := func(list func(*settings.Settings) []string) func(*settings.Settings) bool {
		return func(s *settings.Settings) bool { return len(list(s)) == 0 }
	}
	return []struct {
		flag, word, list string
		strict, open     func(*settings.Settings) bool
	}{
		{"read-only", "false", "", func(s *settings.Settings) bool { return s.ReadOnly }, func(s *settings.Settings) bool { return !s.ReadOnly }},
		{"project", "*", "shop,%,blog", func(s *settings.Settings) bool {
			return slices.Equal(s.Projects, []string{settings.NoProject})
		}, func(s *settings.Settings) bool { return len(s.Projects) == 0 }},
		{"toolsets", "default", "all,%", func(s *settings.Settings) bool { return slices.Equal(s.Toolsets, []string{"account"}) }, func(s *settings.Settings) bool {
			return slices.Equal(s.Toolsets, []string{"default"})
		}},
		{"tools", "none", "add_port,%", none(func(s *settings.Settings) []string { return s.Tools }), none(func(s *settings.Settings) []string { return s.Tools })},
		{"exclude-tools", "none", "add_port,%", func(s *settings.Settings) bool { return slices.Equal(s.ExcludeTools, []string{"*"}) }, none(func(s *settings.Settings) []string { return s.ExcludeTools })},
		{"confirm", "auto", "", func(s *settings.Settings) bool { return s.Confirm == "human" }, func(s *settings.Settings) bool { return s.Confirm == "auto" }},
		{"protect-tag", "protected", "", func(s *settings.Settings) bool { return s.ProtectTag == "*" }, func(s *settings.Settings) bool { return s.ProtectTag == "protected" }},
		{"env-allow", "none", "A_*,%", none(func(s *settings.Settings) []string { return s.EnvAllow }), none(func(s *settings.Settings) []string { return s.EnvAllow })},
		{"allowed-hosts", "none", "a.example,%", none(func(s *settings.Settings) []string { return s.AllowedHosts }), none(func(s *settings.Settings) []string { return s.AllowedHosts })},
		{"allowed-origins", "none", "https://a.example,%", none(func(s *settings.Settings) []string { return s.AllowedOrigins }), none(func(s *settings.Settings) []string { return s.AllowedOrigins })},
		{"trusted-proxies", "none", "10.0.0.1,%", none(func(s *settings.Settings) []string { return s.TrustedProxies }), none(func(s *settings.Settings) []string { return s.TrustedProxies })},
	}
}

// TestLimitsThatCannotBeReadAreStrict goes through every limit, in a flag and in a
// variable, in every form in which clients and people leave one open.
func TestLimitsThatCannotBeReadAreStrict(t *testing.T) {
	t.Parallel()
	for _, l := range limits() {
		name := "ZMCP_" + strings.ToUpper(strings.ReplaceAll(l.flag, "-", "_"))
		load := func(value string, flag bool) (*settings.Settings, []settings.Warning, error) {
			source := settings.Source{Dir: "/srv/app", Home: "/home/you"}
			if strings.HasPrefix(l.flag, "allowed") || l.flag == "trusted-proxies" {
				source.Args = []string{"--transport", "http"}
			}
			if flag {
				// What the variable says must not come back in the place of a flag.
				source.Args = append(source.Args, "--"+l.flag+"="+value)
				source.Environ = []string{name + "=" + strings.ReplaceAll(l.word, "none", "whoami")}
			} else {
				source.Environ = []string{name + "=" + value}
			}
			return settings.Load(source)
		}
		values := []string{"", " ", "\t", `""`, "''", "${user_config.x}", "${X}", "${X:-}", "$X", "$name", "%X%", "{x}", "{{ x }}", "<x>", `"${X}"`, "a-${X}"}
		if l.list != "" {
			for _, open := range []string{"${user_config.x}", "${X}", "$X", "%X%"} {
				values = append(values, strings.ReplaceAll(l.list, "%", open))
			}
			values = append(values, ",", " , ,")
		}
		for _, flag := range []bool{true, false} {
			given := name
			if flag {
				given = "--" + l.flag
			}
			for _, value := range values {
				s, warnings, err := load(value, flag)
				if err != nil {
					t.Errorf("%s=%q: %v", given, value, err)
					continue
				}
				if !l.strict(s) {
					t.Errorf("%s=%q is not strict: %+v", given, value, s)
				}
				// One warning of it says what counts and how to lift the limit.
				if len(s.Strict) != 1 || !slices.Contains(warnings, s.Strict[0]) || s.Strict[0].Setting != given ||
					!strings.Contains(s.Strict[0].Text, "strict") || !strings.Contains(s.Strict[0].Text, given+"=") || !strings.Contains(s.Strict[0].Text, l.word) {
					t.Errorf("%s=%q: %v, warnings %v", given, value, s.Strict, warnings)
				}
			}
			s, _, err := load(l.word, flag)
			if err != nil || !l.open(s) || s.Strict != nil {
				t.Errorf("%s=%q: %+v, %v", given, l.word, s, err)
			}
		}
	}
}

// TestLimitsKnowTheirDocumentation: a new setting that limits an assistant has to
// be in the table above, and in the documentation.
func TestLimitsKnowTheirDocumentation(t *testing.T) {
	t.Parallel()
	text := settings.Markdown()
	_, table, _ := strings.Cut(text, "| empty or unexpanded |")
	table, _, _ = strings.Cut(table, "## The token")
	if rows := strings.Count(table, "| `--"); rows != len(limits()) {
		t.Errorf("the documentation has %d limits, this test %d", rows, len(limits()))
	}
	for _, l := range limits() {
		if !strings.Contains(table, "| `--"+l.flag+"`") || !strings.Contains(table, "`"+l.word+"` |") {
			t.Errorf("--%s is not documented", l.flag)
		}
	}
}

// TestLimitsNotGivenAreUsual: a limit that nobody sets, and one that another setting
// of the same kind is not about, stay as they are.
func TestLimitsNotGivenAreUsual(t *testing.T) {
	t.Parallel()
	s, warnings := mustLoad(t, "--project=shop --project blog --read-only=false", "ZMCP_PROJECT=${X}", "ZMCP_READ_ONLY=")
	if !slices.Equal(s.Projects, []string{"shop", "blog"}) || s.ReadOnly || s.Strict != nil || len(warnings) != 0 {
		t.Errorf("%+v %v", s, warnings)
	}
	s, _ = mustLoad(t, "--project shop --project=${X}")
	if !slices.Equal(s.Projects, []string{settings.NoProject}) {
		t.Errorf("one of two flags cannot be read: %q", s.Projects)
	}
	// A lent token with limits that cannot be read is lent with the strictest.
	if s, _ = mustLoad(t, "--transport http --http-auth server", "ZMCP_ACCESS_KEYS=a:0123456789abcdef", "ZMCP_PROJECT=${X}"); !slices.Equal(s.Projects, []string{settings.NoProject}) {
		t.Errorf("projects %q", s.Projects)
	}
	if _, _, err := load(t, "--transport http --http-auth server --project=*", "ZMCP_ACCESS_KEYS=a:0123456789abcdef"); err == nil {
		t.Error("a token is lent for every project without being asked for")
	}
}
