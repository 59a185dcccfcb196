package zerops

import (
	"context"
	"iter"
	"strings"
	"time"
)

// AppVersion is one deployment of a runtime: its code, how it was built, and
// whether it runs (platform §3.4).
type AppVersion struct {
	ID             string          `json:"id"`
	OrganizationID string          `json:"clientId"`
	ProjectID      string          `json:"projectId"`
	ServiceID      string          `json:"serviceStackId"`
	Source         string          `json:"source"` // CLI, GIT, GITHUB, GITLAB, GUI or NONE
	Sequence       int             `json:"sequence"`
	Status         string          `json:"status"`
	Name           string          `json:"name"`
	Created        Time            `json:"created"`
	LastUpdate     Time            `json:"lastUpdate"`
	Activated      Time            `json:"activationDate"`
	Build          *VersionBuild   `json:"build"`
	Prepare        *VersionPrepare `json:"prepareCustomRuntime"` // only inside processes
	GitHub         *VersionCommit  `json:"githubIntegration"`
	GitLab         *VersionCommit  `json:"gitlabIntegration"`
	PublicGit      *PublicGit      `json:"publicGitSource"`
	CreatedBy      Actor           `json:"createdByUser"`
	// Variables are those of zerops.yaml, and its whole text under the key
	// ZEROPS_YAML. All of it may hold secrets.
	Variables []Variable `json:"userDataList"`
}

// VersionBuild is the part of a pipeline that runs in a build container. The
// build stack is one for all builds of a service.
type VersionBuild struct {
	ServiceID        string `json:"serviceStackId"`
	TypeVersion      string `json:"serviceStackTypeVersionName"`
	PipelineStart    Time   `json:"pipelineStart"`
	PipelineFinish   Time   `json:"pipelineFinish"`
	PipelineFailed   Time   `json:"pipelineFailed"`
	ContainerCreated Time   `json:"containerCreationStart"`
	Started          Time   `json:"startDate"`
	Ended            Time   `json:"endDate"`
}

// VersionPrepare is the part that makes a runtime image of the version's own.
type VersionPrepare struct {
	ServiceID        string `json:"serviceStackId"`
	ContainerCreated Time   `json:"containerCreationStart"`
	Started          Time   `json:"startDate"`
	Ended            Time   `json:"endDate"`
	Reason           string `json:"reason"`
}

// VersionCommit is where a connected repository stood.
type VersionCommit struct {
	Event      string `json:"eventType"`
	Branch     string `json:"branchName"`
	Tag        string `json:"tagName"`
	Commit     string `json:"commit"`
	Pusher     string `json:"pusher"`
	Repository string `json:"repositoryFullName"`
	Setup      string `json:"zeropsYamlSetup"`
}

// PublicGit is the public repository a version was built from.
type PublicGit struct {
	URL    string `json:"gitUrl"`
	Branch string `json:"branchName"`
}

// Statuses of a version (platform §3.4).
const (
	VersionUploading        = "UPLOADING"
	VersionWaitingToBuild   = "WAITING_TO_BUILD"
	VersionBuilding         = "BUILDING"
	VersionPreparing        = "PREPARING_RUNTIME"
	VersionWaitingToDeploy  = "WAITING_TO_DEPLOY"
	VersionDeploying        = "DEPLOYING"
	VersionActive           = "ACTIVE"
	VersionBackup           = "BACKUP"
	VersionCancelled        = "CANCELLED"
	VersionValidationFailed = "BUILD_VALIDATION_FAILED"
	VersionBuildFailed      = "BUILD_FAILED"
	VersionPrepareFailed    = "PREPARING_RUNTIME_FAILED"
	VersionDeployFailed     = "DEPLOY_FAILED"
)

const (
	// sourceWithoutCode is the source of versions that startWithoutCode makes.
	sourceWithoutCode = "NONE"
	// YAMLVariable is the key under which a version keeps its zerops.yaml.
	YAMLVariable = "ZEROPS_YAML"
	// How long an open version without a process counts as being worked on: an
	// upload by somebody else may take a while, a build is queued at once.
	uploadTolerance = 15 * time.Minute
	buildTolerance  = 2 * time.Minute
)

// VersionState is the coarse state of a version.
type VersionState int

