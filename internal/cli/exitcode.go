package cli

import (
	"encoding/json"
	"slices"
	"strings"
)

// state is how a service, project, process or deployment is.
type state struct {
	Status  string
	Outcome string
}

// UnmarshalJSON takes objects; a tool may give a name instead, which says nothing.
func (s *state) UnmarshalJSON(raw []byte) error {
	var object struct {
		Status  string `json:"status"`
		Outcome string `json:"outcome"`
	}
	if json.Unmarshal(raw, &object) == nil {
		s.Status, s.Outcome = object.Status, object.Outcome
	}
	return nil
}

// exitCode tells scripts how a call went. Only what is as it was asked for is
// done.
func exitCode(tool string, isError bool, o outcome) int {
	switch {
	case isError:
		return exitFailed
	case o.Status == "confirmation_required":
		return exitConfirm
	case o.Status == "failed":
		return exitWorkFailed
	case o.Status == "in_progress":
		return exitInProgress
	case o.Status == "unchanged":
		return unchangedCode(tool, o)
	}
	return exitDone
}

// unchangedCode is for a call that changed nothing. Most of them found everything
// as asked for; the others found that somebody else is at it, or that it is too
// late.
func unchangedCode(tool string, o outcome) int {
	verb, _, _ := strings.Cut(tool, "_")
	switch verb {
	case "cancel":
		canceled := o.Deployment.Outcome == "canceled" || slices.ContainsFunc(o.Processes, func(p state) bool { return p.Status == "CANCELED" })
		if !canceled {
			return exitFailed
		}
	case "start", "stop", "delete":
		// STARTING, STOPPING, DELETING
		if strings.HasSuffix(o.Service.Status, "ING") || strings.HasSuffix(o.Project.Status, "ING") {
			return exitInProgress
		}
	}
	return exitDone
}
