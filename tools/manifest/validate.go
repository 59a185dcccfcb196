package manifest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// yamlChecker is the tools that judge and explain YAML.
type yamlChecker struct{ schemas *SchemaCache }

// Checks judge a zerops.yaml and explain both kinds of YAML.
func Checks(schemas *SchemaCache) []*tool.Tool {
	k := yamlChecker{schemas}
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "validate_zerops_yaml", Title: "Validate zerops.yaml", Standard: true, Effect: zerops.Reads,
			Description: "The platform's verdict on a zerops.yaml, and keys it would ignore, with lines. Changes nothing.",
			Operations:  []zerops.Operation{zerops.PostServiceStackZeropsYamlValidation},
		}, k.validateZeropsYaml),
		tool.Define(tool.Spec{
			Name: "get_yaml_schema", Title: "Get YAML schema", Standard: true, Effect: zerops.Reads,
			Description: "What zerops.yaml or the import YAML may hold under a path (such as run.healthCheck or services), from the live schema; or a guide by topic.",
		}, k.getYamlSchema),
	)
}

type validateYamlIn struct {
	Yaml    string `json:"yaml" jsonschema:"minLength=1,maxLength=200000"`
	Setup   string `json:"setup,omitempty" jsonschema_description:"default: all setups, or that of the service"`
	Project string `json:"project,omitempty"`
	Service string `json:"service,omitempty" jsonschema_description:"to check against its type"`
}

