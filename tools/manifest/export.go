package manifest

import (
	"context"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type exportYamlOut struct {
	Yaml      string   `json:"yaml"`
	Masked    int      `json:"masked"`
	Services  []string `json:"services"`
	Truncated string   `json:"truncated,omitempty"`
}

// maxExport bounds the bytes of the YAML as JSON text, so that the whole answer
// fits.
const maxExport = 19_000

const exportComment = " Secret values are masked as \"[redacted]\". Put the real ones in before importing; import_yaml refuses the masks."

// exportYaml masks by meaning, key by key, and writes the document anew: cutting
// secrets out of the text would leave something that is no YAML.
func exportYaml(ctx context.Context, c *tool.Call, in *env.OnStore) (*exportYamlOut, error) {
	store, err := env.FindStore(ctx, c, *in)
	if err != nil {
		return nil, err
	}
	var text zerops.Secret
	if store.Service != nil {
		text, err = c.API.ExportService(ctx, store.Service.ID)
	} else {
		text, err = c.API.ExportProject(ctx, store.Project.ID)
	}
	if err != nil {
		return nil, err
	}
	doc, err := manifest.Parse(text.OpenForMasking())
	if err != nil {
		return nil, &tool.Failure{
			Code: request.CodeUnsupported, Message: fmt.Sprintf("the export cannot be read as YAML (%v), so its secrets could not be masked and it is withheld", err),
			Hint: "Export a single service, or use the Zerops GUI.",
		}
	}
	_, services := doc.Place([]string{"services"})
	names := store.Names() + " " + strings.Join(hostnamesOf(services), " ")
	env.KnowTexts(c, doc.Secrets(0), names)
	out := exportYamlOut{Masked: manifest.Mask(c, doc)}
	return &out, fitExport(c, doc, &out)
}

// fitExport writes the document, without its last services if it is too large.
func fitExport(c *tool.Call, doc *manifest.Document, out *exportYamlOut) error {
	_, services := doc.Place([]string{"services"})
	var left []string
	for {
		text, err := manifest.WriteYAML(doc, exportComment)
		if err != nil {
			return err
		}
		if quoted, err := tool.Marshal(text); err != nil {
			return err
		} else if len(quoted) <= maxExport {
			out.Yaml, out.Services = text, hostnamesOf(services)
			break
		}
		if services == nil || services.Kind != yaml.SequenceNode || len(services.Content) <= 1 {
			return &tool.Failure{
				Code: request.CodeUnsupported, Message: "the export is too large for one answer even with a single service; nothing is shown",
				Hint: "Use the Zerops GUI.",
			}
		}
		last := len(services.Content) - 1
		left = append(hostnamesOf(&yaml.Node{Kind: yaml.SequenceNode, Content: services.Content[last:]}), left...)
		services.Content = services.Content[:last]
	}
	if len(left) > 0 {
		out.Truncated = "left out to keep the answer small: " + strings.Join(left, ", ") + "; export them one by one with service"
	}
	c.Allow(out.Yaml) // masked already, and redacting it as text would break the YAML
	return nil
}

// hostnamesOf lists the hostnames of a list of services.
func hostnamesOf(services *yaml.Node) []string {
	names := []string{}
	if services == nil || services.Kind != yaml.SequenceNode {
		return names
	}
	for _, item := range services.Content {
		if _, value := manifest.Member(item, "hostname", 0); value != nil {
			names = append(names, tool.Clean(value.Value, 40))
		}
	}
	return names
}
