package zerops

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"
)

// Service is one service of a project, which the API calls a service stack.
type Service struct {
	ID              string          `json:"id"`
	Name            string          `json:"name"` // the hostname
	Status          string          `json:"status"`
	IsSystem        bool            `json:"isSystem"`
	ProjectID       string          `json:"projectId"`
	OrganizationID  string          `json:"clientId"` // only in searches; see Project
	TypeID          string          `json:"serviceStackTypeId"`
	TypeVersionID   string          `json:"serviceStackTypeVersionId"`
	Type            ServiceTypeInfo `json:"serviceStackTypeInfo"`
	Base            string          `json:"base"`
	Version         string          `json:"versionNumber"`
	Mode            string          `json:"mode"`  // HA or NON_HA for older managed types
	Ports           []Port          `json:"ports"` // empty for some seconds after a deployment; see KnownPorts
	Requested       RequestedPorts  `json:"requestedPorts"`
	SubdomainAccess bool            `json:"subdomainAccess"`
	ReloadAvailable bool            `json:"reloadAvailable"`
	Created         Time            `json:"created"`
	LastUpdate      Time            `json:"lastUpdate"`
	Project         struct {
		ID             string `json:"id"`
		OrganizationID string `json:"clientId"`
		Name           string `json:"name"`
	} `json:"project"`
	ProfileID          string             `json:"autoscalingProfileId"`
	ProfileOverrides   json.RawMessage    `json:"autoscalingProfileOverrides"`
	CurrentAutoscaling *Autoscaling       `json:"currentAutoscaling"` // effective; absent in searches
	CustomAutoscaling  *Autoscaling       `json:"customAutoscaling"`  // overrides only
	Connected          []ConnectedService `json:"connectedStacks"`
	ActiveVersion      *ActiveVersion     `json:"activeAppVersion"`
	GitHub             *Repository        `json:"githubIntegration"`
	GitLab             *Repository        `json:"gitlabIntegration"`
	CDNEnabled         bool               `json:"cdnEnabled"`
}

// ServiceTypeInfo names the type of a service.
type ServiceTypeInfo struct {
	Name     string `json:"serviceStackTypeName"`
	Category string `json:"serviceStackTypeCategory"`
	Version  string `json:"serviceStackTypeVersionName"` // such as nodejs@22 or postgresql:ha@18
}

// Port is one port a service listens on. Ports come from zerops.yaml and cannot
// be changed otherwise (platform §7.2).
type Port struct {
	Protocol    string `json:"protocol"`
	Port        int    `json:"port"`
	Description string `json:"description"`
	Scheme      string `json:"scheme"`
	HTTPRouting bool   `json:"httpRouting"`
	PortRouting bool   `json:"portRouting"`
}

// HTTP reports whether the port speaks HTTP, so that a subdomain can serve it.
func (p Port) HTTP() bool { return p.Scheme == "http" || p.Scheme == "https" || p.HTTPRouting }

// RequestedPorts are the ports that the running deployment declares.
type RequestedPorts []Port

// UnmarshalJSON accepts the list by itself or in an object, and reads anything else as
// none.
func (r *RequestedPorts) UnmarshalJSON(data []byte) error {
	var wrapped struct {
		Ports []Port `json:"requestedPorts"`
	}
	if json.Unmarshal(data, (*[]Port)(r)) == nil {
		return nil
	}
	_ = json.Unmarshal(data, &wrapped) // a field of another type costs this field only
	*r = wrapped.Ports
	return nil
}

// KnownPorts are the ports of a service, and those that its deployment declares for the
// seconds in which the platform has not opened them (platform §10.3).
func (s Service) KnownPorts() []Port {
	if len(s.Ports) == 0 {
		return s.Requested
	}
	return s.Ports
}

// PortsPending reports that a service has an HTTP port declared which the platform has
// not opened yet (platform §10.3).
func (s Service) PortsPending() bool {
	return !slices.ContainsFunc(s.Ports, Port.HTTP) && slices.ContainsFunc(s.Requested, Port.HTTP)
}

