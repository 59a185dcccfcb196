package simulator

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// createTime is how long the platform takes for one service (platform §5).
const createTime = 15 * time.Second

// maxHostname is the longest hostname that the live platform takes; documents and
// schemas say 25 (platform §3.3).
const maxHostname = 40

// serviceDraft is a service to be made.
type serviceDraft struct {
	name             string
	kind             *serviceType
	version          *typeVersion
	mode, profile    string
	overrides        object // of the profile
	custom           scaling
	variables        []envBody
	startWithoutCode bool
	gitURL, setup    string
	yaml             string
	subdomain        bool
	objectGB         float64
	objectPolicy     string
	objectRawPolicy  string
	mounts           []string
	envIsolation     string
	priority         int
	override         bool
}

type createBody struct {
	Name                    string           `json:"name"`
	ServiceStackVersionName string           `json:"serviceStackVersionName"`
	CustomAutoscaling       *autoscalingBody `json:"customAutoscaling"`
	AutoscalingProfileID    string           `json:"autoscalingProfileId"`
	AutoscalingOverrides    object           `json:"autoscalingProfileOverrides"`
	UserData                []envBody        `json:"userData"`
	UserDataEnvFile         string           `json:"userDataEnvFile"`
	StartWithoutCode        bool             `json:"startWithoutCode"`
	BuildFromGit            string           `json:"buildFromGit"`
	ZeropsSetup             string           `json:"zeropsSetup"`
	ZeropsYaml              string           `json:"zeropsYaml"`
	EnvIsolation            string           `json:"envIsolation"`
	EnableSubdomainAccess   bool             `json:"enableSubdomainAccess"`
	Mode                    string           `json:"mode"`
}

func createServiceCall(c *call) (any, error) {
	var body createBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	return c.createNamed(body, body.ServiceStackVersionName)
}

// createServiceOld takes the type from the path, which is how the vendor's command
// line still does it; "runtime" there means a runtime whose base comes with the
// first deploy.
func createServiceOld(c *call) (any, error) {
	var body createBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	name := c.path("serviceStackTypeVersionId")
	if name == "runtime" {
		name = "ubuntu@24.04"
	}
	return c.createNamed(body, name)
}

func (c *call) createNamed(body createBody, typeName string) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	kind, found, err := c.world.resolveType(typeName)
	if err != nil {
		return nil, err
	}
	draft := serviceDraft{
		name: body.Name, kind: kind, version: found, mode: body.Mode, profile: body.AutoscalingProfileID, overrides: body.AutoscalingOverrides,
		startWithoutCode: body.StartWithoutCode, gitURL: body.BuildFromGit, setup: body.ZeropsSetup, yaml: body.ZeropsYaml,
		subdomain: body.EnableSubdomainAccess, envIsolation: body.EnvIsolation,
	}
	if body.CustomAutoscaling != nil {
		draft.custom = body.CustomAutoscaling.overrides()
	}
	draft.variables = append(draft.variables, body.UserData...)
	fromFile, err := parseEnvFile(body.UserDataEnvFile)
	if err != nil {
		return nil, err
	}
	for _, pair := range fromFile {
		draft.variables = append(draft.variables, envBody{Key: pair[0], Content: pair[1]})
	}
	return c.createOne(p, draft)
}

