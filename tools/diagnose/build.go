package diagnose

import (
	"fmt"
	"strings"
	"time"

	"zerops-mcp/tools/facts/deployments"
)

func buildTimeout(e *Evidence) finding {
	if !e.failed {
		return finding{}
	}
	lines := e.code("buildTimeout", "buildTimeLimitExceeded")
	lines = append(lines, e.building("maximum duration", "build timed out", "exceeded the maximum&build")...)
	if b := e.deployment.Version.Build; b != nil && !b.Started.IsZero() && !b.PipelineFailed.IsZero() && b.PipelineFailed.Sub(b.Started.Time) >= 59*time.Minute {
		lines = append(lines, fmt.Sprintf("the build ran for %s", b.PipelineFailed.Sub(b.Started.Time).Round(time.Minute)))
	}
	return because(high, lines...)
}

func buildCommandFailed(e *Evidence) finding {
	if !e.failedIn("build") {
		return finding{}
	}
	lines := e.building("failed with exit code", "exited with", "exit status", "error code", "elifecycle", "command failed")
	if len(lines) == 0 {
		return finding{}
	}
	for _, line := range tail(e.Log.Build, 3) {
		lines = append(lines, "build log "+evidenceText(line))
	}
	return because(medium, lines...)
}

// missingInBuild recognises a variable that the build asks for.
func missingInBuild(e *Evidence) finding {
	if !e.failedIn("build") {
		return finding{}
	}
	lines := e.building(missingPatterns()...)
	for _, line := range lines {
		if name := variableName(line); name != "" {
			f := because(medium, lines...)
			if e.key(name) != nil {
				f.confidence = high
				f.evidence = append(f.evidence, fmt.Sprintf("the service has the variable %s, but builds do not see it: refer to it as ${RUNTIME_%s} in build.envVariables", name, name))
			}
			return f
		}
	}
	return finding{}
}

func prepareFailed(e *Evidence) finding {
	if !e.failedIn("prepare") {
		return finding{}
	}
	lines := []string{"deployment " + e.deployment.Version.ID + ": " + deployments.FailureText(*e.deployment, e.now)}
	for _, line := range tail(e.Log.Prepare, 4) {
		lines = append(lines, "prepare log "+evidenceText(line))
	}
	return because(medium, lines...)
}

// missingPatterns are the words of a program that misses a variable.
func missingPatterns() []string {
	return []string{
		"environment variable&not set", "environment variable&is required", "environment variable&missing", "environment variable&not defined", "environment variable&must be",
		"required environment variable", "missing environment variable", "missing env", "missing required env", "env var&not set", "env var&required", "keyerror: '",
		"is not set in the environment", "invalid environment variables", "environment variable not found", "variable&is not set",
	}
}

// variableName finds the name of a variable in a line: the longest word of
// capitals, digits and underscores that could be one.
func variableName(line string) string {
	best := ""
	for _, word := range strings.FieldsFunc(line, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		if len(word) > max(len(best), 2) && strings.ToUpper(word) == word && word[0] >= 'A' && word[0] <= 'Z' && (strings.Contains(word, "_") || len(word) >= 4) {
			switch word {
			case "ERROR", "FATAL", "WARN", "INFO", "DEBUG", "HTTP", "HTTPS", "FAILURE":
				continue
			}
			best = word
		}
	}
	return best
}
