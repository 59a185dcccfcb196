package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

func silentStartFailure(e *Evidence) finding {
	if !e.failedIn("deploy") || len(e.Log.Runtime) > 0 || e.Log.Cut {
		return finding{}
	}
	lines := []string{"deployment " + e.deployment.Version.ID + ": " + deployments.FailureText(*e.deployment, e.now), "the application wrote nothing while it was deployed"}
	f := because(low, lines...)
	if e.setsVariable("HOSTNAME") {
		f.confidence, f.evidence = high, append(f.evidence, "run.envVariables sets HOSTNAME")
	}
	return f
}

func containerFailed(e *Evidence) finding {
	if e.failedIn("deploy") {
		return finding{}
	}
	var lines []string
	for _, box := range e.containers {
		if strings.HasSuffix(box.Status, "FAILED") {
			lines = append(lines, fmt.Sprintf("container %s is %s", tool.Clean(box.Hostname, 60), tool.Clean(box.Status, 30)))
		}
	}
	if strings.HasSuffix(e.service.Status, "CONTAINER_FAILED") {
		lines = append(lines, "the service is "+tool.Clean(e.service.Status, 40))
	}
	if len(lines) > 0 {
		for _, line := range tail(e.severe, 3) {
			lines = append(lines, "application log "+evidenceText(line))
		}
	}
	return because(medium, lines...)
}

// unreachable names what the application looks for.
func (e *Evidence) unreached() []string {
	var lines []string
	for _, name := range [...]string{"database_unreachable", "service_host_unknown", "queue_refuses_connection", "upstream_not_running"} {
		lines = append(lines, e.said(name).evidence...)
	}
	return lines
}

// unknownHost tells which services there are, where the application looks for one that
// there is not.
func unknownHost(e *Evidence, said finding) finding {
	if len(said.evidence) == 0 {
		return said
	}
	var names []string
	for i := range e.siblings {
		if s := &e.siblings[i]; !s.Hidden() && s.ID != e.service.ID && len(names) < 12 {
			names = append(names, tool.Clean(s.Name, 40))
		}
	}
	if len(names) > 0 {
		said.evidence = append(said.evidence, "services of the project: "+strings.Join(names, ", "))
	}
	return said
}

// stoppedDependency finds services that this one refers to and that do not run.
func stoppedDependency(e *Evidence, _ finding) finding {
	unreached := e.unreached()
	trouble := strings.ToLower(strings.Join(unreached, "\n"))
	var lines []string
	f := finding{confidence: medium}
	for i := range e.siblings {
		s := &e.siblings[i]
		if s.Hidden() || s.ID == e.service.ID || !s.Failed() && s.Status != "STOPPED" && s.Status != "STOPPING" && s.Status != "SERVICE_STOPPED" {
			continue
		}
		if inLog := trouble != "" && namesHost(trouble, s.Name); !inLog && !e.refersTo(s.Name) {
			continue
		}
		lines = append(lines, fmt.Sprintf("the service %q (%s) is %s", tool.Clean(s.Name, 40), s.ID, tool.Clean(s.Status, 40)))
		if trouble != "" {
			f.confidence, f.score = high, scoreCode
			lines = append(lines, unreached[0])
		}
		if f.next == nil {
			f.next = &tool.Next{Tool: "start_service", Arguments: tool.NextArgs{Service: s.ID}}
		}
	}
	f.evidence = lines
	return f
}

// refersTo reports whether variables of the service refer to another one.
func (e *Evidence) refersTo(hostname string) bool {
	prefix := "${" + hostname + "_"
	refers := func(v zerops.Variable) bool { return v.Content.RefersTo(hostname) }
	if slices.ContainsFunc(e.variables, refers) {
		return true
	}
	for _, v := range e.yaml.RunVariables() {
		if strings.Contains(fmt.Sprint(v), prefix) {
			return true
		}
	}
	return e.deployment != nil && slices.ContainsFunc(e.deployment.Version.Variables, refers)
}

// setsVariable reports that zerops.yaml sets a variable of the running container. Where
// the file is not at hand, the version names its variables all the same
// (platform §10.1).
func (e *Evidence) setsVariable(key string) bool {
	return e.yaml.RunVariables()[key] != nil ||
		slices.ContainsFunc(e.deployment.Version.Variables, func(v zerops.Variable) bool { return v.Key == key })
}

// namesHost reports whether a text holds a hostname as a word.
func namesHost(text, hostname string) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		if word == hostname {
			return true
		}
	}
	return false
}

