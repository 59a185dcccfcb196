package manifest

import (
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Lint finds what the platform does not say of a zerops.yaml: sections that do
// nothing, and settings that break later, or without a log (platform §4.9, §10.2).
func (z Zerops) Lint(types Catalogue) Findings {
	l := newLinter(z.Doc, types)
	l.setups(z)
	return l.Findings
}

func (l *linter) setups(z Zerops) {
	setups := z.Setups()
	names, extended := map[string]bool{}, map[string]bool{}
	for _, s := range setups {
		name := s.Name()
		if name != "" && names[name] {
			l.warn(s.Path("setup"), "a setup of this name is there already; only one of them is used")
		}
		names[name] = true
		for _, base := range s.Extends() {
			extended[base] = true
		}
	}
	for _, s := range setups {
		l.extends(s)
		l.bases(s)
		l.run(s)
		l.ports(s)
		l.probes(s)
		l.crontab(s)
		if s.Effective("run") == nil && len(s.Extends()) == 0 && !extended[s.Name()] {
			l.warn(s.Path(), "has no run section; the platform does not mind, and the service then runs with what it has")
		}
	}
}

// extends checks that what a setup extends is there and is another one.
func (l *linter) extends(s Setup) {
	for i, name := range s.Extends() {
		path := s.Path("extends")
		if _, list := s.At("extends").([]any); list {
			path = append(path, strconv.Itoa(i))
		}
		switch base, ok := s.file.Setup(name); {
		case !ok:
			words := ""
			if near := tool.Closest(name, s.file.Names(), 1); len(near) > 0 {
				words = "; did you mean " + tool.Clean(near[0], 60) + "?"
			}
			l.warn(path, "there is no setup %q in this file to take over from%s", tool.Clean(name, 60), words)
		case name == s.Name():
			l.warn(path, "extends itself")
		case base.reaches(s.Name(), map[string]bool{}):
			l.warn(path, "%q extends this setup in turn, so neither can be made up", tool.Clean(name, 60))
		}
	}
}

// reaches reports a setup that extends the named one, directly or not.
func (s Setup) reaches(name string, seen map[string]bool) bool {
	for _, base := range s.Extends() {
		if base == name {
			return true
		}
		if next, ok := s.file.Setup(base); ok && !seen[base] && len(seen) < maxExtended {
			seen[base] = true
			if next.reaches(name, seen) {
				return true
			}
		}
	}
	return false
}

// bases checks the types that a setup itself names.
func (l *linter) bases(s Setup) {
	check := func(path []string, use Use) {
		if words := l.types.Doubt(l.doc.Written(path), use); words != "" {
			l.warn(path, "%s", words)
		}
	}
	check(s.Path("run", "base"), UseRun)
	if list, ok := s.At("build", "base").([]any); ok {
		for i := range list {
			check(s.Path("build", "base", strconv.Itoa(i)), UseBuild)
		}
	} else {
		check(s.Path("build", "base"), UseBuild)
	}
}

// run checks the settings of the running container.
func (l *linter) run(s Setup) {
	if s.At("run", "start") != nil && s.At("run", "startCommands") != nil {
		l.warn(s.Path("run", "startCommands"), "stands beside start, and only one of them can start the service; leave one out")
	}
	if family(ParseTypeName(Text(s.Effective("run", "base"))).Family) == "docker" {
		l.docker(s)
	}
	variables, _ := s.At("run", "envVariables").(map[string]any)
	all := s.RunVariables()
	seen := map[string]string{}
	for _, place := range l.doc.inOrder(s.Path("run", "envVariables"), variables) {
		key := LastOf(place)
		value := Text(variables[key])
		switch {
		case key == "HOSTNAME":
			l.warn(place, "HOSTNAME in run.envVariables keeps the container from starting, without a log; choose another name")
		case !zerops.ValidKey(key):
			l.warn(place, "is no name of a variable: letters, digits and underscores, no digit first")
		case env.ReservedKey(key) != "":
			l.warn(place, "%s", env.ReservedKey(key))
		case seen[strings.ToLower(key)] != "":
			l.warn(place, "differs from %s in case only; keys are unique regardless of case", seen[strings.ToLower(key)])
		case env.SelfReference(key, value):
			l.warn(place, "%s", env.SelfReferenceWarning)
		}
		seen[strings.ToLower(key)] = key
		for _, name := range zerops.References(value) {
			if _, own := all[name]; strings.HasPrefix(name, "BUILD_") && !own {
				l.warn(place, "${%s} stays as text: variables of the build do not reach the running service; ${RUNTIME_…} in build.envVariables works the other way round", tool.Clean(name, 60))
			}
		}
	}
}

// docker checks what does nothing where containers run in a virtual machine.
func (l *linter) docker(s Setup) {
	if s.At("build", "buildCommands") != nil || s.At("build", "base") != nil {
		l.warn(s.Path("build"), "does nothing for a docker service, which is built by its own commands in run")
	}
	list, _ := s.At("run", "ports").([]any)
	for i, entry := range list {
		if port, _ := At(entry, "port").(int64); port == 80 || port == 443 {
			l.warn(s.Path("run", "ports", strconv.Itoa(i), "port"), "does nothing for a docker service: on the network of the host this port is taken; listen on another one")
		}
	}
}

// Extending reports the setups that take sections over from others, by their place.
func (z Zerops) Extending() [][]string {
	var paths [][]string
	for _, s := range z.Setups() {
		if len(s.Extends()) > 0 {
			paths = append(paths, slices.Clone(s.path))
		}
	}
	return paths
}
