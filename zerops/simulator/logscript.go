package simulator

import "time"

// scriptLine is a line of a log that is told by a story rather than computed.
type scriptLine struct {
	severity int
	text     string
	after    time.Duration
}

// buildLog are the lines of one build: what every build says, then how it ended.
func buildLog(s *service, setup *yamlSetup, bad *failure) []scriptLine {
	story := []scriptLine{
		{severity: 6, text: "Initializing build container"},
		{severity: 6, text: "Base image: " + s.base},
		{severity: 6, text: "Restoring build cache"},
		{severity: 6, text: "Downloading source code", after: time.Second},
	}
	commands := []string{"npm ci", "npm run build"}
	if setup != nil && len(setup.Build.BuildCommands) > 0 {
		commands = setup.Build.BuildCommands
	}
	if bad != nil && bad.stage == stageBuild && len(bad.build) > 0 {
		for _, line := range bad.build {
			line.after += time.Second
			story = append(story, line)
		}
		return story
	}
	for _, command := range commands {
		story = append(story,
			scriptLine{severity: 6, text: "$ " + command, after: time.Second},
			scriptLine{severity: 6, text: "added 812 packages in 14s", after: 2 * time.Second},
			scriptLine{severity: 4, text: "warning: 3 packages are looking for funding", after: time.Second},
		)
	}
	return append(story,
		scriptLine{severity: 6, text: "Creating artifact (18.4 MB)", after: time.Second},
		scriptLine{severity: 6, text: "Build finished", after: time.Second},
	)
}

// prepareLog are the lines of the preparation of a runtime image.
func prepareLog(setup *yamlSetup, bad *failure) []scriptLine {
	story := []scriptLine{{severity: 6, text: "Preparing custom runtime image"}}
	if setup != nil {
		for _, command := range setup.Run.PrepareCommands {
			story = append(story, scriptLine{severity: 6, text: "$ " + command, after: time.Second})
		}
	}
	if bad != nil && bad.stage == stagePrepare {
		return append(story, bad.build...)
	}
	return append(story, scriptLine{severity: 6, text: "Runtime image ready", after: 2 * time.Second})
}
