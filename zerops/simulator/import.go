package simulator

import (
	"cmp"
	"slices"

	"go.yaml.in/yaml/v4"
)

func importRoutes() []route {
	return []route{
		{op: "PostClientProjectImport", handle: importProject},
		{op: "PostProjectServiceStackImport", handle: importServices},
	}
}

// importDocument is an import YAML. Keys that are not here, such as envVariables and
// ports of a service, are dropped without a word.
type importDocument struct {
	Project *struct {
		Name         string                 `yaml:"name"`
		Description  string                 `yaml:"description"`
		CorePackage  string                 `yaml:"corePackage"`
		Tags         []string               `yaml:"tags"`
		EnvVariables map[string]importValue `yaml:"envVariables"`
		EnvSecrets   map[string]importValue `yaml:"envSecrets"`
		Vault        map[string]importValue `yaml:"vault"`
		EnvIsolation string                 `yaml:"envIsolation"`
		SSHIsolation string                 `yaml:"sshIsolation"`
	} `yaml:"project"`
	Services []importService `yaml:"services"`
}

type importService struct {
	Hostname              string                 `yaml:"hostname"`
	Type                  string                 `yaml:"type"`
	Mode                  string                 `yaml:"mode"`
	Profile               string                 `yaml:"profile"`
	EnvSecrets            map[string]importValue `yaml:"envSecrets"`
	Vault                 map[string]importValue `yaml:"vault"`
	DotEnvSecrets         string                 `yaml:"dotEnvSecrets"`
	ObjectStorageSize     float64                `yaml:"objectStorageSize"`
	ObjectStoragePolicy   string                 `yaml:"objectStoragePolicy"`
	ObjectStorageRaw      string                 `yaml:"objectStorageRawPolicy"`
	BuildFromGit          string                 `yaml:"buildFromGit"`
	ZeropsSetup           string                 `yaml:"zeropsSetup"`
	ZeropsYaml            any                    `yaml:"zeropsYaml"`
	StartWithoutCode      bool                   `yaml:"startWithoutCode"`
	EnableSubdomainAccess bool                   `yaml:"enableSubdomainAccess"`
	Priority              int                    `yaml:"priority"`
	Override              bool                   `yaml:"override"`
	MinContainers         int                    `yaml:"minContainers"`
	MaxContainers         int                    `yaml:"maxContainers"`
	Mount                 []string               `yaml:"mount"`
	EnvIsolation          string                 `yaml:"envIsolation"`
	ProfileOverrides      map[string]any         `yaml:"profileOverrides"`
	VerticalAutoscaling   importScaling          `yaml:"verticalAutoscaling"`
}