// blockedHost leaves out the hosts that only a scanner asks for: bare addresses.
func blockedHost(said finding) finding {
	for _, line := range said.evidence {
		_, after, found := strings.Cut(line, "HTTP_HOST header: '")
		if found && strings.IndexFunc(strings.TrimRight(strings.SplitN(after, "'", 2)[0], ":0123456789"), func(r rune) bool { return r != '.' && (r < '0' || r > '9') }) < 0 {
			return finding{}
		}
	}
	return said
}

// devDependencies adds what tells that development dependencies were left out: the
// variable, or the switch of the install command. With the latter, any missing package or
// tool is probably one of them.
func devDependencies(e *Evidence, said finding) finding {
	if install := e.leavesOutDev(); install != "" && len(said.evidence) == 0 {
		for _, name := range [...]string{"module_not_found", "dependency_not_deployed"} {
			if missing := e.said(name); missing.confidence == high && missing.score >= said.score {
				said = missing
				said.evidence = append(slices.Clone(missing.evidence[:1]), install)
				said.score++
			}
		}
	}
	if len(said.evidence) == 0 {
		return said
	}
	if variables, _ := e.yaml.At("build", "envVariables").(map[string]any); fmt.Sprint(variables["NODE_ENV"]) == "production" {
		said.evidence = append(said.evidence, "build.envVariables sets NODE_ENV: production")
		said.confidence = high
	}
	return said
}

// leavesOutDev is the line that echoes an install without development dependencies.
func (e *Evidence) leavesOutDev() string {
	lines := e.Log.Build
	if !e.failedIn("build") {
		lines = slices.Concat(e.Log.Runtime, e.runtime)
	}
	for _, line := range lines {
		text := strings.ToLower(line.Message)
		if !commandEcho(text) {
			continue
		}
		for _, words := range [...]string{"--omit=dev", "--omit dev", "--production", "--no-dev", "--prod", "--only=prod", "node_env=production", "--without dev", "without development"} {
			if strings.Contains(text, words) && (strings.Contains(text, "install") || strings.Contains(text, " ci") || strings.Contains(text, "yarn") || strings.Contains(text, "sync")) {
				return evidenceText(line)
			}
		}
	}
	return ""
}

// packageIndex tells a package that apt does not know from lists that were never fetched.
func packageIndex(e *Evidence, said finding) finding {
	unknown := e.said("package_not_found")
	if len(unknown.evidence) == 0 || !strings.Contains(strings.ToLower(unknown.evidence[0]), "unable to locate package") {
		return said
	}
	read := false
	for _, line := range slices.Concat(e.Log.Build, e.Log.Prepare) {
		text := strings.ToLower(strings.TrimLeft(withoutTime(line.Message), " "))
		if strings.HasPrefix(text, "get:") || strings.HasPrefix(text, "hit:") || strings.HasPrefix(text, "ign:") || strings.HasPrefix(text, "fetched ") || strings.Contains(text, "apt-get update") || strings.Contains(text, "apt update") {
			return said
		}
		read = read || strings.HasPrefix(text, "reading package lists")
	}
	if !read {
		return said
	}
	unknown.score++
	unknown.evidence = append(unknown.evidence, "no package list was fetched before")
	return unknown
}

// exitsAtOnce leaves out a service that was asked to end.
func exitsAtOnce(e *Evidence, said finding) finding {
	for _, en := range e.spoken {
		text := strings.ToLower(en.line.Message)
		for _, words := range [...]string{"sigterm", "sigint", "shutting down", "shutdown", "stopping", "stopped zerops", "graceful"} {
			if strings.Contains(text, words) {
				return finding{}
			}
		}
	}
	return said
}

// migrationOrder tells a table that a migration misses from one that the application
// misses: the former stands among the words of a migration.
func migrationOrder(e *Evidence, said finding) finding {
	missing := e.said("database_not_migrated")
	if len(said.evidence) > 0 || len(missing.evidence) == 0 || !e.failed {
		if len(said.evidence) > 0 {
			said.score++
		}
		return said
	}
	for i, en := range e.spoken {
		text := strings.ToLower(en.line.Message)
		if i < missing.order && (strings.Contains(text, "migrating") || strings.Contains(text, "applying migration") || strings.Contains(text, "migrations.") && strings.Contains(text, "running") || strings.Contains(text, "migration") && strings.Contains(text, "up")) {
			missing.score++
			return missing
		}
	}
	return said
}
