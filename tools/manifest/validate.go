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
			Operations:  []zerops.Operation{zerops.GetSettingsImportProjectYamlJsonSchemaJson, zerops.GetSettingsZeropsYamlJsonSchemaJson},
		}, k.getYamlSchema),
	)
}

type validateYamlIn struct {
	Yaml      string `json:"yaml,omitempty" jsonschema:"maxLength=200000"`
	Directory string `json:"directory,omitempty" jsonschema:"maxLength=4096" jsonschema_description:"local, or the file, in place of yaml"`
	Setup     string `json:"setup,omitempty" jsonschema_description:"default: all setups, or that of the service"`
	Project   string `json:"project,omitempty"`
	Service   string `json:"service,omitempty" jsonschema_description:"to check against its type"`
}

type yamlProblem struct {
	Setup   string `json:"setup,omitempty"`
	Line    int    `json:"line,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Code    string `json:"code,omitempty"`
}

type validateYamlOut struct {
	Valid bool `json:"valid"`
	// Judged is false where the platform could not be asked about all of it; a
	// warning says about what, and why.
	Judged   bool             `json:"judged"`
	Setups   []string         `json:"setups"`
	Problems []yamlProblem    `json:"problems"`
	Warnings []manifest.Issue `json:"warnings"`
	Hint     string           `json:"hint,omitempty"`
}

// unjudged notes a part that the platform was not asked about.
func (out *validateYamlOut) unjudged(line int, path, format string, args ...any) {
	out.Judged = false
	out.Warnings = append(out.Warnings, manifest.Issue{Line: line, Path: path, Message: "not judged by the platform: " + fmt.Sprintf(format, args...)})
}

// validateZeropsYaml joins what the platform says with what it leaves out:
// unknown keys, and settings that break without a log.
func (k yamlChecker) validateZeropsYaml(ctx context.Context, c *tool.Call, in *validateYamlIn) (*validateYamlOut, error) {
	out := validateYamlOut{Judged: true, Setups: []string{}, Problems: []yamlProblem{}, Warnings: []manifest.Issue{}}
	text, err := manifest.Given(c, "yaml", in.Yaml, in.Directory, manifest.ZeropsFiles())
	if err != nil {
		return nil, err
	}
	doc, err := manifest.Parse(text)
	if unreadable, ok := errors.AsType[*manifest.SyntaxError](err); ok {
		out.Problems = append(out.Problems, yamlProblem{Line: unreadable.Line, Message: unreadable.Problem, Code: "yaml"})
		return &out, nil
	}
	file := manifest.Zerops{Doc: doc}
	env.SendValues(c, file.Secrets(), file.Names()...)
	if err := file.NotImport("yaml"); err != nil {
		return &out, err
	}
	var service *zerops.Service
	if in.Service != "" {
		found, err := c.Service(ctx, tool.OnService{Project: in.Project, Service: in.Service})
		if err != nil {
			return &out, err
		}
		service = &found
	}
	wanted, err := judgedSetups(file, in.Setup, service)
	if err != nil {
		return &out, err
	}
	types, unlisted, err := readTypes(ctx, c)
	if err != nil {
		return &out, err
	}
	out.Warnings = k.checkZerops(ctx, c, file, types)
	switch {
	case len(wanted) == 0:
		out.Problems = append(out.Problems, yamlProblem{Line: 1, Field: "zerops", Message: "there is no list zerops with a setup in it"})
		return &out, nil
	case len(wanted) > maxSetups:
		out.unjudged(doc.Line(wanted[maxSetups].Path()), manifest.ShowPath(wanted[maxSetups].Path()), "this setup and those behind it; one call judges %d, so ask for the others by setup", maxSetups)
		wanted = wanted[:maxSetups]
	}
	for _, setup := range wanted {
		out.Setups = append(out.Setups, tool.Clean(setup.Name(), 80))
		judged := zerops.Service{Name: setup.Name()}
		if service != nil {
			judged = *service
		} else if why := judgedAs(&judged, types, setup.Base()); why != "" {
			out.unjudged(doc.Line(setup.Path("run", "base")), manifest.ShowPath(setup.Path()), "%s; give service to have it judged as that one's", cmp.Or(unlisted, why))
			continue
		}
		problems, err := verdict(ctx, c, setup, judged, text)
		if err != nil {
			return &out, err
		}
		out.Problems = append(out.Problems, problems...)
	}
	out.join()
	out.Valid = len(out.Problems) == 0
	if !out.Valid {
		out.Hint = "get_yaml_schema zerops shows what is allowed where."
	}
	return &out, nil
}

// join makes one of a problem and a warning about the same place: of a base the
// platform says that it is wrong, and the catalogue what there is.
func (out *validateYamlOut) join() {
	for i := range out.Problems {
		p := &out.Problems[i]
		if at := out.told(*p); at >= 0 {
			w := out.Warnings[at]
			if p.Line = w.Line; p.Message != missing {
				p.Message += "; " + w.Message
			}
			out.Warnings = slices.Delete(out.Warnings, at, at+1)
		}
	}
}

// told is the warning that says the same as a problem, -1 for none. Warnings are in
// the order of their lines.
func (out *validateYamlOut) told(p yamlProblem) int {
	section, key, _ := strings.Cut(p.Field, ".")
	return slices.IndexFunc(out.Warnings, func(w manifest.Issue) bool {
		if p.Message == missing {
			return w.Line == p.Line && strings.HasSuffix(w.Path, section) && w.Message == "misses "+key
		}
		name, _, _ := strings.Cut(w.Message, " ")
		return (p.Field == "run.base" || p.Field == "build.base") && w.Line >= p.Line && strings.Contains(w.Path, p.Field) && strings.Contains(p.Message, name)
	})
}

// missing is said of a key that the platform wants.
const missing = "is missing"

// readTypes reads the catalogue of types. A call goes on without one, and unlisted
// says why there is none; only what ends every call is an error.
func readTypes(ctx context.Context, c *tool.Call) (types manifest.Catalogue, unlisted string, err error) {
	all, err := c.API.ServiceTypes(ctx)
	if refusal, ok := errors.AsType[*zerops.Error](err); err != nil && (ctx.Err() != nil || ok && (refusal.Status == 401 || refusal.Status == 403)) {
		return types, "", err
	}
	if err != nil {
		return types, "the catalogue of types cannot be read: " + c.Reason(ctx, err), nil
	}
	return manifest.NewCatalogue(all), "", nil
}

// maxSetups bounds the setups that are judged in one call, one request each.
const maxSetups = 20

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
	return slices.DeleteFunc(f.Setups(), func(s manifest.Setup) bool { return s.Name() == "" }), nil
}

// checkZerops gathers what the platform does not say.
func (k yamlChecker) checkZerops(ctx context.Context, c *tool.Call, f manifest.Zerops, types manifest.Catalogue) []manifest.Issue {
	found := f.Lint(types)
	issues := slices.Concat(f.Doc.Issues, found.Warnings)
	schema, err := k.schemas.live(ctx, c, manifest.YamlZerops)
	if err != nil {
		return append(sortIssues(issues), schemaUnavailable(ctx, c, err))
	}
	check := yamlCheck{kind: manifest.YamlZerops, doc: f.Doc, schema: schema, types: types, extending: f.Extending(), silent: found.Told}
	return sortIssues(append(issues, check.run()...))
}

// verdict asks the platform about one setup, as if it were deployed to a service.
func verdict(ctx context.Context, c *tool.Call, setup manifest.Setup, judged zerops.Service, text string) ([]yamlProblem, error) {
	name := setup.Name()
	operation := zerops.YamlForDeploy
	if setup.Effective("build") != nil {
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
			p.Line = setup.Locate(field, message)
		}
		problems = append(problems, p)
	}
	for _, field := range e.Fields {
		for _, problem := range field.Problems {
			if field.Field == "parameter" { // the problem is the name of what is missing
				add(problem, missing)
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

// judgedAs gives a service the type of a base, or of the newest version of it, so
// that the platform can say what it thinks of a version that is gone. It returns why
// there is none.
func judgedAs(s *zerops.Service, types manifest.Catalogue, base string) string {
	if base == "" {
		return "names no base and takes none over, so it keeps the runtime of its service"
	}
	written := manifest.ParseTypeName(base)
	names := []string{base, written.Family}
	if written.Family == "php" { // builds for either web server (platform §10.2)
		names = append(names, "php-nginx@"+written.Version)
	}
	for _, name := range names {
		if t, v, found := types.Find(name, manifest.UseRun); found && t.Category == "USER" {
			s.TypeID, s.Type.Version = t.ID, v.Name
			return ""
		}
	}
	return "the catalogue has no runtime " + tool.Clean(base, 60)
}
