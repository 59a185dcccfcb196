package simulator

func schemaRoutes() []route {
	zerops, imports := publishedSchema(zeropsSchemaJSON), publishedSchema(importSchemaJSON)
	return []route{
		{op: "GetSettingsZeropsYamlJsonSchemaJson", public: true, handle: zerops},
		{op: "GetSettingsZeropsYmlJsonSchemaJson", public: true, handle: zerops},
		{op: "GetSettingsImportProjectYamlJsonSchemaJson", public: true, handle: imports},
		{op: "GetSettingsImportProjectYmlJsonSchemaJson", public: true, handle: imports},
		{op: "GetRecipeInfo", public: true, handle: recipe},
		{op: "GetRecipeData", public: true, handle: recipe},
	}
}

// recipe is a ready-made environment with its import YAML.
func recipe(*call) (any, error) {
	document := "project:\n  name: recipe-node\nservices:\n  - hostname: db\n    type: postgresql:single@18\n    priority: 10\n" +
		"  - hostname: app\n    type: nodejs@22\n    buildFromGit: https://github.com/zeropsio/recipe-nodejs\n    enableSubdomainAccess: true\n"
	service := func(name, kind, version, category string) object {
		return object{
			"name": name, "typeId": kind, "typeName": kind, "typeVersionId": version, "typeVersionName": version, "exactVersionNumber": version,
			"category": category, "gitRepo": nil, "content": nil, "zeropsYaml": nil, "extracts": object{}, "autoscaling": nil,
			"ports": []object{}, "objectStorageSize": nil, "isUtility": false,
		}
	}
	return object{
		"name": "Node.js with PostgreSQL", "content": "A small API with a database.", "extracts": object{}, "errors": nil,
		"environments": []object{{
			"name": "production", "content": "", "extracts": object{}, "import": document, "projectName": "recipe-node",
			"services": []object{service("db", "postgresql", "postgresql:single@18", "STANDARD"), service("app", "nodejs", "nodejs@22", "USER")},
		}},
	}, nil
}
