package simulator

import "time"

// States of an app version (platform §3.4).
const (
	versionUploading     = "UPLOADING"
	versionWaitingBuild  = "WAITING_TO_BUILD"
	versionBuilding      = "BUILDING"
	versionPreparing     = "PREPARING_RUNTIME"
	versionWaitingDeploy = "WAITING_TO_DEPLOY"
	versionDeploying     = "DEPLOYING"
	versionActive        = "ACTIVE"
	versionBackup        = "BACKUP"
	versionCancelled     = "CANCELLED"
	versionInvalid       = "BUILD_VALIDATION_FAILED"
	versionBuildFailed   = "BUILD_FAILED"
	versionPrepareFailed = "PREPARING_RUNTIME_FAILED"
	versionDeployFailed  = "DEPLOY_FAILED"
)

// version is the record of one build or deploy of a runtime.
type version struct {
	id, clientID, projectID, serviceID, status, source, name string
	sequence                                                 int
	created, lastUpdate                                      time.Time
	activated                                                *time.Time
	build                                                    *build
	prepare                                                  *prepare
	git                                                      *gitSource
	by                                                       *actor
	yaml, setup                                              string
	baked                                                    []bakedVariable
	uploaded                                                 bool
	tellsYaml                                                bool // of an older platform
	archive                                                  *Upload
	archiveYaml                                              string
	code                                                     []byte // the archive, where it is kept
	log                                                      []scriptLine
	prepareLog                                               []scriptLine
	runtimeLog                                               []scriptLine
	kept                                                     []envBody
	processID                                                string
	ports                                                    []port
}

// build is the part of a pipeline that runs in the build container.
type build struct {
	stackID, stackName, typeVersionID, typeVersionName string
	pipelineStart, pipelineFinish, pipelineFailed      *time.Time
	containerStart, start, end                         *time.Time
	cacheSnapshot                                      string
}

// prepare is the part that makes a runtime image of its own.
type prepare struct {
	containerStart, start, end *time.Time
	stackID, stackName, reason string
}

// gitSource is where the code came from.
type gitSource struct {
	// host is github, gitlab or public.
	host, fullName, event, branch, tag, tagRegex, commit, pusher, setup, url string
}

// bakedVariable is a variable of zerops.yaml.
type bakedVariable struct {
	key, content string
}

func (v *version) buildView() any {
	if v.build == nil {
		return nil
	}
	b := v.build
	return object{
		"serviceStackId": textOrNull(b.stackID), "serviceStackName": textOrNull(b.stackName),
		"serviceStackTypeVersionId": textOrNull(b.typeVersionID), "serviceStackTypeVersionName": textOrNull(b.typeVersionName),
		"pipelineStart": stampOrNull(b.pipelineStart), "pipelineFinish": stampOrNull(b.pipelineFinish),
		"pipelineFailed": stampOrNull(b.pipelineFailed), "containerCreationStart": stampOrNull(b.containerStart),
		"startDate": stampOrNull(b.start), "endDate": stampOrNull(b.end), "cacheSnapshotId": textOrNull(b.cacheSnapshot),
	}
}

func (v *version) gitView(host string) any {
	if v.git == nil || v.git.host != host {
		return nil
	}
	g := v.git
	return object{
		"eventType": g.event, "branchName": textOrNull(g.branch), "tagRegex": textOrNull(g.tagRegex), "pusher": g.pusher,
		"commit": g.commit, "repositoryFullName": g.fullName, "tagName": textOrNull(g.tag), "zeropsYamlSetup": textOrNull(g.setup),
	}
}

func (v *version) publicGitView() any {
	if v.git == nil || v.git.host != "public" {
		return nil
	}
	return object{"gitUrl": v.git.url, "branchName": v.git.branch, "configContentFromImport": false, "explicitSetup": v.git.setup != ""}
}

// bakedViews are the variables of zerops.yaml. Its text is among them on older
// platforms only (platform §10.1).
func (v *version) bakedViews() []object {
	views := []object{}
	if v.yaml != "" && v.tellsYaml {
		views = append(views, object{"key": "ZEROPS_YAML", "content": v.yaml, "type": "INTERNAL"})
	}
	for _, b := range v.baked {
		views = append(views, object{"key": b.key, "content": b.content, "type": "ENV"})
	}
	return views
}

// view is a version as single reads and direct lists show it.
func (v *version) view() object {
	view := v.row()
	delete(view, "userData")
	view["userDataList"] = v.bakedViews()
	view["gitlabIntegration"] = v.gitView("gitlab")
	view["activationDate"] = stampOrNull(v.activated)
	view["createdByUser"] = nil
	if v.by != nil {
		view["createdByUser"] = v.by.view()
	}
	view["name"] = textOrNull(v.name)
	return view
}

// row is a version as the search shows it.
func (v *version) row() object {
	view := object{
		"id": v.id, "clientId": v.clientID, "projectId": v.projectID, "serviceStackId": v.serviceID, "build": v.buildView(),
		"source": v.source, "sequence": v.sequence, "status": v.status, "userData": v.bakedViews(),
		"githubIntegration": v.gitView("github"), "publicGitSource": v.publicGitView(),
		"created": stamp(v.created), "lastUpdate": stamp(v.lastUpdate),
	}
	return view
}

// jsonObject is a version inside a process, the only place that shows the
// preparation of the runtime.
func (v *version) jsonObject() object {
	view := object{
		"id": v.id, "serviceStackId": v.serviceID, "projectId": v.projectID, "status": v.status, "source": v.source,
		"os": nil, "base": nil, "sequence": v.sequence, "name": textOrNull(v.name), "created": stamp(v.created),
		"build": v.buildView(), "prepareCustomRuntime": nil, "githubIntegration": v.gitView("github"),
		"gitlabIntegration": v.gitView("gitlab"), "createdByUser": nil, "activationDate": stampOrNull(v.activated),
		"publicGitSource": v.publicGitView(), "configContent": nil, "zeropsYamlJson": nil,
	}
	if v.tellsYaml {
		view["configContent"] = textOrNull(v.yaml)
	}
	if v.by != nil {
		view["createdByUser"] = v.by.view()
	}
	if p := v.prepare; p != nil {
		view["prepareCustomRuntime"] = object{
			"containerCreationStart": stampOrNull(p.containerStart), "startDate": stampOrNull(p.start), "endDate": stampOrNull(p.end),
			"serviceStackId": textOrNull(p.stackID), "serviceStackName": textOrNull(p.stackName), "reason": textOrNull(p.reason),
		}
	}
	return view
}

// versionsOf are the versions of a service, oldest first.
func (w *world) versionsOf(serviceID string) []*version {
	var found []*version
	for _, v := range w.versions.all() {
		if v.serviceID == serviceID {
			found = append(found, v)
		}
	}
	return found
}