// ConnectedService is a shared storage mounted into a service, or the reverse.
type ConnectedService struct {
	Service struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"serviceStack"`
	Status string `json:"status"`
}

// ActiveVersion is the deployment a service runs.
type ActiveVersion struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Source  string `json:"source"`
	Created Time   `json:"created"`
}

// Repository is the Git repository whose pushes deploy a service.
type Repository struct {
	FullName              string `json:"repositoryFullName"`
	EventType             string `json:"eventType"` // BRANCH or TAG
	Branch                string `json:"branchName"`
	TagRegex              string `json:"tagRegex"`
	Active                bool   `json:"isActive"`
	AuthorizationRequired bool   `json:"authorizationRequired"`
	Setup                 string `json:"zeropsYamlSetup"`
}

// Autoscaling holds the limits within which the platform scales a service. A
// nil value means: not set.
type Autoscaling struct {
	Vertical   *VerticalAutoscaling   `json:"verticalAutoscaling"`
	Horizontal *HorizontalAutoscaling `json:"horizontalAutoscaling"`
}

// VerticalAutoscaling bounds the resources of one container.
type VerticalAutoscaling struct {
	Min          *Resources     `json:"minResource"`
	Max          *Resources     `json:"maxResource"`
	MinFree      *FreeResources `json:"minFreeResource"`
	CPUMode      *string        `json:"cpuMode"` // SHARED or DEDICATED
	StartCPUCore *int           `json:"startCpuCoreCount"`
	Swap         *bool          `json:"swapEnabled"`
}

// Resources of one container: whole cores, and gigabytes.
type Resources struct {
	CPU    *int     `json:"cpuCoreCount"`
	RAMGB  *float64 `json:"memoryGBytes"`
	DiskGB *float64 `json:"diskGBytes"`
}

// FreeResources is what scaling keeps in reserve. CPU is a fraction of one core.
type FreeResources struct {
	CPU        *float64 `json:"cpuCoreCount"`
	CPUPercent *float64 `json:"cpuCorePercent"`
	RAMGB      *float64 `json:"memoryGBytes"`
	RAMPercent *float64 `json:"memoryPercent"`
}

// HorizontalAutoscaling bounds the number of containers.
type HorizontalAutoscaling struct {
	Min *int `json:"minContainerCount"`
	Max *int `json:"maxContainerCount"`
}

// Hidden reports whether the service is the platform's own: the vendor's tools
// go by the flag or by the category, and either alone misses some
// (platform §3.3).
func (s Service) Hidden() bool { return s.IsSystem || HiddenCategory(s.Type.Category) }

// HiddenCategory knows the categories of what the platform runs for itself. All
// others are for users, those too that are not known here.
func HiddenCategory(category string) bool {
	switch category {
	case "CORE", "BUILD", "INTERNAL", "PREPARE_RUNTIME", "HTTP_L7_BALANCER":
		return true
	}
	return false
}

// Runtime reports whether the service runs the user's code, so that it can be
// deployed to.
func (s Service) Runtime() bool { return s.Type.Category == "USER" }

// Failed reports a status in which the service does not work.
func (s Service) Failed() bool {
	return strings.HasSuffix(s.Status, "FAILED")
}

// ProjectServices lists the services of a project, hidden ones included
// (operation GetProjectServiceStack, which shows writes at once).
func (c *Client) ProjectServices(ctx context.Context, projectID string, o ListOptions) iter.Seq2[Service, error] {
	return list[Service](ctx, c, GetProjectServiceStack, projectID, o)
}

// OrganizationServices lists the services of a whole organisation, hidden ones
// included, through the search, which trails writes and shows only what the
// caller may see (operation PostServiceStackSearch).
func (c *Client) OrganizationServices(ctx context.Context, organizationID string) iter.Seq2[Service, error] {
	return search[Service](ctx, c, PostServiceStackSearch, []Filter{Equal("clientId", organizationID)})
}

// Service returns one service (operation GetServiceStack).
func (c *Client) Service(ctx context.Context, id string) (Service, error) {
	return fetch[Service](ctx, c, Call{Operation: GetServiceStack, Path: []string{id}})
}

// ServiceByName returns the service with this hostname (operation
// GetServiceStackByName).
func (c *Client) ServiceByName(ctx context.Context, projectID, hostname string) (Service, error) {
	return fetch[Service](ctx, c, Call{Operation: GetServiceStackByName, Path: []string{projectID, hostname}})
}

// ServiceAction names what [Client.ActOnService] can do.
type ServiceAction Operation

// Actions on a service. Reload exists where ReloadAvailable says so; deleting
// takes the data along.
const (
	StartService   = ServiceAction(PutServiceStackStart)
	StopService    = ServiceAction(PutServiceStackStop)
	RestartService = ServiceAction(PutServiceStackRestart)
	ReloadService  = ServiceAction(PutServiceStackReload)
	DeleteService  = ServiceAction(DeleteServiceStack)
)

// ActOnService asks for an action and returns the process that does it
// (operations PutServiceStackStart, …Stop, …Restart, …Reload, DeleteServiceStack).
func (c *Client) ActOnService(ctx context.Context, id string, action ServiceAction) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: Operation(action), Path: []string{id}, Body: empty{}})
}

// ScalingChange is what [Client.ScaleService] sends. Whether a null inside
// Custom keeps or resets a value is not known (platform §4.7), so Custom
// must hold the complete overrides.
type ScalingChange struct {
	Custom           *Autoscaling    `json:"customAutoscaling"`
	ProfileID        *string         `json:"autoscalingProfileId"`
	ProfileOverrides json.RawMessage `json:"autoscalingProfileOverrides,omitempty"`
}

// ScaleService replaces the scaling overrides of a service. It returns nil when
// the change was applied at once (operation PutServiceStackAutoscaling).
func (c *Client) ScaleService(ctx context.Context, id string, change ScalingChange) (*Process, error) {
	return c.optionalProcess(ctx, Call{Operation: PutServiceStackAutoscaling, Path: []string{id}, Body: change})
}

// NewService describes a service to create.
type NewService struct {
	Name             string       `json:"name"`
	TypeVersion      string       `json:"serviceStackVersionName"` // such as nodejs@22
	Variables        []struct{}   `json:"userData"`
	Autoscaling      *Autoscaling `json:"customAutoscaling,omitempty"`
	ProfileID        string       `json:"autoscalingProfileId,omitempty"`
	StartWithoutCode bool         `json:"startWithoutCode"`
}

// CreateService creates one service and returns it with the process that does
// it (operation PostProjectServiceStack).
func (c *Client) CreateService(ctx context.Context, projectID string, s NewService) (Service, Process, error) {
	if s.Variables == nil {
		s.Variables = []struct{}{}
	}
	return c.createService(ctx, Call{Operation: PostProjectServiceStack, Path: []string{projectID}, Body: s})
}

// NewObjectStorage describes an object storage to create.
type NewObjectStorage struct {
	Name   string  `json:"name"`
	DiskGB float64 `json:"diskGBytes"`
	Policy string  `json:"policy,omitempty"`
}

// CreateObjectStorage creates an object storage service, which has an operation
// of its own (operation PostProjectServiceStackObjectStorageV1).
func (c *Client) CreateObjectStorage(ctx context.Context, projectID string, s NewObjectStorage) (Service, Process, error) {
	return c.createService(ctx, Call{Operation: PostProjectServiceStackObjectStorageV1, Path: []string{projectID}, Body: s})
}

func (c *Client) createService(ctx context.Context, call Call) (Service, Process, error) {
	created, err := fetch[struct {
		Service
		Process Process `json:"process"`
	}](ctx, c, call)
	return created.Service, created.Process, err
}

// Container is one running instance of a service.
type Container struct {
	ID       string `json:"id"`
	Number   int    `json:"number"`
	Name     string `json:"name"`
	Hostname string `json:"hostname"`
	Status   string `json:"status"`
	Hardware struct {
		CPU    int `json:"cpuCoreCount"`
		RAMMB  int `json:"memoryMBytes"`
		DiskGB int `json:"diskGBytes"`
	} `json:"currentHardwareResource"`
	Created Time `json:"created"`
}

// Containers lists the containers of a service (operation
// GetServiceStackContainer).
func (c *Client) Containers(ctx context.Context, serviceID string) iter.Seq2[Container, error] {
	return list[Container](ctx, c, GetServiceStackContainer, serviceID, ListOptions{})
}
