package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/zerops"
)

// yamlChecker is the tools that judge and explain YAML.
type yamlChecker struct{ schemas *schemaCache }

// yamlChecks judge a zerops.yaml and explain both kinds of YAML.
func yamlChecks(schemas *schemaCache) []*tool {
	k := yamlChecker{schemas}
	return []*tool{
		define(spec{
			Name: "validate_zerops_yaml", Title: "Validate zerops.yaml", Standard: true, Effect: zerops.Reads,
			Description: "The platform's verdict on a zerops.yaml, and keys it would ignore, with lines. Changes nothing.",
		}, k.validateZeropsYaml),
		define(spec{
			Name: "get_yaml_schema", Title: "Get YAML schema", Standard: true, Effect: zerops.Reads,
			Description: "What zerops.yaml or the import YAML may hold under a path (such as run.healthCheck or services), from the live schema; or a guide by topic.",
		}, k.getYamlSchema),
	}
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
	Valid    bool          `json:"valid"`
	Setups   []string      `json:"setups"`
	Problems []yamlProblem `json:"problems"`
	Warnings []yamlIssue   `json:"warnings"`
	Hint     string        `json:"hint,omitempty"`
}

// maxSetups bounds the setups that are judged in one call, one request each.
const maxSetups = 10

// validateZeropsYaml joins what the platform says with what it leaves out:
// unknown keys, and settings that break without a log.
func (k yamlChecker) validateZeropsYaml(ctx context.Context, c *call, in validateYamlIn) (validateYamlOut, error) {
	out := validateYamlOut{Setups: []string{}, Problems: []yamlProblem{}, Warnings: []yamlIssue{}}
	doc, err := parseYaml(in.Yaml)
	if unreadable, ok := errors.AsType[*yamlError](err); ok {
		out.Problems = append(out.Problems, yamlProblem{Line: unreadable.line, Message: unreadable.problem, Code: "yaml"})
		return out, nil
	}
	var service *zerops.Service
	if in.Service != "" {
		found, err := c.service(ctx, onService{Project: in.Project, Service: in.Service})
		if err != nil {
			return out, err
		}
		service = &found
	}
	file := zeropsFile{doc: doc}
	c.sendValues(file.secrets(), file.setups()...)
	out.Warnings = k.checkZerops(ctx, c, file)
	wanted, err := file.choose(in.Setup, service)
	if err != nil {
		return out, err
	}
	if len(wanted) == 0 {
		out.Problems = append(out.Problems, yamlProblem{Line: 1, Field: "zerops", Message: "there is no list zerops with a setup in it"})
		return out, nil
	}
	var types []zerops.ServiceType
	if service == nil {
		if types, err = c.api.ServiceTypes(ctx); err != nil {
			return out, err
		}
	}
	for _, index := range wanted {
		problems, err := c.verdict(ctx, file, index, service, types, in.Yaml)
		if err != nil {
			return out, err
		}
		out.Setups = append(out.Setups, clean(file.name(index), 80))
		out.Problems = append(out.Problems, problems...)
	}
	out.Valid = len(out.Problems) == 0
	if !out.Valid {
		out.Hint = "get_yaml_schema zerops shows what is allowed where."
	}
	return out, nil
}

// zeropsFile is a parsed zerops.yaml.
type zeropsFile struct{ doc *yamlDocument }

func (f zeropsFile) list() []any {
	list, _ := at(f.doc.value, "zerops").([]any)
	return list
}

// name is the setup name of an entry.
func (f zeropsFile) name(index int) string {
	return yamlScalar(at(f.list()[index], "setup"))
}

func (f zeropsFile) setups() []string {
	var names []string
	for i := range f.list() {
		names = append(names, f.name(i))
	}
	return names
}

// choose picks the entries to judge: the one asked for, that of the service, or
// all.
func (f zeropsFile) choose(setup string, service *zerops.Service) ([]int, error) {
	names := f.setups()
	if setup == "" && service != nil && slices.Contains(names, service.Name) {
		setup = service.Name
	}
	if setup != "" {
		i := slices.Index(names, setup)
		if i < 0 {
			words := fmt.Sprintf("%q is not in the YAML, which has %s", clean(setup, 60), strings.Join(cleanAll(names), ", "))
			return nil, invalid("setup", "%s", words)
		}
		return []int{i}, nil
	}
	var all []int
	for i, name := range names {
		if name != "" && len(all) < maxSetups {
			all = append(all, i)
		}
	}
	return all, nil
}

// secrets are the values of variables.
func (f zeropsFile) secrets() []string { return f.doc.secrets(0) }