// parseImport reads the document of a request.
func (c *call) parseImport() (*importDocument, error) {
	var body struct {
		Yaml string `json:"yaml"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	text, err := c.world.preprocess(body.Yaml)
	if err != nil {
		return nil, err
	}
	var document importDocument
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return nil, refuse("projectImportInvalidYaml", "Invalid YAML: %v", err)
	}
	if len(document.Services) == 0 {
		return nil, refuse("projectImportMissingService", "At least one service is required")
	}
	return &document, nil
}

func importProject(c *call) (any, error) {
	o, m, err := c.org()
	if err != nil {
		return nil, err
	}
	if !m.makeProjects {
		return nil, insufficient()
	}
	document, err := c.parseImport()
	if err != nil {
		return nil, err
	}
	head := document.Project
	if head == nil {
		return nil, refuse("projectImportProjectMissing", "Project section is missing")
	}
	if head.Name == "" {
		return nil, withFields("projectImportMissingParameter", "Missing parameter", map[string][]string{"parameter": {"project.name"}})
	}
	variables := slices.Concat(importEntries(head.EnvVariables), importEntries(head.EnvSecrets), importEntries(head.Vault))
	if err := checkEntries(variables, "projectEnv", isolationKeys()); err != nil {
		return nil, err
	}
	empty := &project{clientID: o.id, status: "NEW"}
	drafts, err := c.drafts(empty, document.Services)
	if err != nil {
		return nil, err
	}
	p, made := c.newProject(o, m, projectDraft{
		name: head.Name, description: head.Description, mode: head.CorePackage, tags: head.Tags, ipv4Shared: true,
		envIsolation: head.EnvIsolation, sshIsolation: head.SSHIsolation,
	})
	for _, v := range variables {
		c.world.addProjectEnv(p, v.Key, v.Content, v.Sensitive)
	}
	return c.importInto(p, drafts, made), nil
}

func importServices(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.queued(p); err != nil {
		return nil, err
	}
	document, err := c.parseImport()
	if err != nil {
		return nil, err
	}
	if document.Project != nil {
		return nil, refuse("projectImportProjectIncluded", "Project section is not allowed here")
	}
	drafts, err := c.drafts(p, document.Services)
	if err != nil {
		return nil, err
	}
	return c.importInto(p, drafts, c.world.openProcesses(p)...), nil
}

// drafts checks all services first: one that cannot be made refuses the whole
// import, before anything has changed.
func (c *call) drafts(p *project, services []importService) ([]serviceDraft, error) {
	var all []serviceDraft
	names := make(map[string]bool)
	for _, spec := range services {
		draft, err := c.draft(spec)
		if err != nil {
			return nil, err
		}
		if err := c.checkDraft(p, draft); err != nil {
			return nil, err
		}
		if names[draft.name] {
			return nil, withFields("serviceStackNameUnavailable", "Service stack name is unavailable", map[string][]string{"name": {draft.name}})
		}
		names[draft.name] = true
		all = append(all, draft)
	}
	// Those with the higher priority are made first.
	sortBy(all, func(a, b serviceDraft) int { return cmp.Compare(b.priority, a.priority) })
	return all, nil
}

func (c *call) draft(spec importService) (serviceDraft, error) {
	lacking := func(field string) error {
		return withFields("projectImportMissingParameter", "Missing parameter", map[string][]string{"parameter": {spec.Hostname + "." + field}})
	}
	invalid := func(field, problem string) error {
		return withFields("projectImportInvalidParameter", "Invalid parameter", map[string][]string{spec.Hostname + "." + field: {problem}})
	}
	var draft serviceDraft
	switch {
	case spec.Hostname == "":
		return draft, withFields("projectImportMissingParameter", "Missing parameter", map[string][]string{"parameter": {"services.hostname"}})
	case spec.Type == "":
		return draft, lacking("type")
	case spec.ZeropsSetup != "" && spec.BuildFromGit == "":
		return draft, invalid("zeropsSetup", "zeropsSetup requires buildFromGit")
	}
	kind, found, err := c.world.namedType(spec.Type)
	if err != nil {
		return draft, withFields("projectImportInvalidTypeVersion", "Invalid type version", map[string][]string{spec.Hostname + ".type": {spec.Type}})
	}
	switch {
	case kind.category == "OBJECT_STORAGE" && spec.Mode != "":
		return draft, invalid("mode", "mode is not allowed")
	case kind.category == "OBJECT_STORAGE" && spec.ObjectStorageSize == 0:
		return draft, lacking("objectStorageSize")
	case kind.managed() && found.mode == "" && spec.Mode == "":
		return draft, lacking("mode")
	case spec.ProfileOverrides != nil && spec.Profile == "":
		return draft, lacking("profile")
	case kind.managed() && spec.Mode != "" && spec.Mode != "HA" && spec.Mode != "NON_HA":
		return draft, invalid("mode", "must be HA or NON_HA")
	}
	custom, err := spec.scaling(kind)
	if err != nil {
		return draft, err
	}
	draft = serviceDraft{
		name: spec.Hostname, kind: kind, version: found, mode: spec.Mode, profile: spec.Profile, overrides: spec.ProfileOverrides, startWithoutCode: spec.StartWithoutCode,
		gitURL: spec.BuildFromGit, setup: spec.ZeropsSetup, objectGB: spec.ObjectStorageSize, objectPolicy: spec.ObjectStoragePolicy,
		objectRawPolicy: spec.ObjectStorageRaw, mounts: spec.Mount, envIsolation: spec.EnvIsolation, priority: spec.Priority, override: spec.Override,
		custom: custom, subdomain: spec.EnableSubdomainAccess,
	}
	if spec.ZeropsYaml != nil {
		text, ok := spec.ZeropsYaml.(string)
		if !ok {
			encoded, err := yaml.Marshal(spec.ZeropsYaml)
			if err != nil {
				return draft, invalid("zeropsYaml", err.Error())
			}
			text = string(encoded)
		}
		draft.yaml = text
	}
	draft.variables = append(importEntries(spec.EnvSecrets), importEntries(spec.Vault)...)
	pairs, err := parseEnvFile(spec.DotEnvSecrets)
	if err != nil {
		return draft, err
	}
	for _, pair := range pairs {
		draft.variables = append(draft.variables, envBody{Key: pair[0], Content: pair[1]})
	}
	return draft, nil
}

// importInto makes the services one after the other. A service with override that
// exists keeps its settings; one that is to start without code loses what it runs
// (platform §4.4).
func (c *call) importInto(p *project, drafts []serviceDraft, after ...*process) object {
	w := c.world
	stacks := []object{}
	for _, draft := range drafts {
		var processes []*process
		s := w.serviceNamed(p, draft.name)
		switch {
		case s == nil:
			s, processes = c.create(p, draft, after...)
			after = []*process{processes[0]}
		case draft.gitURL != "":
			processes = append(processes, w.buildFromGit(s, draft.gitURL, draft.setup, draft.yaml, c.actor()))
		case draft.startWithoutCode:
			processes = append(processes, w.startEmpty(s, c.actor()))
		}
		views := []object{}
		for _, made := range processes {
			views = append(views, w.processView(made))
		}
		stacks = append(stacks, object{"id": s.id, "name": s.name, "processes": views, "error": nil})
	}
	return object{"projectId": p.id, "projectName": p.name, "serviceStacks": stacks}
}
