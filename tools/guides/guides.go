// Package guides holds short texts about the platform, which resources and tools
// show. It uses the kernel.
package guides

import (
	"embed"
	"fmt"
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
)

// guideFiles holds short texts on how Zerops works. They are the same for every
// caller and need no network.
//
//go:embed *.md
var guideFiles embed.FS

// Guide is one of the texts.
type Guide struct {
	Topic, Title, Summary string
}

// All lists the texts in the order in which one would read them.
func All() []Guide {
	return []Guide{
		{"overview", "How Zerops is organised", "Organisations, projects, services, statuses, ways in from outside, what costs money."},
		{"zerops-yaml", "zerops.yaml", "How a runtime is built and run: setups, build, run, ports, checks, and the usual mistakes."},
		{"import-yaml", "Import YAML", "Create services or whole projects from one document, and what the platform ignores in it."},
		{"environment", "Environment variables", "The four layers, references between services, and when a change takes effect."},
		{"deploy", "Phases of a deployment", "What each status of a deployment means, ways to deploy, and where to look when it fails."},
	}
}

// Topics names the guides.
func Topics() []string {
	var topics []string
	for _, g := range All() {
		topics = append(topics, g.Topic)
	}
	return topics
}

// Read returns the Markdown of a guide; an unknown topic is not_found with
// the topics there are.
func Read(topic string) (string, error) {
	text, err := guideFiles.ReadFile(topic + ".md")
	if err != nil || strings.ContainsAny(topic, "/.") {
		words := fmt.Sprintf("there is no guide %q", tool.Clean(topic, 60))
		if near := tool.Closest(topic, Topics(), 1); len(near) > 0 {
			words += fmt.Sprintf("; did you mean %q?", near[0])
		}
		return "", &tool.Failure{Code: request.CodeNotFound, Message: words, Hint: "Topics: " + strings.Join(Topics(), ", ") + "."}
	}
	return string(text), nil
}
