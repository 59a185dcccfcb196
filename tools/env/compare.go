package env

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type compareIn struct {
	Left  env.OnStore `json:"left"`
	Right env.OnStore `json:"right"`
	What  string      `json:"what,omitempty" jsonschema:"enum=env,enum=scaling,enum=types,enum=all"`
}

// wants reports whether a part is to be compared; all is the default.
func (in compareIn) wants(part string) bool {
	return in.What == "" || in.What == "all" || in.What == part
}

// configDifference is one thing that is not the same on both sides.
type configDifference struct {
	Service string `json:"service,omitempty"`
	What    string `json:"what" jsonschema:"enum=services,enum=env,enum=scaling,enum=types"`
	Name    string `json:"name"`
	Kind    string `json:"kind" jsonschema:"enum=different,enum=only_left,enum=only_right,enum=unknown"`
	Left    string `json:"left,omitempty"`
	Right   string `json:"right,omitempty"`
}

type compareOut struct {
	Left       string             `json:"left"`
	Right      string             `json:"right"`
	Items      []configDifference `json:"items"`
	Same       int                `json:"same"`
	Incomplete []string           `json:"incomplete,omitempty"`
	Note       string             `json:"note,omitempty"`
}

// Kinds of difference.
const (
	kindDifferent = "different"
	kindOnlyLeft  = "only_left"
	kindOnlyRight = "only_right"
	kindUnknown   = "unknown"
)

// maxCompared bounds the pairs of services that are compared in one call; each
// costs two requests.
const maxCompared = 60

func compareConfig(ctx context.Context, c *tool.Call, in *compareIn) (*compareOut, error) {
	left, err := env.FindStore(ctx, c, in.Left)
	if err != nil {
		return nil, err
	}
	right, err := env.FindStore(ctx, c, in.Right)
	if err != nil {
		return nil, err
	}
	if (left.Service == nil) != (right.Service == nil) {
		return nil, tool.Invalid("right", "must be of the same kind as left: two projects, or two services")
	}
	cmp := &comparison{call: c, in: *in, left: left, right: right, prints: c.Fingerprints(left.OrganizationID())}
	if left.Service != nil {
		err = cmp.services(ctx, "", *left.Service, *right.Service)
	} else {
		err = cmp.projects(ctx)
	}
	if err != nil {
		return nil, err
	}
	sort.SliceStable(cmp.found, func(i, j int) bool {
		a, b := cmp.found[i], cmp.found[j]
		return a.Service+"\x00"+a.What+"\x00"+a.Name < b.Service+"\x00"+b.What+"\x00"+b.Name
	})
	out := compareOut{Left: left.Label(), Right: right.Label(), Items: append([]configDifference{}, cmp.found...), Same: cmp.same, Incomplete: cmp.incomplete}
	if in.wants("env") {
		out.Note = "Values are compared by keyed fingerprints, those that could be guessed not at all; what the platform generates is ignored."
	}
	return &out, nil
}

// comparison gathers differences.
type comparison struct {
	call        *tool.Call
	in          compareIn
	left, right env.Store
	prints      tool.Fingerprints

	found      []configDifference
	same       int
	incomplete []string
}

// projects compares two projects: their own variables, and their services by
// hostname.
func (cmp *comparison) projects(ctx context.Context) error {
	lefts, err := cmp.visibleServices(ctx, cmp.left.Project.ID)
	if err != nil {
		return err
	}
	rights, err := cmp.visibleServices(ctx, cmp.right.Project.ID)
	if err != nil {
		return err
	}
	for _, services := range []map[string]zerops.Service{lefts, rights} {
		for _, name := range tool.SortedKeys(services) { // hostnames are part of the answer
			cmp.left.Siblings = append(cmp.left.Siblings, services[name])
		}
	}
	cmp.right.Siblings = cmp.left.Siblings
	if cmp.in.wants("env") {
		if err := cmp.env(ctx, "", cmp.left, cmp.right); err != nil {
			return err
		}
	}
	var both []string
	for _, name := range union(lefts, rights) {
		l, inLeft := lefts[name]
		r, inRight := rights[name]
		switch {
		case inLeft && inRight:
			both = append(both, name)
		case inLeft:
			cmp.found = append(cmp.found, configDifference{Service: tool.Clean(name, 40), What: "services", Name: "service", Kind: kindOnlyLeft, Left: tool.Clean(l.Type.Version, 60)})
		default:
			cmp.found = append(cmp.found, configDifference{Service: tool.Clean(name, 40), What: "services", Name: "service", Kind: kindOnlyRight, Right: tool.Clean(r.Type.Version, 60)})
		}
	}
	if len(both) > maxCompared {
		cmp.incomplete = append(cmp.incomplete, fmt.Sprintf("only the first %d of %d services in both projects were compared", maxCompared, len(both)))
		both = both[:maxCompared]
	}
	return cmp.pairs(ctx, both, lefts, rights)
}