// checkZerops gathers what the platform does not say.
func (k yamlChecker) checkZerops(ctx context.Context, c *call, f zeropsFile) []yamlIssue {
	issues := append([]yamlIssue{}, f.doc.issues...)
	add := func(path []string, format string, args ...any) {
		issues = append(issues, yamlIssue{Line: f.doc.line(path), Path: showPath(path), Message: fmt.Sprintf(format, args...)})
	}
	for i, entry := range f.list() {
		path := []string{"zerops", strconv.Itoa(i)}
		if at(entry, "run") == nil && at(entry, "extends") == nil {
			add(path, "has no run section; the platform does not mind, and the service then runs with what it has")
		}
		variables, _ := at(entry, "run", "envVariables").(map[string]any)
		for key, value := range variables {
			place := append(slices.Clone(path), "run", "envVariables", key)
			switch {
			case key == "HOSTNAME":
				add(place, "HOSTNAME in run.envVariables keeps the container from starting, without a log; choose another name")
			case reservedKey(key) != "":
				add(place, "%s", reservedKey(key))
			case selfReference(key, yamlScalar(value)):
				add(place, "%s", selfReferenceWarning)
			}
		}
	}
	schema, err := k.schemas.live(ctx, c, yamlZerops)
	if err != nil {
		return append(sortIssues(issues), c.schemaUnavailable(ctx, err))
	}
	check := yamlCheck{doc: f.doc, schema: schema}
	return sortIssues(append(issues, check.run()...))
}

// verdict asks the platform about one setup. The type is that of the service, or
// what the setup itself runs on.
func (c *call) verdict(ctx context.Context, f zeropsFile, index int, service *zerops.Service, types []zerops.ServiceType, text string) ([]yamlProblem, error) {
	entry, name := f.list()[index], f.name(index)
	judged := zerops.Service{Name: name}
	if service != nil {
		judged = *service
	} else if !judgedAs(&judged, types, baseOf(entry)) {
		path := []string{"zerops", strconv.Itoa(index)}
		return []yamlProblem{{
			Setup: clean(name, 80), Line: f.doc.line(append(path, "run", "base")), Field: "run.base",
			Message: "names no runtime that exists, so the platform cannot judge it without a service; give service, or set run.base (list_service_types shows the runtimes)",
		}}, nil
	}
	operation := zerops.YamlForDeploy
	if at(entry, "build") != nil {
		operation = zerops.YamlForBuild
	}
	err := c.api.ValidateYaml(ctx, judged, text, name, operation)
	refusal, refused := errors.AsType[*zerops.Error](err)
	switch {
	case err == nil:
		return nil, nil
	case !refused || !verdictCode(refusal):
		return nil, err
	}
	return c.problemsOf(f, index, refusal), nil
}

// verdictCode tells a verdict on the YAML from other refusals.
func verdictCode(e *zerops.Error) bool {
	return e.Status == 400 && (strings.HasPrefix(e.Code, "zeropsYaml") || strings.HasPrefix(e.Code, "yaml") || e.Code == "errorList" || e.Code == zerops.CodeInvalidInput)
}

// problemsOf places what the platform found. Its fields are counted from the
// setup, or name a line of the text.
func (c *call) problemsOf(f zeropsFile, index int, e *zerops.Error) []yamlProblem {
	var problems []yamlProblem
	add := func(field, message string) {
		p := yamlProblem{
			Setup: clean(f.name(index), 80), Line: lineIn(message), Field: clean(field, 120),
			Message: c.quoted(message, 300), Code: clean(e.Code, 60),
		}
		if p.Line == 0 {
			p.Line = f.locate(index, field)
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
		add("", orDash(e.Message, e.Code))
	}
	return problems
}

// locate finds the line of a field such as build.base below a setup.
func (f zeropsFile) locate(index int, field string) int {
	path := []string{"zerops", strconv.Itoa(index)}
	if field == "" {
		return f.doc.line(path)
	}
	for _, step := range strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next := append(slices.Clone(path), step)
		if at(f.doc.value, next...) == nil {
			if list, ok := at(f.doc.value, path...).([]any); ok && len(list) > 0 { // a list that the field skips
				next = append(slices.Clone(path), "0", step)
			}
		}
		path = next
	}
	return f.doc.line(path)
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

// baseOf is the runtime of a setup: run.base, or the first build.base.
func baseOf(entry any) string {
	if base := yamlScalar(at(entry, "run", "base")); base != "" {
		return base
	}
	switch base := at(entry, "build", "base").(type) {
	case string:
		return base
	case []any:
		if len(base) > 0 {
			return yamlScalar(base[0])
		}
	}
	return ""
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
