package simulator

import "go.yaml.in/yaml/v4"

// importValue is the value of a variable in an import: a scalar as it is written,
// so that 1.10 and yes stay what they are, or {value, sensitive} in a vault, whose
// entries are stored in clear without the flag (platform §10.1, §10.2).
type importValue struct {
	text      string
	sensitive bool
}

// UnmarshalYAML reads either shape.
func (v *importValue) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return node.Decode(&v.text)
	}
	var entry struct {
		Value     string `yaml:"value"`
		Sensitive bool   `yaml:"sensitive"`
	}
	if err := node.Decode(&entry); err != nil {
		return err
	}
	v.text, v.sensitive = entry.Value, entry.Sensitive
	return nil
}

// importEntries are the variables of one place of an import in the order of their
// keys. Those of envVariables and envSecrets, the older spellings, are in clear.
func importEntries(values map[string]importValue) []envBody {
	var entries []envBody
	for _, key := range sortedKeys(values) {
		entries = append(entries, envBody{Key: key, Content: values[key].text, Sensitive: values[key].sensitive})
	}
	return entries
}
