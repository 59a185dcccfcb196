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

type createServiceIn struct {
	Project  string `json:"project" jsonschema:"minLength=1"`
	Hostname string `json:"hostname" jsonschema:"maxLength=40" jsonschema_description:"lowercase letters and digits, for good"`
	Type     string `json:"type" jsonschema:"minLength=1" jsonschema_description:"such as nodejs@22 or postgresql@17"`
	Mode     string `json:"mode,omitempty" jsonschema_description:"HA or NON_HA"`
	scalingIn
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

func createService(ctx context.Context, c *tool.Call, in *createServiceIn) (*serviceChangeOut, error) {
	if !tool.ValidHostname(in.Hostname) {
		return nil, tool.Invalid("hostname", "%q is not a hostname: a lowercase letter, then at most 39 lowercase letters or digits", tool.Clean(in.Hostname, 60))
	}
	in.Mode = services.Word(in.Mode)
	if err := in.check(); err != nil {
		return nil, err
	}
	type place struct {
		project           zerops.Project
		version, category string
	}
	at, err := tool.Confirm(ctx, c, func(ctx context.Context) (at place, plan *tool.Plan, err error) {
		if at.project, err = c.Project(ctx, in.Project); err != nil {
			return at, nil, err
		}
		types, err := c.API.ServiceTypes(ctx)
		if err != nil {
			return at, nil, err
		}
		if at.version, at.category, err = chooseVersion(types, in.Type, in.Mode); err != nil {
			return at, nil, err
		}
		project := fmt.Sprintf("%q (%s)", tool.Clean(at.project.Name, 80), at.project.ID)
		return at, &tool.Plan{
			Summary: fmt.Sprintf("Create the service %q (%s) in the project %s.", in.Hostname, tool.Clean(at.version, 60), project),
			Changes: []string{"limits that are set: " + words(in.scalingIn)}, State: []tool.Fact{tool.Is("the project", project)}, Does: zerops.Changes,
		}, nil
	})
	if err != nil {
		return nil, err
	}
	p, version, category := at.project, at.version, at.category
	type creation struct {
		service zerops.Service
		process zerops.Process
	}
	created, err := tool.Change(ctx, c, func(ctx context.Context) (creation, error) {
		if category == "OBJECT_STORAGE" {
			service, process, err := c.API.CreateObjectStorage(ctx, p.ID, zerops.NewObjectStorage{Name: in.Hostname, DiskGB: storageSize(in.scalingIn)})
			return creation{service, process}, err
		}
		wanted := zerops.NewService{Name: in.Hostname, TypeVersion: version, ProfileID: in.Profile, StartWithoutCode: category == "USER"}
		if !in.empty() {
			wanted.Autoscaling = in.apply(nil)
		}
		service, process, err := c.API.CreateService(ctx, p.ID, wanted)
		return creation{service, process}, err
	})
	if err != nil {
		return nil, err
	}
	c.ServiceID = created.service.ID
	c.Target("service", in.Hostname, created.service.ID)
	f, err := c.Follow(ctx, in.Waiting, created.process)
	if err != nil {
		return nil, err
	}
	now, err := c.API.Service(ctx, created.service.ID)
	if err != nil {
		return nil, err
	}
	f.Message = tool.JoinWords(f.Message, in.note())
	view := services.NewView(now, p)
	return &serviceChangeOut{ChangeResult: f, Service: &view}, nil
}

// storageSize is the quota of an object storage in GB; the smallest is 1.
func storageSize(in scalingIn) float64 {
	switch {
	case in.MaxDisk != nil:
		return *in.MaxDisk
	case in.MinDisk != nil:
		return *in.MinDisk
	}
	return 1
}

// chooseVersion finds the version to create. Both spellings of managed types are
// accepted, postgresql@17 with a mode and postgresql:ha@17
// (platform §1.9), as well as a type without a version, which means its default. A mode that
// cannot be had is refused, because the platform is told of it by the name alone.
func chooseVersion(types []zerops.ServiceType, wanted, mode string) (version, category string, err error) {
	wanted = strings.ToLower(strings.TrimSpace(wanted))
	version, category, err = findVersion(types, wanted, mode)
	switch has := modeIn(version); {
	case err != nil || mode == "" || mode == has:
		return version, category, err
	case has == "" && mode == "NON_HA":
		return version, category, nil // what is not said to be HA is not
	case !strings.Contains(wanted, ":"):
		if other, ok := inMode(types, version, mode); ok {
			return other, category, nil
		}
		if has == "" {
			return "", "", tool.Invalid("mode", "is for databases and other managed types; %s has none, so leave it out", tool.Clean(version, 60))
		}
	}
	return "", "", tool.Invalid("mode", "%s contradicts the type %s; list_service_types shows the versions there are", mode, tool.Clean(version, 60))
}

// modeIn is the mode that the name of a version states, "" where it states none. The
// name calls NON_HA single, and others as they are.
func modeIn(version string) string {
	name, _, _ := strings.Cut(version, "@")
	_, mode, _ := strings.Cut(name, ":")
	if strings.EqualFold(mode, "single") {
		return "NON_HA"
	}
	return services.Word(mode)
}

// composite names a managed version with its mode, NON_HA where there is none.
func composite(name, mode, number string) string {
	if mode == "" || mode == "NON_HA" {
		mode = "single"
	}
	return name + ":" + strings.ToLower(mode) + "@" + number
}

// inMode finds the same version in another mode.
func inMode(types []zerops.ServiceType, version, mode string) (string, bool) {
	name, number, _ := strings.Cut(version, "@")
	name, _, _ = strings.Cut(name, ":")
	other, _, err := findVersion(types, composite(name, mode, number), mode)
	return other, err == nil
}

func findVersion(types []zerops.ServiceType, wanted, mode string) (version, category string, err error) {
	spellings := []string{wanted}
	if name, number, found := strings.Cut(wanted, "@"); found && !strings.Contains(name, ":") {
		spellings = append(spellings, composite(name, mode, number))
		if mode != "" && mode != "NON_HA" {
			slices.Reverse(spellings)
		}
	}
	var names []string
	for _, t := range types {
		for _, v := range t.Versions {
			if !v.IsBuild && v.Status != "DISABLED" {
				names = append(names, v.Name)
			}
		}
	}
	for _, spelling := range spellings {
		for _, t := range types {
			if (strings.EqualFold(t.ID, spelling) || strings.EqualFold(t.Name, spelling)) && t.Default != nil {
				return t.Default.Name, t.Category, nil
			}
			for _, v := range t.Versions {
				if strings.EqualFold(v.Name, spelling) && !v.IsBuild && v.Status != "DISABLED" {
					return v.Name, t.Category, nil
				}
			}
		}
	}
	f := tool.Invalid("type", "%q is not a type that can be created", tool.Clean(wanted, 60))
	if near := tool.Closest(wanted, names, 5); len(near) > 0 {
		f.Message += "; did you mean " + strings.Join(near, ", ") + "?"
	}
	f.Hint = tool.HintFor("serviceStackTypeNotFound")
	return "", "", f
}

type listServiceTypesIn struct {
	NameContains string `json:"name_contains,omitempty"`
	Category     string `json:"category,omitempty" jsonschema_description:"such as USER, STANDARD, OBJECT_STORAGE"`
	Org          string `json:"org,omitempty"`
	tool.Paging
}

type serviceTypeView struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Category string            `json:"category"`
	Managed  bool              `json:"managed"`
	Versions []string          `json:"versions"`
	Default  string            `json:"default,omitempty"`
	Profiles []profileView     `json:"profiles,omitempty"`
	Scaling  *services.Scaling `json:"default_scaling,omitempty"`
	Note     string            `json:"note,omitempty"`
}

