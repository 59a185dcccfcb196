package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/tools/tool"
)

// ports checks that each port is declared once: of two, one is not used.
func (l *linter) ports(s Setup) {
	list, _ := s.At("run", "ports").([]any)
	seen := map[string]bool{}
	for i, entry := range list {
		protocol := strings.ToUpper(Text(At(entry, "protocol")))
		if protocol == "" {
			protocol = "TCP"
		}
		port := fmt.Sprint(At(entry, "port")) + "/" + protocol
		if seen[port] {
			l.warn(s.Path("run", "ports", strconv.Itoa(i), "port"), "%s is declared above already; leave one out", tool.Clean(port, 40))
		}
		seen[port] = true
	}
}

// probes checks that a check says one way of checking.
func (l *linter) probes(s Setup) {
	for _, steps := range [][]string{{"deploy", "readinessCheck"}, {"build", "deploy", "readinessCheck"}, {"run", "healthCheck"}} {
		if s.At(append(steps, "httpGet")...) != nil && s.At(append(steps, "exec")...) != nil {
			l.warn(s.Path(append(steps, "exec")...), "stands beside httpGet, and a check is one of the two; leave one out")
		}
	}
}

// crontab checks when jobs run: what cron cannot read never runs, and nobody is told.
func (l *linter) crontab(s Setup) {
	list, _ := s.At("run", "crontab").([]any)
	for i, entry := range list {
		timing, ok := At(entry, "timing").(string)
		if !ok || Expression(timing) {
			continue
		}
		if problem := cronProblem(timing); problem != "" {
			l.warn(s.Path("run", "crontab", strconv.Itoa(i), "timing"), "%s; cron wants five fields: minute, hour, day of the month, month, day of the week, such as \"0 5 * * *\"", problem)
		}
	}
}

// cronField is one field of a cron timing with its bounds and words.
type cronField struct {
	name      string
	low, high int
	words     string // in the order of the numbers from low on
}

// cronProblem says what cron cannot read of a timing, in the syntax of crontab(5);
// it is empty where all can be read.
func cronProblem(timing string) string {
	if strings.HasPrefix(timing, "@") {
		if slices.Contains([]string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@reboot"}, timing) {
			return ""
		}
		return fmt.Sprintf("%q is no short form that cron has", tool.Clean(timing, 40))
	}
	fields := []cronField{
		{"minute", 0, 59, ""},
		{"hour", 0, 23, ""},
		{"day of the month", 1, 31, ""},
		{"month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"},
		{"day of the week", 0, 7, "sun mon tue wed thu fri sat"},
	}
	given := strings.Fields(timing)
	if len(given) != len(fields) {
		return fmt.Sprintf("has %d fields", len(given))
	}
	for i, f := range fields {
		for part := range strings.SplitSeq(given[i], ",") {
			if !f.reads(part) {
				return fmt.Sprintf("%q is no %s", tool.Clean(given[i], 40), f.name)
			}
		}
	}
	return ""
}

// reads knows *, numbers, words and ranges, each with a step.
func (f cronField) reads(part string) bool {
	part, step, stepped := strings.Cut(part, "/")
	if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1) {
		return false
	}
	if part == "*" {
		return true
	}
	from, to, ranged := strings.Cut(part, "-")
	first, ok := f.number(from)
	if !ok || !ranged {
		return ok
	}
	last, ok := f.number(to)
	return ok && first <= last
}

func (f cronField) number(text string) (int, bool) {
	if at := slices.Index(strings.Fields(f.words), strings.ToLower(text)); at >= 0 {
		return f.low + at, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= f.low && n <= f.high
}
