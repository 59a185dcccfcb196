package zerops

import "context"

// ImportResult tells what an import has started.
type ImportResult struct {
	ProjectID   string            `json:"projectId"`
	ProjectName string            `json:"projectName"`
	Services    []ImportedService `json:"serviceStacks"`
}

// ImportedService is one service of an import with the processes that make it:
// one for a managed service, two for a runtime (platform §4.4).
type ImportedService struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Processes []Process `json:"processes"`
	// Failure is why this service could not be made although the import went on
	// (live answers only; platform §1.9).
	Failure *Reason `json:"error"`
}

// Processes returns the processes of all services.
func (r ImportResult) Processes() []Process {
	var all []Process
	for _, s := range r.Services {
		all = append(all, s.Processes...)
	}
	return all
}

type importBody struct {
	YAML string `json:"yaml"`
}

// ImportServices adds services to a project. The YAML must not have a project
// section; a hostname that is taken rejects all of it unless the service says
// override (operation PostProjectServiceStackImport; platform §4.4).
func (c *Client) ImportServices(ctx context.Context, projectID, yaml string) (ImportResult, error) {
	return fetch[ImportResult](ctx, c, Call{Operation: PostProjectServiceStackImport, Path: []string{projectID}, Body: importBody{yaml}})
}

// ImportProject creates a project with services. The YAML needs a project
// section and at least one service (operation PostClientProjectImport;
// platform §4.3).
func (c *Client) ImportProject(ctx context.Context, organizationID, yaml string) (ImportResult, error) {
	return fetch[ImportResult](ctx, c, Call{Operation: PostClientProjectImport, Path: []string{organizationID}, Body: importBody{yaml}})
}

// ExportProject returns a project as import YAML, which may hold secret values.
// It fails while a service is being created (operation GetProjectExport).
func (c *Client) ExportProject(ctx context.Context, projectID string) (Secret, error) {
	return c.export(ctx, GetProjectExport, projectID)
}

// ExportService returns one service as import YAML; see [Client.ExportProject]
// (operation GetServiceStackExport).
func (c *Client) ExportService(ctx context.Context, serviceID string) (Secret, error) {
	return c.export(ctx, GetServiceStackExport, serviceID)
}

func (c *Client) export(ctx context.Context, op Operation, id string) (Secret, error) {
	document, err := fetch[struct {
		YAML Secret `json:"yaml"`
	}](ctx, c, Call{Operation: op, Path: []string{id}})
	if err == nil && document.YAML.Empty() {
		err = malformed(op, errHollow)
	}
	return document.YAML, err
}
