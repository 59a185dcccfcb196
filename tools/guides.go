package tools

import (
	"embed"
	"errors"
	"fmt"
	"strings"
)

// guideFiles holds short texts on how Zerops works. They are the same for every
// caller and need no network.
//
//go:embed guides/*.md
var guideFiles embed.FS

// guide is one of the texts.
type guide struct {
	topic, title, summary string
}

// guides lists the texts in the order in which one would read them.
func guides() []guide {
	return []guide{
		{"overview", "How Zerops is organised", "Organisations, projects, services, statuses, ways in from outside, what costs money."},
		{"zerops-yaml", "zerops.yaml", "How a runtime is built and run: setups, build, run, ports, checks, and the usual mistakes."},
		{"import-yaml", "Import YAML", "Create services or whole projects from one document, and what the platform ignores in it."},
		{"environment", "Environment variables", "The four layers, references between services, and when a change takes effect."},
		{"deploy", "Phases of a deployment", "What each status of a deployment means, ways to deploy, and where to look when it fails."},
	}
}

// guideTopics names the guides.
func guideTopics() []string {
	var topics []string
	for _, g := range guides() {
		topics = append(topics, g.topic)
	}
	return topics
}

// readGuide returns the Markdown of a guide; an unknown topic is not_found with
// the topics there are.
func readGuide(topic string) (string, error) {
	text, err := guideFiles.ReadFile("guides/" + topic + ".md")
	if err != nil || strings.ContainsAny(topic, "/.") {
		words := fmt.Sprintf("there is no guide %q", clean(topic, 60))
		if near := closest(topic, guideTopics(), 1); len(near) > 0 {
			words += fmt.Sprintf("; did you mean %q?", near[0])
		}
		return "", &failure{Code: codeNotFound, Message: words, Hint: "Topics: " + strings.Join(guideTopics(), ", ") + "."}
	}
	return string(text), nil
}

// guideFailure adds the address that was asked for.
func guideFailure(err error, uri string) error {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{Code: codeInternal, Message: "the guide could not be read"}
	}
	return protocolFail(f, uri)
}
