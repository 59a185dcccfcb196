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
	Name        string         `yaml:"name"`
	Description string         `yaml:"description,omitempty"`
	CorePackage string         `yaml:"corePackage"`
	Tags        []string       `yaml:"tags,omitempty"`
	Vault       map[string]any `yaml:"vault,omitempty"`
}

type exportedService struct {
	Hostname              string         `yaml:"hostname"`
	Type                  string         `yaml:"type"`
	Mode                  string         `yaml:"mode,omitempty"`
	Profile               string         `yaml:"profile,omitempty"`
	ProfileOverrides      map[string]any `yaml:"profileOverrides,omitempty"`
	Vault                 map[string]any `yaml:"vault,omitempty"`
	ObjectStorageSize     float64        `yaml:"objectStorageSize,omitempty"`
	ObjectStoragePolicy   string         `yaml:"objectStoragePolicy,omitempty"`
	BuildFromGit          string         `yaml:"buildFromGit,omitempty"`
	EnableSubdomainAccess bool           `yaml:"enableSubdomainAccess,omitempty"`
	Mount                 []string       `yaml:"mount,omitempty"`
	MinContainers         int            `yaml:"minContainers,omitempty"`
	MaxContainers         int            `yaml:"maxContainers,omitempty"`
	VerticalAutoscaling   map[string]any `yaml:"verticalAutoscaling,omitempty"`
}

// exportedSecret is an entry of a vault that is marked; others are plain text.
type exportedSecret struct {
	Value     string `yaml:"value"`
	Sensitive bool   `yaml:"sensitive"`
}

// exportVault writes the variables of a store that users made as import YAML takes
// them (platform §10.1). Whether marked values are withheld from a caller with full
// access who does not ask for them with reveal is UNVERIFIED; here they are not, so
// that nobody comes to rely on it.
func (c *call) exportVault(projectID, serviceID string) (map[string]any, error) {
	if _, err := c.flag("reveal"); err != nil {
		return nil, err
	}
	vault := make(map[string]any)
	for _, v := range c.world.variablesOf(projectID, serviceID) {
		switch {
		case v.system, v.baked:
		case v.sensitive:
			vault[v.key] = exportedSecret{Value: c.shown(v), Sensitive: true}
		default:
			vault[v.key] = v.content
		}
	}
	return vault, nil
}

// exportProject writes an import YAML of a project.
func exportProject(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	vault, err := c.exportVault(p.id, "")
	if err != nil {
		return nil, err
	}
	document := exportDocument{Project: &exportedProject{
		Name: p.name, Description: p.description, CorePackage: p.mode, Tags: p.tags, Vault: vault,
	}}
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
	vault, err := c.exportVault(s.projectID, s.id)
	if err != nil {
		return exportedService{}, err
	}
	exported := exportedService{
		Hostname: s.name, Type: s.base, Profile: s.profile, ProfileOverrides: s.profileOverrides, Vault: vault, ObjectStorageSize: s.objectGB,
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
	for _, m := range s.mounts {
		if storage, ok := c.world.services.get(m.storageID); ok {
			exported.Mount = append(exported.Mount, storage.name)
		}
	}
	return exported, nil
}
