package services

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// View is a service as lists and overviews show it.
type View struct {
	ID               string     `json:"id"`
	Hostname         string     `json:"hostname"`
	Project          string     `json:"project"`
	ProjectID        string     `json:"project_id"`
	Type             string     `json:"type"`
	Version          string     `json:"version,omitempty"`
	Category         string     `json:"category"`
	Status           string     `json:"status"`
	Mode             string     `json:"mode,omitempty"`
	Containers       string     `json:"containers,omitempty"`
	URL              string     `json:"url,omitempty"`
	Scaling          *Scaling   `json:"scaling,omitempty"`
	ActiveDeployment string     `json:"active_deployment,omitempty"`
	Created          *time.Time `json:"created,omitempty"`
	Note             string     `json:"note,omitempty"`
}

// NewView shows a service of a project.
func NewView(s zerops.Service, p zerops.Project) View {
	v := View{
		ID: s.ID, Hostname: tool.Clean(s.Name, 40), Project: tool.Clean(cmp.Or(p.Name, s.Project.Name), 120), ProjectID: s.ProjectID,
		Type: tool.Clean(cmp.Or(s.Type.Version, s.TypeVersionID), 80), Version: tool.Clean(s.Version, 40), Category: tool.Clean(s.Type.Category, 40),
		Status: tool.Clean(s.Status, 60), Mode: tool.Clean(s.Mode, 20), Created: tool.TimeOrNil(s.Created), Note: NoteOn(s),
	}
	scaling := s.CurrentAutoscaling
	if scaling == nil {
		scaling = s.CustomAutoscaling
	}
	v.Scaling = NewScaling(scaling)
	if scaling != nil && scaling.Horizontal != nil {
		v.Containers = bounds(intText(scaling.Horizontal.Min), intText(scaling.Horizontal.Max))
	}
	if urls := URLs(s, p); s.SubdomainAccess && len(urls) > 0 {
		v.URL = urls[0]
	}
	if s.ActiveVersion != nil {
		v.ActiveDeployment = s.ActiveVersion.ID
	}
	return v
}

// URLs builds the zerops.app addresses of a service, one for each HTTP
// port. They exist whether or not access is on (platform §4.8).
func URLs(s zerops.Service, p zerops.Project) []string {
	if p.SubdomainHost == "" {
		return nil
	}
	host := tool.Clean(p.SubdomainHost, 120)
	if !strings.Contains(host, ".") { // older projects carry the full host
		region := region(p.PublicZone)
		if region == "" {
			return nil // there are several, and a wrong address is worse than none
		}
		host += "." + region + ".zerops.app"
	}
	label, zone, _ := strings.Cut(host, ".")
	var urls []string
	for _, port := range s.KnownPorts() {
		if !port.HTTP() {
			continue
		}
		suffix := ""
		if port.Port != 80 {
			suffix = fmt.Sprintf("-%d", port.Port)
		}
		urls = append(urls, fmt.Sprintf("https://%s-%s%s.%s", s.Name, label, suffix, zone))
	}
	return urls
}

// region reads the region out of a zone such as <id>.prg1-zerops.zone; "" where the
// zone does not tell.
func region(zone string) string {
	for label := range strings.SplitSeq(zone, ".") {
		if name, ok := strings.CutSuffix(label, "-zerops"); ok {
			return name
		}
	}
	return ""
}