// pairs compares services side by side, several at once.
func (cmp *comparison) pairs(ctx context.Context, names []string, lefts, rights map[string]zerops.Service) error {
	results := make([]*comparison, len(names))
	err := errors.Join(zerops.FanOut(len(names), func(i int) error {
		results[i] = &comparison{call: cmp.call, in: cmp.in, left: cmp.left, right: cmp.right, prints: cmp.prints}
		return results[i].services(ctx, names[i], lefts[names[i]], rights[names[i]])
	})...)
	if err != nil {
		return err
	}
	for _, one := range results {
		cmp.found = append(cmp.found, one.found...)
		cmp.same += one.same
		cmp.incomplete = append(cmp.incomplete, one.incomplete...)
	}
	return nil
}

func (cmp *comparison) visibleServices(ctx context.Context, projectID string) (map[string]zerops.Service, error) {
	all, _, err := zerops.Collect(cmp.call.API.ProjectServices(ctx, projectID, zerops.ListOptions{}), 0)
	services := map[string]zerops.Service{}
	for _, s := range all {
		if !s.Hidden() {
			services[s.Name] = s
		}
	}
	return services, err
}

// services compares two services.
func (cmp *comparison) services(ctx context.Context, name string, left, right zerops.Service) error {
	if cmp.in.wants("types") {
		cmp.fields(name, "types", typeFields(left), typeFields(right))
	}
	if cmp.in.wants("scaling") {
		cmp.fields(name, "scaling", scalingFields(left), scalingFields(right))
	}
	if !cmp.in.wants("env") {
		return nil
	}
	lefts, rights := cmp.left, cmp.right
	lefts.Service, rights.Service = &left, &right
	return cmp.env(ctx, name, lefts, rights)
}

func (cmp *comparison) fields(service, what string, left, right map[string]string) {
	for _, name := range union(left, right) {
		l, r := left[name], right[name]
		if l == r {
			cmp.same++
			continue
		}
		d := configDifference{Service: tool.Clean(service, 40), What: what, Name: name, Kind: kindDifferent, Left: l, Right: r}
		switch {
		case l == "":
			d.Kind = kindOnlyRight
		case r == "":
			d.Kind = kindOnlyLeft
		}
		cmp.found = append(cmp.found, d)
	}
}

// env compares variables. What the platform generates differs by nature, except
// for the settings of isolation, which it keeps as variables.
func (cmp *comparison) env(ctx context.Context, name string, left, right env.Store) error {
	lefts, err := cmp.compared(ctx, left)
	if err != nil {
		return err
	}
	rights, err := cmp.compared(ctx, right)
	if err != nil {
		return err
	}
	for _, key := range union(lefts, rights) {
		l, inLeft := lefts[key]
		r, inRight := rights[key]
		d := configDifference{Service: tool.Clean(name, 40), What: "env", Name: tool.Clean(key, 120), Kind: kindDifferent}
		switch {
		case inLeft && inRight:
			same, told := cmp.call.Redactor.Same(l.Variable, r.Variable)
			if same {
				cmp.same++
				continue
			}
			if !told {
				d.Kind = kindUnknown
			}
		case !inRight:
			d.Kind = kindOnlyLeft
		case !inLeft:
			d.Kind = kindOnlyRight
		}
		if inLeft {
			d.Left = cmp.describe(l)
		}
		if inRight {
			d.Right = cmp.describe(r)
		}
		cmp.found = append(cmp.found, d)
	}
	return nil
}

func (cmp *comparison) describe(v env.Variable) string {
	told := v.Setting()
	switch fingerprint, _, ok := cmp.prints.Of(v.Variable); {
	case told != "":
	case ok:
		told = fingerprint
	case v.Content.Withheld():
		told = "withheld"
	default:
		told = "too short to compare"
	}
	return told + ", from " + string(v.Owner)
}

func (cmp *comparison) compared(ctx context.Context, s env.Store) (map[string]env.Variable, error) {
	variables, err := env.Read(ctx, cmp.call, s)
	if err != nil {
		return nil, err
	}
	kept := map[string]env.Variable{}
	for _, v := range variables {
		if v.Owner != zerops.OwnerPlatform || v.Key == "envIsolation" || v.Key == "sshIsolation" {
			kept[v.Key] = v
		}
	}
	return kept, nil
}

func typeFields(s zerops.Service) map[string]string {
	fields := map[string]string{"type": tool.Clean(cmp.Or(s.Type.Version, s.TypeVersionID), 80), "mode": tool.Clean(s.Mode, 20), "public": strconv.FormatBool(s.SubdomainAccess)}
	var ports []string
	for _, p := range s.KnownPorts() {
		ports = append(ports, fmt.Sprintf("%d/%s", p.Port, tool.Clean(cmp.Or(p.Scheme, p.Protocol), 20)))
	}
	sort.Strings(ports)
	fields["ports"] = strings.Join(ports, ", ")
	return fields
}

func scalingFields(s zerops.Service) map[string]string {
	v := services.ScalingOf(s)
	if v == nil {
		return nil
	}
	return map[string]string{
		"cpu_cores": v.CPU, "cpu_mode": v.CPUMode, "ram_gb": v.RAM, "disk_gb": v.Disk, "containers": v.Containers, "profile": v.Profile,
	}
}

// union returns the keys of both maps in order.
func union[V any](a, b map[string]V) []string {
	all := make(map[string]struct{}, len(a)+len(b))
	for k := range a {
		all[k] = struct{}{}
	}
	for k := range b {
		all[k] = struct{}{}
	}
	return tool.SortedKeys(all)
}
