package services

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Tools list, show, create, scale and run services.
func Tools() []*tool.Tool {
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "list_services", Title: "List services", Standard: true, Effect: zerops.Reads,
			Description: "List services of one project, or of all projects. System services are left out.",
			Operations:  []zerops.Operation{zerops.GetProjectServiceStack, zerops.PostServiceStackSearch},
		}, listServices),
		tool.Define(tool.Spec{
			Name: "get_service", Title: "Get service", Standard: true, Effect: zerops.Reads,
			Description: "One service: ports, URLs and whether public, scaling, active deployment, containers, mounts, variable count, backups, git integration.",
			Operations:  []zerops.Operation{zerops.GetServiceStack, zerops.GetServiceStackByName},
		}, getService),
		tool.Define(tool.Spec{
			Name: "start_service", Title: "Start service", Standard: true, Effect: zerops.Updates, Idempotent: true,
			Description: "Start one or several stopped services.",
			Operations:  []zerops.Operation{zerops.PutServiceStackStart},
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, startService),
		tool.Define(tool.Spec{
			Name: "restart_service", Title: "Restart service", Standard: true, Effect: zerops.Updates,
			Description: "Restart services (about 15 s of downtime each, applies changed variables) or reload them where supported.",
			Operations:  []zerops.Operation{zerops.PutServiceStackRestart, zerops.PutServiceStackReload},
			LookAgain:   tool.LookAgain{OfService: "list_events", OfProject: "get_project"}, // a service does not show whether it was restarted
		}, restartService),
		tool.Define(tool.Spec{
			Name: "stop_service", Title: "Stop service", Standard: true, Effect: zerops.Destroys, Idempotent: true,
			Description: "Stop one or several services; they become unreachable, data stays. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.PutServiceStackStop},
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, stopService),
		tool.Define(tool.Spec{
			Name: "delete_service", Title: "Delete service", Standard: true, Effect: zerops.Destroys, Idempotent: true,
			Description: "Delete a service with its data, for good. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.DeleteServiceStack},
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, deleteService),
		tool.Define(tool.Spec{
			Name: "scale_service", Title: "Scale service", Standard: true, Effect: zerops.Updates, LosesValue: true, Idempotent: true,
			Description: "Set scaling limits of a service. What is left out stays as it is; disks never shrink.",
			Operations:  []zerops.Operation{zerops.PutServiceStackAutoscaling},
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, scaleService),
		tool.Define(tool.Spec{
			Name: "create_service", Title: "Create service", Standard: true, Effect: zerops.Creates,
			Description: "Create one service (runtime without code, database, storage). HA databases cost several times as much.",
			Operations:  []zerops.Operation{zerops.PostProjectServiceStack, zerops.PostProjectServiceStackOld, zerops.PostProjectServiceStackObjectStorageV1},
			Can:         zerops.Changes,
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, createService),
		tool.Define(tool.Spec{
			Name: "list_service_types", Title: "List service types", Standard: true, Effect: zerops.Reads,
			Description: "Types and versions that services can be created with; narrow it for modes, profiles and scaling limits.",
			Operations:  []zerops.Operation{zerops.PostServiceStackTypeSearch},
		}, listServiceTypes),
	)
}

type listServicesIn struct {
	Project      string   `json:"project,omitempty" jsonschema_description:"all projects if left out"`
	NameContains string   `json:"name_contains,omitempty"`
	Type         string   `json:"type,omitempty" jsonschema_description:"such as nodejs or postgresql"`
	Category     string   `json:"category,omitempty" jsonschema_description:"such as USER, STANDARD, OBJECT_STORAGE"`
	Status       []string `json:"status,omitempty"`
	tool.Paging
}

type listServicesOut struct {
	tool.Page[services.View]
	Failures []tool.OrgFailure `json:"failures,omitempty"`
	Message  string            `json:"message,omitempty"`
}

// Cut keeps the failures.
func (o listServicesOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

func listServices(ctx context.Context, c *tool.Call, in *listServicesIn) (*listServicesOut, error) {
	all, projects, failures, err := services.Collect(ctx, c, in.Project)
	if err != nil {
		return nil, err
	}
	in.Category = services.Word(in.Category)
	all = slices.DeleteFunc(all, zerops.Service.Hidden)
	out := listServicesOut{Failures: failures, Message: noneOf(in.Category, len(all), func(i int) string { return all[i].Type.Category })}
	options := zerops.ListOptions{NameContains: in.NameContains, Statuses: tool.Upper(in.Status)}
	kept := slices.DeleteFunc(all, func(s zerops.Service) bool {
		return !options.Matches(s.Name, s.Status) || in.Category != "" && s.Type.Category != in.Category ||
			in.Type != "" && !strings.Contains(strings.ToLower(s.Type.Version+" "+s.Type.Name+" "+s.TypeID), strings.ToLower(in.Type))
	})
	sort.SliceStable(kept, func(i, j int) bool {
		if a, b := projects[kept[i].ProjectID].Name, projects[kept[j].ProjectID].Name; a != b {
			return a < b
		}
		return kept[i].Name < kept[j].Name
	})
	shown, err := tool.Paginate(kept, in.Paging, in.Project, in.NameContains, in.Type, in.Category, in.Status)
	if err != nil {
		return nil, err
	}
	out.Page = tool.Page[services.View]{
		Items: []services.View{}, NextCursor: shown.NextCursor, Total: shown.Total, Offset: shown.Offset, Digest: shown.Digest,
	}
	for _, s := range shown.Items {
		out.Items = append(out.Items, services.NewView(s, projects[s.ProjectID]))
	}
	return &out, nil
}

// noneOf says that nothing has the category asked for, and which there are: they are the
// platform's to extend, so that a wrong word can only be told by what is there.
func noneOf(wanted string, n int, category func(int) string) string {
	there := map[string]bool{}
	for i := range n {
		there[tool.Clean(category(i), 40)] = true
	}
	if wanted == "" || n == 0 || there[wanted] {
		return ""
	}
	return fmt.Sprintf("nothing has the category %s; there is %s", tool.Clean(wanted, 40), strings.Join(tool.SortedKeys(there), ", "))
}
