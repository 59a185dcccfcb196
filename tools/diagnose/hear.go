package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// hit is a line that fits a pattern.
type hit struct {
	entry  *entry
	source string // of the line, in words
	order  int    // among the lines of its log
	kernel bool
	weight confidence
	score  int
	over   bool // what it tells passed by
}

// heard is what the logs say of each cause, by its number, the best first.
type heard map[int][]hit

// Of the score of a hit: where it stands counts more than how exact it is, but for a
// mere hint.
const (
	scoreWeight  = 10 // for each step of the weight
	scoreBlock   = 12 // in the last command, which is the one that failed
	scoreReason  = 15 // the platform's own words
	maxHitsShown = 4
)

// listen matches all logs of the evidence with the table.
func (e *Evidence) listen() {
	e.heard = heard{}
	others := make([]string, 0, len(e.siblings))
	for i := range e.siblings {
		if s := &e.siblings[i]; !s.Hidden() && s.ID != e.service.ID {
			others = append(others, s.Name)
		}
	}
	var stage byte
	switch {
	case e.failedIn("build"):
		stage = 'b'
		e.hear("build log", 'b', read(e.Log.Build, 'b', others))
	case e.failedIn("prepare"):
		stage = 'p'
		// Some of it is written to the log of the build.
		e.hear("prepare log", 'p', read(slices.Concat(e.Log.Build, e.Log.Prepare), 'p', others))
	case e.failedIn("deploy"):
		stage = 's'
		e.spoken = read(e.Log.Runtime, 's', others)
		e.hear("application log", 's', e.spoken)
	case e.failed:
		stage = 'b'
		e.hear("build log", 'b', read(e.Log.Build, 'b', others))
	}
	if !e.failedIn("deploy") {
		e.spoken = read(merged(e.runtime, e.severe), 'r', others)
		e.hear("application log", 'r', e.spoken)
	}
	if reason := e.reasonText(); reason != "" && stage != 0 && e.stage != "queue" && e.stage != "upload" {
		en := entry{line: zerops.LogLine{Message: reason}, texts: []string{strings.ToLower(reason)}, block: -1}
		if strings.Contains(en.texts[0], "readiness") {
			en.kind = checking
		}
		e.hear("the platform:", stage, []entry{en})
	}
	for n := range e.heard {
		slices.SortStableFunc(e.heard[n], func(a, b hit) int { return cmp.Or(b.score-a.score, a.order-b.order) })
	}
}

// merged joins the recent lines with the worse ones of longer ago.
func merged(recent, severe []zerops.LogLine) []zerops.LogLine {
	if len(recent) == 0 {
		return severe
	}
	var old []zerops.LogLine
	for _, line := range severe {
		if line.Time.Before(recent[0].Time) {
			old = append(old, line)
		}
	}
	return slices.Concat(old, recent)
}

// reasonText is why the platform says that the deployment failed.
func (e *Evidence) reasonText() string {
	if !e.failed || e.deployment == nil || e.deployment.Process == nil {
		return ""
	}
	return e.deployment.Process.FailureText()
}

// hear gathers the hits of one log.
func (e *Evidence) hear(source string, where byte, entries []entry) {
	t := causes()
	last, goesOn := -1, len(entries) // the last command that complains; the last word that all is well
	var hits []struct {
		cause int
		hit
	}
	for i := range entries {
		en := &entries[i]
		if en.kind == saying && wellAgain(en) {
			goesOn = i
		}
		if en.kind != saying && en.kind != checking {
			continue
		}
		for _, text := range en.texts {
			t.index.find(text, func(p *pattern, at int) {
				c := &t.causes[p.cause]
				if en.kind == checking && c.phase != "readiness" && c.name != "health_check_failed" {
					return // the check's words, not the application's
				}
				if strings.IndexByte(c.where, where) < 0 || en.level != unsaid && en.level < p.lowest {
					return
				}
				if where == 'r' && en.level < failing && (strings.Count(text[:at], `"`)%2 == 1 || p.lowest == failing && !p.complains(text, at)) {
					return
				}
				h := hit{kernel: p.kernel, entry: en, source: source, order: i, weight: p.weight}
				if p.weight > low && !c.symptom {
					last = max(last, en.block)
				}
				hits = append(hits, struct {
					cause int
					hit
				}{p.cause, h})
			})
		}
	}
	for _, h := range hits {
		h.score = int(h.weight) * scoreWeight
		if where != 'r' && h.entry.block == last && h.weight > low {
			h.score += scoreBlock
		}
		if h.entry.block < 0 || h.kernel {
			h.score += scoreReason
		}
		again := retried(h.entry.texts[0])
		h.over = goesOn < len(entries) && (goesOn > h.order && t.causes[h.cause].passes || goesOn >= h.order && again)
		e.heard[h.cause] = append(e.heard[h.cause], h.hit)
	}
}

// wellAgain recognizes an application that says that it goes on.
func wellAgain(en *entry) bool {
	if en.level >= warning {
		return false
	}
	text := en.texts[0]
	for _, words := range [...]string{
		"connected", "reconnect succe", "recovered", "connection restored", "back online", "healthy again", "succeeded", "deploy finished", "http 200", "listening on", "ready on", "retry ok", "fetch ok",
		"ready to accept connections", "renewed successfully", "is active", "attempt #2", ": done", "is up again", "passed",
	} {
		if i := strings.Index(text, words); i >= 0 && (i == 0 || text[i-1] != 's' || words != "connected") && !strings.Contains(text, "not "+words) && !strings.Contains(text, "dis"+words) {
			return true
		}
	}
	return false
}

// retried recognizes an error after which its program says that it tries again.
func retried(text string) bool {
	return strings.Contains(text, "retry") || strings.Contains(text, "attempt") || strings.Contains(text, "try again")
}

// said is what the logs say of a cause: the first line of the best score, and what
// else there is.
func (e *Evidence) said(name string) finding {
	for n := range causes().causes {
		if causes().causes[n].name == name {
			return e.saidOf(n)
		}
	}
	return finding{}
}

func (e *Evidence) saidOf(n int) finding {
	f := finding{}
	hits := e.heard[n]
	for i, h := range hits {
		weight := h.weight
		if h.over {
			weight = low
		}
		if weight > f.confidence {
			f.confidence = weight
		}
		if !h.over || i == 0 {
			f.score = max(f.score, h.score-int(h.weight-weight)*scoreWeight)
		}
		if i == 0 {
			f.order = h.order
			f.source = h.source
		}
		text := h.source + " " + evidenceText(h.entry.line)
		if len(f.evidence) < maxHitsShown && !slices.Contains(f.evidence, text) {
			f.evidence = append(f.evidence, text)
		}
		f.times = append(f.times, h.entry.line.Time)
	}
	return f
}