type yamlProblem struct {
	Setup   string `json:"setup,omitempty"`
	Line    int    `json:"line,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Code    string `json:"code,omitempty"`
}

type validateYamlOut struct {
	Valid    bool             `json:"valid"`
	Setups   []string         `json:"setups"`
	Problems []yamlProblem    `json:"problems"`
	Warnings []manifest.Issue `json:"warnings"`
	Hint     string           `json:"hint,omitempty"`
}

// validateZeropsYaml joins what the platform says with what it leaves out:
// unknown keys, and settings that break without a log.
func (k yamlChecker) validateZeropsYaml(ctx context.Context, c *tool.Call, in *validateYamlIn) (*validateYamlOut, error) {
	out := validateYamlOut{Setups: []string{}, Problems: []yamlProblem{}, Warnings: []manifest.Issue{}}
	doc, err := manifest.Parse(in.Yaml)
	if unreadable, ok := errors.AsType[*manifest.SyntaxError](err); ok {
		out.Problems = append(out.Problems, yamlProblem{Line: unreadable.Line, Message: unreadable.Problem, Code: "yaml"})
		return &out, nil
	}
	var service *zerops.Service
	if in.Service != "" {
		found, err := c.Service(ctx, tool.OnService{Project: in.Project, Service: in.Service})
		if err != nil {
			return &out, err
		}
		service = &found
	}
	file := manifest.Zerops{Doc: doc}
	env.SendValues(c, file.Secrets(), file.Names()...)
	out.Warnings = k.checkZerops(ctx, c, file)
	wanted, err := judgedSetups(file, in.Setup, service)
	if err != nil {
		return &out, err
	}
	if len(wanted) == 0 {
		out.Problems = append(out.Problems, yamlProblem{Line: 1, Field: "zerops", Message: "there is no list zerops with a setup in it"})
		return &out, nil
	}
	var types []zerops.ServiceType
	if service == nil {
		if types, err = c.API.ServiceTypes(ctx); err != nil {
			return &out, err
		}
	}
	for _, setup := range wanted {
		problems, err := verdict(ctx, c, file, setup, service, types, in.Yaml)
		if err != nil {
			return &out, err
		}
		out.Setups = append(out.Setups, tool.Clean(setup.Name(), 80))
		out.Problems = append(out.Problems, problems...)
	}
	out.Valid = len(out.Problems) == 0
	if !out.Valid {
		out.Hint = "get_yaml_schema zerops shows what is allowed where."
	}
	return &out, nil
}

// maxSetups bounds the setups that are judged in one call, one request each.
const maxSetups = 10

// judgedSetups picks the entries to judge: the one asked for, that of the service,
// or all.
func judgedSetups(f manifest.Zerops, wanted string, service *zerops.Service) ([]manifest.Setup, error) {
	if service != nil && wanted == "" {
		if s, ok := f.Setup(service.Name); ok {
			return []manifest.Setup{s}, nil
		}
	}
	if wanted != "" {
		s, ok := f.Setup(wanted)
		if !ok {
			return nil, tool.Invalid("setup", "%q is not in the YAML, which has %s", tool.Clean(wanted, 60), strings.Join(tool.CleanAll(f.Names()), ", "))
		}
		return []manifest.Setup{s}, nil
	}
	named := slices.DeleteFunc(f.Setups(), func(s manifest.Setup) bool { return s.Name() == "" })
	return named[:min(len(named), maxSetups)], nil
}

// checkZerops gathers what the platform does not say.
func (k yamlChecker) checkZerops(ctx context.Context, c *tool.Call, f manifest.Zerops) []manifest.Issue {
	issues := append([]manifest.Issue{}, f.Doc.Issues...)
	add := func(path []string, format string, args ...any) {
		issues = append(issues, manifest.Issue{Line: f.Doc.Line(path), Path: manifest.ShowPath(path), Message: fmt.Sprintf(format, args...)})
	}
	for _, setup := range f.Setups() {
		if setup.At("run") == nil && setup.At("extends") == nil {
			add(setup.Path(), "has no run section; the platform does not mind, and the service then runs with what it has")
		}
		for key, value := range setup.RunVariables() {
			place := setup.Path("run", "envVariables", key)
			switch {
			case key == "HOSTNAME":
				add(place, "HOSTNAME in run.envVariables keeps the container from starting, without a log; choose another name")
			case env.ReservedKey(key) != "":
				add(place, "%s", env.ReservedKey(key))
			case env.SelfReference(key, manifest.Text(value)):
				add(place, "%s", env.SelfReferenceWarning)
			}
		}
	}
	schema, err := k.schemas.live(ctx, c, manifest.YamlZerops)
	if err != nil {
		return append(sortIssues(issues), schemaUnavailable(ctx, c, err))
	}
	check := yamlCheck{doc: f.Doc, schema: schema}
	return sortIssues(append(issues, check.run()...))
}

// verdict asks the platform about one setup. The type is that of the service, or
// what the setup itself runs on.
func verdict(ctx context.Context, c *tool.Call, f manifest.Zerops, setup manifest.Setup, service *zerops.Service, types []zerops.ServiceType, text string) ([]yamlProblem, error) {
	name := setup.Name()
	judged := zerops.Service{Name: name}
	if service != nil {
		judged = *service
	} else if !judgedAs(&judged, types, setup.Base()) {
		return []yamlProblem{{
			Setup: tool.Clean(name, 80), Line: f.Doc.Line(setup.Path("run", "base")), Field: "run.base",
			Message: "names no runtime that exists, so the platform cannot judge it without a service; give service, or set run.base (list_service_types shows the runtimes)",
		}}, nil
	}
	operation := zerops.YamlForDeploy
	if setup.At("build") != nil {
		operation = zerops.YamlForBuild
	}
	err := c.API.ValidateYaml(ctx, judged, text, name, operation)
	refusal, refused := errors.AsType[*zerops.Error](err)
	switch {
	case err == nil:
		return nil, nil
	case !refused || !verdictCode(refusal):
		return nil, err
	}
	return problemsOf(c, setup, refusal), nil
}

// verdictCode tells a verdict on the YAML from other refusals.
func verdictCode(e *zerops.Error) bool {
	return e.Status == 400 && (strings.HasPrefix(e.Code, "zeropsYaml") || strings.HasPrefix(e.Code, "yaml") || e.Code == "errorList" || e.Code == zerops.CodeInvalidInput)
}

// problemsOf places what the platform found. Its fields are counted from the
// setup, or name a line of the text.
func problemsOf(c *tool.Call, setup manifest.Setup, e *zerops.Error) []yamlProblem {
	var problems []yamlProblem
	add := func(field, message string) {
		p := yamlProblem{
			Setup: tool.Clean(setup.Name(), 80), Line: lineIn(message), Field: tool.Clean(field, 120),
			Message: c.SafeText(message, 300), Code: tool.Clean(e.Code, 60),
		}
		if p.Line == 0 {
			p.Line = setup.Locate(field)
		}
		problems = append(problems, p)
	}
	for _, field := range e.Fields {
		for _, problem := range field.Problems {
			if field.Field == "parameter" { // the problem is the name of what is missing
				add(problem, "is missing")
				continue
			}
			add(field.Field, problem)
		}
	}
	if len(problems) == 0 {
		add("", cmp.Or(e.Message, e.Code))
	}
	return problems
}

// lineIn finds the line that a message of the platform speaks of, 0 where it
// speaks of none.
func lineIn(message string) int {
	_, after, found := strings.Cut(message, "line ")
	if !found {
		return 0
	}
	end := strings.IndexFunc(after, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(after)
	}
	line, err := strconv.Atoi(after[:min(end, 7)])
	if err != nil {
		return 0
	}
	return line
}

// judgedAs gives a service the type of a base. A base may be written without the
// operating system.
func judgedAs(s *zerops.Service, types []zerops.ServiceType, base string) bool {
	for _, exact := range []bool{true, false} {
		for _, t := range types {
			for _, v := range t.Versions {
				if t.Category == "USER" && base != "" && (v.Name == base || !exact && shortType(v.Name) == shortType(base)) {
					s.TypeID, s.Type.Version = t.ID, v.Name
					return true
				}
			}
		}
	}
	return false
}
