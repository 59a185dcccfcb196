package manifest

// Kinds of YAML that the platform publishes a schema for.
const (
	YamlZerops = "zerops"
	YamlImport = "import"
)
