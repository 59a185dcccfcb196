package simulator

import "strings"

// stage is a part of a pipeline in which it can fail.
type stage int

const (
	stageNone stage = iota
	// stageQueue is before there is a build container.
	stageQueue
	stageBuild
	stagePrepare
	stageDeploy
	// stageRun is after a good deploy.
	stageRun
)

// failure is how a pipeline goes wrong.
type failure struct {
	stage   stage
	problem problem
	// build and runtime are the last lines of the logs.
	build, runtime []scriptLine
}

// nextFailure is the failure of a pipeline that is about to start: the one that a
// test ordered for the service, or the one that its commands ask for.
func (w *world) nextFailure(s *service, _ *version, setup *yamlSetup) *failure {
	if s.scenario != "" {
		name := s.scenario
		s.scenario = ""
		if found, ok := scenarioNamed(name); ok {
			bad := found.failure(s)
			return &bad
		}
	}
	if setup == nil {
		return nil
	}
	for _, command := range setup.Build.BuildCommands {
		if strings.Contains(command, "exit 1") || command == "false" {
			return &failure{
				stage: stageBuild, problem: problem{code: "buildFailed", message: "Build command failed"},
				build: []scriptLine{{severity: 3, text: "command failed with exit code 1: " + command}},
			}
		}
	}
	return nil
}