func createObjectStorage(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	var body struct {
		Name       string  `json:"name"`
		DiskGBytes float64 `json:"diskGBytes"`
		Policy     string  `json:"policy"`
		RawPolicy  string  `json:"rawPolicy"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.DiskGBytes < 1 || body.DiskGBytes > 100 {
		return nil, badField("diskGBytes", "value must be between 1 and 100")
	}
	kind, found, err := c.world.resolveType("object-storage")
	if err != nil {
		return nil, err
	}
	return c.createOne(p, serviceDraft{
		name: body.Name, kind: kind, version: found, objectGB: body.DiskGBytes, objectPolicy: body.Policy, objectRawPolicy: body.RawPolicy,
	})
}

// createOne makes one service and answers it together with its first process.
func (c *call) createOne(p *project, draft serviceDraft) (any, error) {
	if err := c.checkDraft(p, draft); err != nil {
		return nil, err
	}
	s, processes := c.create(p, draft, c.world.openProcesses(p)...)
	view := c.serviceView(s)
	view["process"] = c.world.processView(processes[0])
	return view, nil
}

// checkDraft refuses a service that the platform would not take.
func (c *call) checkDraft(p *project, draft serviceDraft) error {
	switch {
	case p.status == "DELETING":
		return refuse("projectWillBeDeleted", "Project will be deleted")
	case p.status != "ACTIVE" && p.status != "NEW" && p.status != "CREATING":
		return refuse("projectStatusNotInNewCreatingActive", "Project is not new, creating or active")
	case !validHostname(draft.name):
		return refuse("serviceStackNameInvalid", "Service stack name [%s] is invalid", draft.name)
	case c.world.serviceNamed(p, draft.name) != nil && !draft.override:
		return withFields("serviceStackNameUnavailable", "Service stack name is unavailable", map[string][]string{"name": {draft.name}})
	case draft.kind.category == "CORE", draft.kind.category == "BUILD", draft.kind.category == "PREPARE_RUNTIME", draft.kind.category == "HTTP_L7_BALANCER":
		return refuse("serviceStackInvalidCategory", "Service stack category is invalid")
	case draft.profile != "" && draft.kind.profile(draft.profile) == nil:
		return refuse("autoscalingProfileNotFound", "Autoscaling profile [%s] not found", draft.profile)
	}
	if err := checkEntries(draft.variables, "userData", draft.kind.generatedKeys()); err != nil {
		return err
	}
	if draft.custom != (scaling{}) {
		return c.checkScaling(&service{typ: draft.kind, versionID: draft.version.id, mode: draft.mode}, draft.custom)
	}
	return nil
}

func validHostname(name string) bool {
	if name == "" || len(name) > maxHostname || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// create starts the making of a service: one process for a managed one, a second
// one for a runtime that gets code. They wait for the given processes, because the
// platform makes one service after the other.
func (c *call) create(p *project, draft serviceDraft, after ...*process) (*service, []*process) {
	w, by := c.world, c.actor()
	s := w.addService(p, draft)
	s.status = "NEW"
	w.services.put(s.id, s)
	made := w.start(job{
		action: "stack.create", project: p, services: []*service{s}, by: by, takes: createTime, after: after,
		begin:  func() { w.setStatus(s, "CREATING") },
		finish: func() { w.provision(s, draft) },
		fail:   func(problem) { w.setStatus(s, "FAILED") },
	})
	processes := []*process{made}
	switch {
	case !draft.kind.runtime():
	case draft.gitURL != "":
		processes = append(processes, w.buildFromGit(s, draft.gitURL, draft.setup, draft.yaml, by))
	case draft.startWithoutCode:
		processes = append(processes, w.startEmpty(s, by))
	}
	return s, processes
}

// addService makes the row of a service.
func (w *world) addService(p *project, draft serviceDraft) *service {
	s := &service{
		id: w.ids.next(), innerID: w.ids.next(), projectID: p.id, clientID: p.clientID, name: draft.name, status: "ACTIVE",
		typ: draft.kind, versionID: draft.version.id, base: draft.version.name, versionNumber: draft.version.exact,
		mode: draft.mode, profile: draft.profile, profileOverrides: draft.overrides, custom: draft.custom, created: w.now, lastUpdate: w.now, startedAt: w.now,
		envIsolation: draft.envIsolation, startOnProjectStart: true, debugBuild: "NONE", debugPrepare: "NONE",
		objectGB: draft.objectGB, objectPolicy: draft.objectPolicy, objectRawPolicy: draft.objectRawPolicy, backupPeriod: "0 0 * * *",
	}
	if draft.kind.managed() {
		s.mode = "NON_HA"
		if draft.kind.highlyAvailable(draft.version.id, draft.mode) {
			s.mode = "HA"
		}
		if s.profile == "" {
			s.profile = draft.kind.defaultProfile()
		}
	}
	if core := w.coreOf(p); core != nil {
		s.coreID = core.id
	}
	w.services.put(s.id, s)
	return s
}

func (w *world) coreOf(p *project) *service {
	for _, s := range w.services.all() {
		if s.projectID == p.id && s.kind().category == "CORE" {
			return s
		}
	}
	return nil
}

// provision gives a new service what it has once it exists: variables, ports,
// containers. A runtime has none of the latter before its first code.
func (w *world) provision(s *service, draft serviceDraft) {
	for _, v := range draft.variables {
		w.addVariable(&variable{clientID: s.clientID, projectID: s.projectID, serviceID: s.id, key: v.Key, content: v.Content, sensitive: v.Sensitive, editable: true})
	}
	w.addGenerated(s)
	for _, name := range draft.mounts {
		if storage := w.serviceNamed(w.projectOf(s), name); storage != nil {
			s.mounts = append(s.mounts, mount{storageID: storage.id, status: "ACTIVE"})
		}
	}
	if s.kind().runtime() {
		w.setStatus(s, "READY_TO_DEPLOY")
		return
	}
	s.ports = s.kind().ports
	if draft.subdomain && len(s.httpPorts()) > 0 { // a managed service is public at once (platform §10.2)
		s.subdomain, s.subdomainShown = true, true
	}
	if s.kind().category != "OBJECT_STORAGE" {
		w.addContainers(s, max(s.effectiveScaling().minContainers, 1))
	}
	w.setStatus(s, "ACTIVE")
}

// addGenerated adds the variables that the platform makes for a service.
func (w *world) addGenerated(s *service) {
	add := func(key, content string, sensitive, editable bool) {
		w.addVariable(&variable{
			clientID: s.clientID, projectID: s.projectID, serviceID: s.id, key: key, content: content,
			system: true, sensitive: sensitive, editable: editable,
		})
	}
	add("hostname", s.name, false, false)
	add("serviceId", s.id, false, false)
	add("projectId", s.projectID, false, false)
	switch kind := s.kind(); {
	case kind.runtime():
		add("zeropsSubdomain", strings.Join(w.subdomainURLs(s), "\n"), false, false)
		add("startCommand", "", false, false)
	case kind.managed():
		password := w.secret(kind.id + "-password")
		number := kind.ports[0].number
		add("port", strconv.Itoa(number), false, false)
		add("user", s.name, false, false)
		add("password", password, true, true)
		connection := fmt.Sprintf("%s://%s:%s@%s:%d", kind.ports[0].scheme, s.name, password, s.name, number)
		add("connectionString", connection, true, false)
		if kind.subcategory == "DATABASE" {
			add("dbName", s.name, false, false)
		}
	case kind.category == "OBJECT_STORAGE":
		add("bucketName", strings.ToLower(s.name)+"-"+hexDigits(s.id), false, false)
		add("accessKeyId", w.secret("access-key"), true, false)
		add("secretAccessKey", w.secret("secret-key"), true, false)
		add("apiUrl", "https://storage.example.com", false, false)
		add("quotaGBytes", fmt.Sprint(s.objectGB), false, false)
	}
}
