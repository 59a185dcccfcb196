package zerops

import (
	"context"
	"encoding/json"
)

// ImportSchema returns the JSON Schema of the import YAML as the platform
// publishes it now, about 100 KB (operation
// GetSettingsImportProjectYamlJsonSchemaJson).
func (c *Client) ImportSchema(ctx context.Context) (json.RawMessage, error) {
	return c.Do(ctx, Call{Operation: GetSettingsImportProjectYamlJsonSchemaJson})
}

// ZeropsYAMLSchema returns the JSON Schema of zerops.yaml as the platform
// publishes it now (operation GetSettingsZeropsYamlJsonSchemaJson).
func (c *Client) ZeropsYAMLSchema(ctx context.Context) (json.RawMessage, error) {
	return c.Do(ctx, Call{Operation: GetSettingsZeropsYamlJsonSchemaJson})
}

// ZeropsYAML is a zerops.yaml to be judged for a kind of service.
type ZeropsYAML struct {
	// ServiceName is the hostname; the setup of that name is judged where Setup is
	// empty.
	ServiceName string `json:"serviceStackName"`
	TypeID      string `json:"serviceStackTypeId"`          // such as nodejs
	TypeVersion string `json:"serviceStackTypeVersionName"` // such as nodejs@22
	Text        string `json:"zeropsYaml"`
	// Operation is DEPLOY or BUILD_AND_DEPLOY.
	Operation string `json:"operation"`
	Setup     string `json:"zeropsYamlSetup,omitempty"`
}

// ValidateZeropsYAML asks the platform to judge a zerops.yaml. It returns nil
// where the platform accepts it, and an [*Error] whose fields name the problems
// where it does not. Unknown keys are not noticed (operation
// PostServiceStackZeropsYamlValidation; platform facts §4.5).
func (c *Client) ValidateZeropsYAML(ctx context.Context, y ZeropsYAML) error {
	_, err := c.Do(ctx, Call{Operation: PostServiceStackZeropsYamlValidation, Body: y})
	return err
}
