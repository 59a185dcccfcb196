package simulator

import (
	"encoding/json"
	"maps"
)

func deployRoutes() []route {
	return []route{
		{op: "PostServiceStackAppVersion", handle: createVersion},
		{op: "GetServiceStackAppVersion", handle: listVersions},
		{op: "GetAppVersion", handle: getVersion},
		{op: "PutAppVersion", handle: renameVersion},
		{op: "DeleteAppVersion", handle: deleteVersion},
		{op: "GetAppVersionAppCode", handle: versionCode},
		{op: "PutAppVersionBuildAndDeploy", handle: buildAndDeploy},
		{op: "PutAppVersionDeploy", handle: deployVersion},
		{op: "PutAppVersionCancelBuild", handle: cancelBuild},
		{op: "PutServiceStackNextAppVersion", handle: nextVersion},
		{op: "PutServiceStackDebug", handle: putDebug},
		{op: "DeleteServiceStackBuildCache", handle: dropBuildCache},
		// The vendor's command line sends an empty operation (platform §10.3).
		{op: "PostServiceStackZeropsYamlValidation", public: true, required: []string{"serviceStackName", "serviceStackTypeId", "serviceStackTypeVersionName", "zeropsYaml"}, handle: validateYaml},
	}
}

// version returns the version in the path with its service, if the caller may.
func (c *call) version(what need) (*version, *service, error) {
	v, ok := c.world.versions.get(c.path("id"))
	if !ok {
		return nil, nil, missing("appVersionNotFound", "App version")
	}
	if err := c.allow(v.clientID, v.projectID, what); err != nil {
		return nil, nil, err
	}
	s, ok := c.world.services.get(v.serviceID)
	if !ok {
		return nil, nil, missing("serviceStackNotFound", "Service stack")
	}
	return v, s, nil
}

// deployable is a runtime that can take code.
func (c *call) deployable(s *service) error {
	if err := c.workable(s); err != nil {
		return err
	}
	if !s.kind().runtime() {
		return refuse("userServiceStackRequired", "User service stack required")
	}
	return nil
}

