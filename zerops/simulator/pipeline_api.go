package simulator

import "net/url"

func pipelineRoutes() []route {
	return []route{
		{op: "PutServiceStackTriggerPipeline", required: []string{}, handle: triggerPipeline},
		{op: "GetServiceStackExternalRepositoryIntegrationStatus", handle: repositoryStatus},
		{op: "PutServiceStackExternalRepositoryIntegration", handle: putRepository},
		{op: "PutServiceStackTriggerExternalRepositoryIntegration", required: []string{}, handle: triggerRepository},
	}
}

// triggerPipeline builds from a public repository or starts without code. The
// address is not remembered from one call to the next: without it the platform
// says, misleadingly, that it finds no service.
func triggerPipeline(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.deployable(s); err != nil {
		return nil, err
	}
	var body struct {
		BuildFromGit     string    `json:"buildFromGit"`
		ZeropsSetup      string    `json:"zeropsSetup"`
		ZeropsYaml       string    `json:"zeropsYaml"`
		StartWithoutCode bool      `json:"startWithoutCode"`
		UserData         []envBody `json:"userData"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if s.syncing > 0 {
		return nil, refuse("userDataSyncRunning", "User data synchronization is running")
	}
	switch {
	case body.BuildFromGit != "":
		if _, err := url.ParseRequestURI(body.BuildFromGit); err != nil {
			return nil, badField("buildFromGit", "invalid url")
		}
		if body.ZeropsYaml != "" {
			if _, err := findSetup(body.ZeropsYaml, body.ZeropsSetup, s.name); err != nil {
				return nil, err
			}
		}
		p := c.world.buildFromGit(s, body.BuildFromGit, body.ZeropsSetup, body.ZeropsYaml, c.actor())
		return object{"process": c.world.processView(p)}, nil
	case body.StartWithoutCode:
		return object{"process": c.world.processView(c.world.startEmpty(s, c.actor()))}, nil
	default:
		return nil, missing("serviceStackNotFound", "Service stack")
	}
}

func repositoryStatus(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	return s.integrations(), nil
}

func (s *service) integrations() object {
	return object{"githubIntegration": s.github.view(), "gitlabIntegration": s.gitlab.view()}
}

type repositoryBody struct {
	RepositoryFullName string `json:"repositoryFullName"`
	EventType          string `json:"eventType"`
	BranchName         string `json:"branchName"`
	TagRegex           string `json:"tagRegex"`
	IsActive           bool   `json:"isActive"`
	ZeropsYamlSetup    string `json:"zeropsYamlSetup"`
	TriggerBuild       bool   `json:"triggerBuild"`
}

// putRepository connects a repository. The Git host has to know the person, so an
// integration token is refused.
func putRepository(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.deployable(s); err != nil {
		return nil, err
	}
	var body struct {
		Github *repositoryBody `json:"githubIntegration"`
		Gitlab *repositoryBody `json:"gitlabIntegration"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Github != nil && body.Gitlab != nil {
		return nil, refuse("multipleIntegrationsAreForbidden", "Multiple integrations are forbidden")
	}
	if c.who.user.integration && (body.Github != nil || body.Gitlab != nil) {
		if body.Gitlab != nil {
			return nil, refuse("gitlabAuthorizationRequired", "GitLab authorization required")
		}
		return nil, refuse("githubAuthorizationRequired", "GitHub authorization required")
	}
	if s.github, err = body.Github.connect(c, "githubIntegration"); err != nil {
		return nil, err
	}
	if s.gitlab, err = body.Gitlab.connect(c, "gitlabIntegration"); err != nil {
		return nil, err
	}
	c.world.services.put(s.id, s)
	if body.Github != nil && body.Github.TriggerBuild || body.Gitlab != nil && body.Gitlab.TriggerBuild {
		return triggerRepository(c)
	}
	return object{"process": nil}, nil
}

func (b *repositoryBody) connect(c *call, field string) (*repository, error) {
	switch {
	case b == nil:
		return nil, nil //nolint:nilnil // No body, no connection.
	case b.RepositoryFullName == "":
		return nil, badField(field+".repositoryFullName", "field is required")
	case b.EventType != "BRANCH" && b.EventType != "TAG":
		return nil, badField(field+".eventType", "field must be one of: BRANCH, TAG")
	}
	return &repository{
		fullName: b.RepositoryFullName, eventType: b.EventType, branch: b.BranchName, tagRegex: b.TagRegex,
		setup: b.ZeropsYamlSetup, active: b.IsActive, userID: c.who.user.id,
	}, nil
}

// triggerRepository builds the branch of the connected repository.
func triggerRepository(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.deployable(s); err != nil {
		return nil, err
	}
	connected, source, host := s.github, "GITHUB", "github"
	if s.gitlab != nil {
		connected, source, host = s.gitlab, "GITLAB", "gitlab"
	}
	switch {
	case connected == nil:
		return nil, refuse("noExternalRepositoryIntegration", "Service stack has no external repository integration")
	case connected.eventType != "BRANCH":
		return nil, refuse("triggerBuildRequiresBranchEventType", "Trigger build requires branch event type")
	}
	w := c.world
	v := w.newVersion(s, source, versionWaitingBuild, c.actor())
	v.git = commitOf(connected, host, v.sequence)
	v.yaml = repositoryYaml(s, connected.setup)
	setup, err := findSetup(v.yaml, connected.setup, s.name)
	if err != nil {
		return nil, err
	}
	return object{"process": w.processView(w.pipeline(s, v, setup, c.actor()))}, nil
}
