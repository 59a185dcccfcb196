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

// ZeropsYamlSchema returns the JSON Schema of zerops.yaml as the platform
// publishes it now (operation GetSettingsZeropsYamlJsonSchemaJson).
func (c *Client) ZeropsYamlSchema(ctx context.Context) (json.RawMessage, error) {
	return c.Do(ctx, Call{Operation: GetSettingsZeropsYamlJsonSchemaJson})
}