// States of a version.
const (
	VersionOpen     VersionState = iota // on its way
	VersionRunning                      // it runs now
	VersionReplaced                     // it ran, and is kept for a rollback
	VersionFailed
	VersionCanceled
)

// State maps the status. One that this client does not know counts as open
// until its pipeline failed.
func (v AppVersion) State() VersionState {
	switch v.Status {
	case VersionActive:
		return VersionRunning
	case VersionBackup:
		return VersionReplaced
	case VersionCancelled, "CANCELED":
		return VersionCanceled
	}
	if strings.HasSuffix(v.Status, "FAILED") || v.Build != nil && !v.Build.PipelineFailed.IsZero() {
		return VersionFailed
	}
	return VersionOpen
}

// WithoutCode reports a version that startWithoutCode made: it is ACTIVE and yet
// nobody deployed anything (platform §3.4).
func (v AppVersion) WithoutCode() bool { return v.Source == sourceWithoutCode }

// Yaml returns the zerops.yaml the version was deployed with, empty where the API
// does not tell.
func (v AppVersion) Yaml() Secret {
	for _, variable := range v.Variables {
		if variable.Key == YAMLVariable {
			return variable.Content
		}
	}
	return Secret{}
}

// Abandoned reports an open version that nothing works on any more: a build that
// died before it had a container stays WAITING_TO_BUILD for ever, and an upload
// that was not followed by a deploy stays UPLOADING (platform §3.4). It
// must be asked only where no process of the version runs.
func (v AppVersion) Abandoned(now time.Time) bool {
	if v.State() != VersionOpen {
		return false
	}
	since := v.LastUpdate
	if since.IsZero() {
		since = v.Created
	}
	tolerance := buildTolerance
	if v.Status == VersionUploading {
		tolerance = uploadTolerance
	}
	return now.Sub(since.Time) > tolerance
}

// AppVersion returns one version (operation GetAppVersion).
func (c *Client) AppVersion(ctx context.Context, id string) (AppVersion, error) {
	return fetch[AppVersion](ctx, c, Call{Operation: GetAppVersion, Path: []string{id}})
}

// AppVersions lists the versions of a service, newest first (operation
// GetServiceStackAppVersion).
func (c *Client) AppVersions(ctx context.Context, serviceID string, o ListOptions) iter.Seq2[AppVersion, error] {
	return list[AppVersion](ctx, c, GetServiceStackAppVersion, serviceID, o)
}

// deployment is the body of build-and-deploy and of deploy. The API refuses an
// empty text where it accepts null.
type deployment struct {
	Yaml  *string `json:"zeropsYaml"`
	Setup *string `json:"zeropsYamlSetup"`
}

func newDeployment(yaml, setup string) deployment {
	var d deployment
	if yaml != "" {
		d.Yaml = &yaml
	}
	if setup != "" {
		d.Setup = &setup
	}
	return d
}

// BuildAndDeploy builds the uploaded code of a version and deploys it
// (operation PutAppVersionBuildAndDeploy).
func (c *Client) BuildAndDeploy(ctx context.Context, versionID, yaml, setup string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutAppVersionBuildAndDeploy, Path: []string{versionID}, Body: newDeployment(yaml, setup)})
}

// DeployVersion deploys an uploaded artifact without building it, or takes a
// version in BACKUP back into use, for which yaml and setup are ignored and
// should be empty (operation PutAppVersionDeploy; platform §4.5).
func (c *Client) DeployVersion(ctx context.Context, versionID, yaml, setup string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutAppVersionDeploy, Path: []string{versionID}, Body: newDeployment(yaml, setup)})
}

// CancelBuild stops the pipeline of a version that has not been deployed yet
// (operation PutAppVersionCancelBuild).
func (c *Client) CancelBuild(ctx context.Context, versionID string) error {
	_, err := c.Do(ctx, Call{Operation: PutAppVersionCancelBuild, Path: []string{versionID}, Body: empty{}})
	return err
}

// ProjectVersions searches the versions of all services of a project, newest
// first. The search trails writes (operation PostAppVersionSearch).
func (c *Client) ProjectVersions(ctx context.Context, organizationID, projectID string) iter.Seq2[AppVersion, error] {
	return search[AppVersion](ctx, c, PostAppVersionSearch,
		[]Filter{Equal("clientId", organizationID), Equal("projectId", projectID)}, Sort{Name: "created", Ascending: false})
}