// createVersion answers with the address to which the code has to be sent. The
// address is a credential by itself.
func createVersion(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.deployable(s); err != nil {
		return nil, err
	}
	var body struct {
		Name string `json:"name"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	w := c.world
	v := w.newVersion(s, "CLI", versionUploading, c.actor())
	v.name = body.Name
	maps.DeleteFunc(w.uploads, func(_, id string) bool {
		old, ok := w.versions.get(id)
		return !ok || old.status != versionUploading
	})
	secret := w.secret("upload")
	w.uploads[secret] = v.id
	view := v.view()
	delete(view, "source")
	view["uploadUrl"] = w.origin + uploadPath + "?uploadToken=" + secret
	return view, nil
}

func listVersions(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var found []object
	for _, v := range c.world.versionsOf(s.id) {
		if asked.hasStatus(v.status) {
			found = append(found, v.view())
		}
	}
	return direct(asked, newestFirst(found)), nil
}

func getVersion(c *call) (any, error) {
	v, _, err := c.version(toRead)
	if err != nil {
		return nil, err
	}
	if p, ok := c.world.processes.get(v.processID); ok {
		c.poll(p)
	}
	return v.view(), nil
}

func renameVersion(c *call) (any, error) {
	v, _, err := c.version(toWrite)
	if err != nil {
		return nil, err
	}
	var body struct {
		Name string `json:"name"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	v.name = body.Name
	c.world.setVersion(v, v.status)
	return success(), nil
}

func deleteVersion(c *call) (any, error) {
	v, _, err := c.version(toWrite)
	if err != nil {
		return nil, err
	}
	switch v.status {
	case versionActive:
		return nil, refuse("appVersionIsActive", "App version is active")
	case versionBuilding, versionPreparing:
		return nil, refuse("appVersionIsBeingBuilt", "App version is being built")
	case versionDeploying, versionWaitingDeploy:
		return nil, refuse("appVersionIsBeingDeployed", "App version is being deployed")
	}
	c.world.versions.remove(v.id)
	return success(), nil
}

// deployBody is what build-and-deploy and deploy take; an empty text is refused
// where null is meant.
type deployBody struct {
	ZeropsYaml      string `json:"zeropsYaml"`
	ZeropsYamlSetup string `json:"zeropsYamlSetup"`
}

func (c *call) deployBody() (deployBody, error) {
	var body deployBody
	if err := c.decode(&body); err != nil {
		return body, err
	}
	var raw map[string]json.RawMessage
	if len(c.body) > 0 {
		if err := json.Unmarshal(c.body, &raw); err != nil {
			return body, refuse("incorrectDataType", "Request body is not a valid JSON object")
		}
	}
	for _, name := range []string{"zeropsYaml", "zeropsYamlSetup"} {
		if string(raw[name]) == `""` {
			return body, badField(name, "field must not be empty")
		}
	}
	return body, nil
}

// ready refuses a deploy that cannot begin. A running synchronisation of variables
// refuses it too and leaves the version where it is.
func (c *call) ready(v *version, s *service) error {
	if err := c.deployable(s); err != nil {
		return err
	}
	if s.syncing > 0 {
		return refuse("userDataSyncRunning", "User data synchronization is running")
	}
	if v.status == versionUploading && !v.uploaded {
		return refuse("objectNotFound", "Object not found")
	}
	return nil
}

func buildAndDeploy(c *call) (any, error) {
	v, s, err := c.version(toWrite)
	if err != nil {
		return nil, err
	}
	body, err := c.deployBody()
	if err != nil {
		return nil, err
	}
	switch v.status {
	case versionUploading:
	case versionWaitingBuild, versionBuilding, versionPreparing:
		return nil, refuse("appVersionIsBeingBuilt", "App version is being built")
	case versionWaitingDeploy, versionDeploying:
		return nil, refuse("appVersionIsBeingDeployed", "App version is being deployed")
	default:
		return nil, refuse("appVersionInvalidStatus", "App version status %s is invalid", v.status)
	}
	if err := c.ready(v, s); err != nil {
		return nil, err
	}
	setup, err := findSetup(body.ZeropsYaml, body.ZeropsYamlSetup, s.name)
	if err != nil {
		return nil, err
	}
	if err := refusal(c.world.validate(setup, true, s.base)); err != nil {
		return nil, err
	}
	v.yaml, v.setup = body.ZeropsYaml, setup.Setup
	return c.world.processView(c.world.pipeline(s, v, setup, c.actor())), nil
}

// deployVersion deploys an uploaded artifact without a build, tries a failed deploy
// again, or takes a backup back into use; a backup ignores the body.
func deployVersion(c *call) (any, error) {
	v, s, err := c.version(toWrite)
	if err != nil {
		return nil, err
	}
	body, err := c.deployBody()
	if err != nil {
		return nil, err
	}
	if err := c.ready(v, s); err != nil {
		return nil, err
	}
	w := c.world
	switch v.status {
	case versionBackup:
		return w.processView(w.rollback(s, v, c.actor())), nil
	case versionUploading, versionDeployFailed:
	default:
		return nil, refuse("appVersionInvalidStatus", "App version status %s is invalid", v.status)
	}
	text := body.ZeropsYaml
	if text == "" && v.status == versionUploading {
		text = v.archiveYaml
	}
	if text == "" {
		return nil, refuse("appVersionYamlConfigRequired", "App version yaml config is required")
	}
	setup, err := findSetup(text, body.ZeropsYamlSetup, s.name)
	if err != nil {
		return nil, err
	}
	if err := refusal(w.validate(setup, false, s.base)); err != nil {
		return nil, err
	}
	v.yaml, v.setup = text, setup.Setup
	return w.processView(w.deployOnly(s, v, setup, "stack.deploy", deployTime, c.actor())), nil
}

// cancelBuild works until the pipeline has ended; what is being deployed already can
// no longer be stopped.
func cancelBuild(c *call) (any, error) {
	v, _, err := c.version(toWrite)
	if err != nil {
		return nil, err
	}
	p, ok := c.world.processes.get(v.processID)
	if !ok || p.over() {
		return nil, refuse("nothingToCancel", "Nothing to cancel")
	}
	switch v.status {
	case versionUploading, versionWaitingBuild, versionBuilding, versionPreparing, versionWaitingDeploy:
	default:
		return nil, refuse("processCanNoLongerBeCanceled", "Process can no longer be canceled")
	}
	by := c.actor()
	p.canceledBy = &by
	c.world.end(p, processCanceled, nil)
	c.world.setVersion(v, versionCancelled)
	return success(), nil
}

func nextVersion(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.deployable(s); err != nil {
		return nil, err
	}
	return success(), nil
}

func putDebug(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.deployable(s); err != nil {
		return nil, err
	}
	var body struct {
		DebugBuild          *string `json:"debugBuild"`
		DebugRuntimePrepare *string `json:"debugRuntimePrepare"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.DebugBuild != nil {
		s.debugBuild = *body.DebugBuild
	}
	if body.DebugRuntimePrepare != nil {
		s.debugPrepare = *body.DebugRuntimePrepare
	}
	return object{"debugBuild": s.debugBuild, "debugRuntimePrepare": s.debugPrepare}, nil
}

func dropBuildCache(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.deployable(s); err != nil {
		return nil, err
	}
	w := c.world
	p := w.start(job{
		action: "stack.deleteBuildCache", project: w.projectOf(s), services: []*service{s}, by: c.actor(), takes: reloadTime,
		finish: func() {
			s.cacheSnapshot = ""
			w.services.put(s.id, s)
		},
	})
	return object{"process": w.processView(p)}, nil
}

// validateYaml is the platform's own check of zerops.yaml, which needs no token. It
// looks at the setup of the service only.
func validateYaml(c *call) (any, error) {
	var body struct {
		ServiceStackName            string `json:"serviceStackName"`
		ServiceStackTypeID          string `json:"serviceStackTypeId"`
		ServiceStackTypeVersionName string `json:"serviceStackTypeVersionName"`
		ZeropsYaml                  string `json:"zeropsYaml"`
		Operation                   string `json:"operation"`
		ZeropsYamlSetup             string `json:"zeropsYamlSetup"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if c.world.typeWithID(body.ServiceStackTypeID) == nil {
		return nil, missing("serviceStackTypeNotFound", "Service stack type")
	}
	if _, err := parseZeropsYaml(body.ZeropsYaml, "yamlValidationInvalidYaml"); err != nil {
		return nil, err
	}
	setup, err := findSetup(body.ZeropsYaml, body.ZeropsYamlSetup, body.ServiceStackName)
	if err != nil {
		return nil, err
	}
	if err := refusal(c.world.validate(setup, body.Operation == "BUILD_AND_DEPLOY", body.ServiceStackTypeVersionName)); err != nil {
		return nil, err
	}
	return success(), nil
}
