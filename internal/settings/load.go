package settings

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"zerops-mcp/internal/phrase"
)

// A Source is everything that [Load] looks at.
type Source struct {
	// Args are the program's arguments without its name.
	Args []string
	// Environ holds NAME=VALUE pairs, as os.Environ gives them.
	Environ []string
	// Dir is the working directory; "" when it cannot be told.
	Dir string
	// Home is the user's home directory; "" when there is none.
	Home string
	// ConfigDir is the user's configuration directory; "" when there is none.
	ConfigDir string
}

// given is one value of one setting and where it came from.
type given struct {
	setting *Setting
	value   string
	from    string
	// alone marks a switch given by its name only.
	alone bool
}

// loader collects what a start was told before it is checked.
type loader struct {
	src      Source
	table    []Setting
	byFlag   map[string]*Setting
	byEnv    map[string]*Setting
	environ  map[string]string
	flags    []given
	operands []string
	out      *Settings
	warnings []Warning
	// lost names the limits that were given and cannot be read, with where they
	// were given.
	lost map[string]string
}

// Load reads the command line and the environment. Its error, if any, is one
// line that names the fix; the program should print it and end with status 2.
// Flags win over variables, and among the variables of one setting the first
// of the table wins.
func Load(src Source) (*Settings, []Warning, error) {
	l := &loader{
		src:     src,
		table:   Table(),
		byFlag:  make(map[string]*Setting),
		byEnv:   make(map[string]*Setting),
		environ: make(map[string]string, len(src.Environ)),
		out:     &Settings{origins: make(map[string]string)},
		lost:    make(map[string]string),
	}
	for i := range l.table {
		s := &l.table[i]
		if s.Flag != "" {
			l.byFlag[s.Flag] = s
		}
		for _, name := range s.Env {
			l.byEnv[name] = s
		}
	}
	command, err := l.readArgs()
	if err != nil {
		return nil, nil, err
	}
	l.out.Command = command.Name
	if command.plain || l.out.Help {
		l.out.Operands = l.operands
		return l.out, nil, nil
	}
	if err := l.readEnviron(); err != nil {
		return nil, nil, err
	}
	if err := l.fill(); err != nil {
		return nil, nil, err
	}
	if err := l.finish(); err != nil {
		return nil, nil, err
	}
	return l.out, l.warnings, nil
}

func (l *loader) warn(setting, format string, args ...any) {
	l.warnings = append(l.warnings, Warning{Setting: setting, Text: fmt.Sprintf(format, args...)})
}

// readEnviron takes over the environment and refuses variables of our own
// prefix that do not exist: a mistyped ZMCP_READ_ONLY must not start a server
// that may write.
func (l *loader) readEnviron() error {
	for _, pair := range l.src.Environ {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			continue
		}
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		if _, again := l.environ[name]; again {
			continue
		}
		l.environ[name] = value
		if err := l.checkName(name); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) checkName(name string) error {
	if l.byEnv[name] != nil || slices.Contains(TokenVariables(), name) {
		return nil
	}
	upper := strings.ToUpper(name)
	if strings.HasPrefix(upper, "ZMCP_") {
		if near := Closest(upper, l.variables()); near != "" {
			return fmt.Errorf("unknown variable %s: did you mean %s?", clip(name), near)
		}
		return fmt.Errorf("unknown variable %s: remove it, or see \"zerops-mcp help serve\" for the ones that exist", clip(name))
	}
	// Other programs own the rest of the environment, so a near miss outside
	// our prefix is only worth a word.
	if strings.HasPrefix(upper, "Z") && strings.Contains(upper, "_") {
		if near := Closest(upper, l.variables()); near != "" && phrase.Distance(upper, near) <= 2 {
			l.warn(clip(name), "is not a variable of zerops-mcp and is ignored; did you mean %s?", near)
		}
	}
	return nil
}

// variables lists every variable there is, sorted.
func (l *loader) variables() []string {
	names := TokenVariables()
	for name := range l.byEnv {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// fill stores every setting: from flags, else from variables, else its default.
func (l *loader) fill() error {
	for i := range l.table {
		s := &l.table[i]
		values, from := l.fromFlags(s)
		if from == "" && l.lost[s.Name()] == "" {
			values, from = l.fromEnviron(s)
		}
		if given := l.lost[s.Name()]; given != "" {
			values, from = s.limit().values, given
		}
		if from == "" {
			if s.Default != "" {
				values = []string{s.Default}
			}
		} else if len(values) > 0 {
			l.out.origins[s.Name()] = from
		}
		if err := s.store(l.out, values, from); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) fromFlags(s *Setting) (values []string, from string) {
	for _, g := range l.flags {
		if g.setting != s {
			continue
		}
		list, ok := l.usable(g)
		if !ok {
			continue
		}
		if len(values) > 0 && !s.Repeat && !slices.Equal(values, list) {
			l.warn(g.from, "given more than once; the last value counts")
		}
		if s.Repeat {
			values = append(values, list...)
		} else {
			values = list
		}
		from = g.from
	}
	return values, from
}

func (l *loader) fromEnviron(s *Setting) (values []string, from string) {
	for _, name := range s.Env {
		value, set := l.environ[name]
		if !set {
			continue
		}
		list, ok := l.usable(given{setting: s, value: value, from: name})
		switch {
		case !ok:
		case from == "":
			values, from = list, name
		case !slices.Equal(values, list):
			l.warn(name, "differs from %s, which wins", from)
		}
	}
	return values, from
}

// usable splits a value into its elements and drops what counts as unset.
func (l *loader) usable(g given) ([]string, bool) {
	s := g.setting
	if s.verbatim {
		return []string{g.value}, true
	}
	if g.alone {
		return []string{"true"}, true
	}
	elements := []string{g.value}
	if _, list := s.at(l.out).(*[]string); list {
		elements = split(g.value, s.paths, strings.HasPrefix(g.from, "-"))
	}
	var values []string
	var placeholder string
	limit := s.limit() != nil
	for _, e := range elements {
		e = strings.TrimSpace(e)
		switch {
		case e == "", limit && bare(e) == "":
		case unexpanded(e), limit && unfilled(bare(e)):
			placeholder = e
		default:
			values = append(values, e)
		}
	}
	switch {
	case limit && (placeholder != "" || len(values) == 0):
		l.strict(g, placeholder)
		return nil, false
	case placeholder != "":
		l.warn(g.from, "holds %s, which your client did not expand; it counts as unset", clip(placeholder))
	case len(values) == 0:
		l.warn(g.from, "is empty and counts as unset")
	}
	return values, len(values) > 0
}
