package zerops

import (
	"context"
	"encoding/json"
)

// ServiceType is a kind of service that can be created, with its versions.
type ServiceType struct {
	ID       string               `json:"id"`
	Name     string               `json:"name"`
	Category string               `json:"category"`
	Default  *ServiceTypeVersion  `json:"defaultServiceStackVersion"`
	Versions []ServiceTypeVersion `json:"serviceStackTypeVersionList"`
}

// ServiceTypeVersion is one version of a type, named as YAML names it, such as
// nodejs@22.
type ServiceTypeVersion struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	IsBuild       bool   `json:"isBuild"`
	Status        string `json:"status"` // ACTIVE or DISABLED
	VersionNumber string `json:"versionNumber"`
}

// ServiceTypes lists the catalogue of service types (operation
// PostServiceStackTypeSearch, a global index that refuses an organisation filter;
// platform §1.6).
func (c *Client) ServiceTypes(ctx context.Context) ([]ServiceType, error) {
	types, _, err := Collect(search[ServiceType](ctx, c, PostServiceStackTypeSearch, nil), 0)
	return types, err
}

// ServiceTypeDetail holds the scaling rules of a type in an organisation.
type ServiceTypeDetail struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Category string `json:"category"`
	Versions []struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Config struct {
			Default    *Autoscaling    `json:"defaultAutoscaling"`
			Vertical   json.RawMessage `json:"verticalAutoscaling"`
			Horizontal json.RawMessage `json:"horizontalAutoscaling"`
			Profiles   []struct {
				ID        string       `json:"id"`
				Name      string       `json:"name"`
				IsDefault bool         `json:"isDefault"`
				Custom    *Autoscaling `json:"customAutoscaling"`
			} `json:"autoscalingProfiles"`
		} `json:"config"`
	} `json:"serviceStackTypeVersionList"`
}

// ServiceTypeDetail returns limits, defaults and profiles of a type (operation
// GetClientSettingsStackType).
func (c *Client) ServiceTypeDetail(ctx context.Context, organizationID, typeID string) (ServiceTypeDetail, error) {
	return fetch[ServiceTypeDetail](ctx, c, Call{Operation: GetClientSettingsStackType, Path: []string{organizationID, typeID}})
}

// Region is one region of the platform.
type Region struct {
	Name       string `json:"name"`
	IsDefault  bool   `json:"isDefault"`
	Address    string `json:"address"`
	GUIAddress string `json:"guiAddress"` // not in the SDK (platform §1.1)
}

// Regions lists the regions; it needs no token (operation GetRegionZcli).
func (c *Client) Regions(ctx context.Context) ([]Region, error) {
	p, err := fetch[page[Region]](ctx, c, Call{Operation: GetRegionZcli})
	return p.Items, err
}
