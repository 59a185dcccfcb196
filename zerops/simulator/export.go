package simulator

import "go.yaml.in/yaml/v4"

func exportRoutes() []route {
	return []route{
		{op: "GetProjectExport", handle: exportProject},
		{op: "GetServiceStackExport", handle: exportService},
	}
}

type exportDocument struct {
	Project  *exportedProject  `yaml:"project,omitempty"`
	Services []exportedService `yaml:"services"`
}

type exportedProject struct {
	Name         string            `yaml:"name"`
	Description  string            `yaml:"description,omitempty"`
	CorePackage  string            `yaml:"corePackage"`
	Tags         []string          `yaml:"tags,omitempty"`
	EnvVariables map[string]string `yaml:"envVariables,omitempty"`
}

type exportedService struct {
	Hostname              string            `yaml:"hostname"`
	Type                  string            `yaml:"type"`
	Mode                  string            `yaml:"mode,omitempty"`
	Profile               string            `yaml:"profile,omitempty"`
	EnvSecrets            map[string]string `yaml:"envSecrets,omitempty"`
	ObjectStorageSize     float64           `yaml:"objectStorageSize,omitempty"`
	ObjectStoragePolicy   string            `yaml:"objectStoragePolicy,omitempty"`
	BuildFromGit          string            `yaml:"buildFromGit,omitempty"`
	EnableSubdomainAccess bool              `yaml:"enableSubdomainAccess,omitempty"`
	Mount                 []string          `yaml:"mount,omitempty"`
	MinContainers         int               `yaml:"minContainers,omitempty"`
	MaxContainers         int               `yaml:"maxContainers,omitempty"`
	VerticalAutoscaling   map[string]any    `yaml:"verticalAutoscaling,omitempty"`
}

// exportProject writes an import YAML of a project. The values of its secrets are in
// it for those who may read them.
func exportProject(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	document := exportDocument{Project: &exportedProject{
		Name: p.name, Description: p.description, CorePackage: p.mode, Tags: p.tags, EnvVariables: make(map[string]string),
	}}
	for _, v := range c.world.variablesOf(p.id, "") {
		if !v.system {
			document.Project.EnvVariables[v.key] = c.shown(v)
		}
	}
	for _, s := range c.world.servicesOf(p) {
		if s.system {
			continue
		}
		exported, err := c.export(s)
		if err != nil {
			return nil, err
		}
		document.Services = append(document.Services, exported)
	}
	return written(document)
}

func exportService(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	exported, err := c.export(s)
	if err != nil {
		return nil, err
	}
	return written(exportDocument{Services: []exportedService{exported}})
}

func written(document exportDocument) (any, error) {
	text, err := yaml.Marshal(document)
	if err != nil {
		return nil, err
	}
	return object{"yaml": string(text)}, nil
}

// export describes one service; one that is still being made cannot be described.
func (c *call) export(s *service) (exportedService, error) {
	if s.status == "NEW" || s.status == "CREATING" {
		return exportedService{}, refuse("serviceStackCreating", "Service stack is being created")
	}
	exported := exportedService{
		Hostname: s.name, Type: s.base, Profile: s.profile, EnvSecrets: make(map[string]string), ObjectStorageSize: s.objectGB,
		ObjectStoragePolicy: s.objectPolicy, EnableSubdomainAccess: s.subdomain, MinContainers: s.custom.minContainers,
		MaxContainers: s.custom.maxContainers, VerticalAutoscaling: make(map[string]any),
	}
	if v := s.kind().version(s.versionID); v != nil && v.mode == "" {
		exported.Mode = s.mode
	}
	for name, value := range map[string]float64{
		"minCpu": s.custom.minCPU, "maxCpu": s.custom.maxCPU, "minRam": s.custom.minRAM, "maxRam": s.custom.maxRAM,
		"minDisk": s.custom.minDisk, "maxDisk": s.custom.maxDisk,
	} {
		if value != 0 {
			exported.VerticalAutoscaling[name] = value
		}
	}
	if s.custom.cpuMode != "" {
		exported.VerticalAutoscaling["cpuMode"] = s.custom.cpuMode
	}
	if v, ok := c.world.versions.get(s.activeVersion); ok && v.git != nil && v.git.host == "public" {
		exported.BuildFromGit = v.git.url
	}
	for _, v := range c.world.variablesOf(s.projectID, s.id) {
		if !v.system && !v.baked {
			exported.EnvSecrets[v.key] = c.shown(v)
		}
	}
	for _, m := range s.mounts {
		if storage, ok := c.world.services.get(m.storageID); ok {
			exported.Mount = append(exported.Mount, storage.name)
		}
	}
	return exported, nil
}
