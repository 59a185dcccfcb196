package zerops

import "context"

// YamlOperation is what a zerops.yaml is checked for.
type YamlOperation string

// What a zerops.yaml is checked for.
const (
	YamlForBuild  YamlOperation = "BUILD_AND_DEPLOY"
	YamlForDeploy YamlOperation = "DEPLOY" // of a prebuilt artifact
)

// ValidateYaml asks the platform whether a zerops.yaml can be deployed to a
// service. setup may be empty, which means the one named like the service. The
// platform finds bad bases, syntax and types, but neither unknown keys nor a
// missing run section (operation PostServiceStackZeropsYamlValidation;
// platform §4.5).
func (c *Client) ValidateYaml(ctx context.Context, s Service, yaml, setup string, operation YamlOperation) error {
	body := struct {
		Service     string        `json:"serviceStackName"`
		TypeID      string        `json:"serviceStackTypeId"`
		TypeVersion string        `json:"serviceStackTypeVersionName"`
		Yaml        string        `json:"zeropsYaml"`
		Operation   YamlOperation `json:"operation"`
		Setup       *string       `json:"zeropsYamlSetup"`
	}{Service: s.Name, TypeID: s.TypeID, TypeVersion: s.Type.Version, Yaml: yaml, Operation: operation}
	if setup != "" {
		body.Setup = &setup
	}
	_, err := c.Do(ctx, Call{Operation: PostServiceStackZeropsYamlValidation, Body: body})
	return err
}

// GitDeployment describes a deployment from a public repository.
type GitDeployment struct {
	URL   string
	Setup string // empty means the one named like the service
	Yaml  string // in place of the repository's own; empty means none
}

// DeployGit builds and deploys a public repository, whose address the platform
// does not remember. A private one fails within a second and leaves no log
// (operation PutServiceStackTriggerPipeline; platform §4.5).
func (c *Client) DeployGit(ctx context.Context, serviceID string, d GitDeployment) (*Process, error) {
	body := struct {
		Variables []struct{} `json:"userData"`
		URL       string     `json:"buildFromGit"`
		Setup     *string    `json:"zeropsSetup"`
		Yaml      *string    `json:"zeropsYaml"`
	}{Variables: []struct{}{}, URL: d.URL}
	if d.Setup != "" {
		body.Setup = &d.Setup
	}
	if d.Yaml != "" {
		body.Yaml = &d.Yaml
	}
	return c.optionalProcess(ctx, Call{Operation: PutServiceStackTriggerPipeline, Path: []string{serviceID}, Body: body})
}

// ConnectedRepositories returns the repositories whose pushes deploy a service;
// either or both are nil (operation
// GetServiceStackExternalRepositoryIntegrationStatus).
func (c *Client) ConnectedRepositories(ctx context.Context, serviceID string) (github, gitlab *Repository, err error) {
	answer, err := fetch[struct {
		GitHub *Repository `json:"githubIntegration"`
		GitLab *Repository `json:"gitlabIntegration"`
	}](ctx, c, Call{Operation: GetServiceStackExternalRepositoryIntegrationStatus, Path: []string{serviceID}})
	return answer.GitHub, answer.GitLab, err
}

// DeployConnected runs the pipeline of the connected repository now, which works
// for branches only (operation
// PutServiceStackTriggerExternalRepositoryIntegration; platform §4.5).
func (c *Client) DeployConnected(ctx context.Context, serviceID string) (*Process, error) {
	body := struct {
		Variables []struct{} `json:"userData"`
	}{Variables: []struct{}{}}
	return c.optionalProcess(ctx, Call{Operation: PutServiceStackTriggerExternalRepositoryIntegration, Path: []string{serviceID}, Body: body})
}