type profileView struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Default bool              `json:"default"`
	Scaling *services.Scaling `json:"scaling,omitempty"`
}

// detailedTypes is how many types a list may have for limits and profiles to be
// read for each.
const detailedTypes = 6

type listServiceTypesOut struct {
	tool.Page[serviceTypeView]
	Incomplete []string `json:"incomplete,omitempty"`
	Message    string   `json:"message,omitempty"`
}

// Cut keeps what is missing.
func (o listServiceTypesOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

func listServiceTypes(ctx context.Context, c *tool.Call, in *listServiceTypesIn) (*listServiceTypesOut, error) {
	types, err := c.API.ServiceTypes(ctx)
	if err != nil {
		return nil, err
	}
	in.Category = services.Word(in.Category)
	types = slices.DeleteFunc(types, func(t zerops.ServiceType) bool { return zerops.HiddenCategory(t.Category) })
	message := noneOf(in.Category, len(types), func(i int) string { return types[i].Category })
	var views []serviceTypeView
	for _, t := range types {
		v := viewServiceType(t)
		matches := strings.Contains(strings.ToLower(v.ID+" "+v.Name+" "+strings.Join(v.Versions, " ")), strings.ToLower(in.NameContains))
		if len(v.Versions) > 0 && matches && (in.Category == "" || in.Category == t.Category) {
			views = append(views, v)
		}
	}
	sort.SliceStable(views, func(i, j int) bool { return views[i].ID < views[j].ID })
	shown, err := tool.Paginate(views, in.Paging, in.NameContains, in.Category, in.Org)
	out := listServiceTypesOut{Page: shown, Message: message}
	if err != nil || len(shown.Items) > detailedTypes {
		return &out, err
	}
	out.Incomplete, err = addTypeDetails(ctx, c, in.Org, shown.Items)
	return &out, err
}

func viewServiceType(t zerops.ServiceType) serviceTypeView {
	v := serviceTypeView{ID: tool.Clean(t.ID, 80), Name: tool.Clean(t.Name, 80), Category: tool.Clean(t.Category, 40), Managed: t.Category != "USER", Versions: []string{}}
	for _, version := range t.Versions {
		if !version.IsBuild && version.Status != "DISABLED" {
			v.Versions = append(v.Versions, tool.Clean(version.Name, 60))
		}
	}
	if t.Default != nil {
		v.Default = tool.Clean(t.Default.Name, 60)
	}
	if services.SharedStorage(t.Category, t.ID) {
		v.Note = services.SharedStorageNote
	}
	return v
}

// addTypeDetails reads limits and profiles, which depend on the organisation.
// Without one to ask, the list stands as it is. It returns what could not be
// read.
func addTypeDetails(ctx context.Context, c *tool.Call, org string, views []serviceTypeView) (incomplete []string, err error) {
	_, organizations, err := c.Organizations(ctx)
	if err != nil || len(organizations) == 0 {
		return nil, err
	}
	chosen := organizations[0]
	if org != "" {
		if chosen, err = tool.PickOrganization(organizations, org); err != nil {
			return nil, err
		}
	}
	errs := zerops.FanOut(len(views), func(i int) error {
		detail, err := c.API.ServiceTypeDetail(ctx, chosen.ID, views[i].ID)
		if err == nil { // a type without details is still worth listing
			views[i].describe(detail)
		}
		return err
	})
	for i, err := range errs {
		if err != nil {
			incomplete = append(incomplete, "limits of "+views[i].ID+": "+c.Reason(ctx, err))
		}
	}
	return incomplete, nil
}

func (v *serviceTypeView) describe(d zerops.ServiceTypeDetail) {
	for _, version := range d.Versions {
		if version.Config.Default != nil && v.Scaling == nil {
			v.Scaling = services.NewScaling(version.Config.Default)
		}
		if len(v.Profiles) > 0 {
			continue
		}
		for _, p := range version.Config.Profiles {
			v.Profiles = append(v.Profiles, profileView{ID: tool.Clean(p.ID, 60), Name: tool.Clean(p.Name, 80), Default: p.IsDefault, Scaling: services.NewScaling(p.Custom)})
		}
	}
}
