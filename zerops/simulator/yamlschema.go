package simulator

import (
	"encoding/json"
	"slices"
)

// publishedSchema answers with one of the two schemas.
func publishedSchema(build func(*world) object) func(*call) (any, error) {
	return func(c *call) (any, error) {
		data, err := json.MarshalIndent(build(c.world), "", "  ")
		return download{contentType: "application/json; charset=utf-8", data: data}, err
	}
}

const (
	schemaDraft = "https://json-schema.org/draft/2020-12/schema"
	schemaHome  = "https://api.app-prg1.zerops.io/api/rest/public/settings/"
)

// The parts that the two published schemas are made of. Their habits are those of
// the platform's: closed objects, alternatives instead of lists of types, rules by
// type, and probe durations that are called integers although only texts such as
// 30s are taken (platform §4.16).
func closed(description string, properties object, required ...string) object {
	o := object{"type": "object", "additionalProperties": false, "properties": properties}
	if description != "" {
		o["description"] = description
	}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

func typed(kind, description string) object {
	return object{"type": kind, "description": description}
}

func oneOrMany(description string) object {
	text := object{"type": "string"}
	return object{"description": description, "oneOf": []object{text, {"type": "array", "items": text}}}
}

func texts(description string) object {
	return object{"type": "array", "items": object{"type": "string"}, "description": description}
}

func mapOf(value object, description string) object {
	return object{"type": "object", "additionalProperties": value, "description": description}
}

func choice(description string, values []string) object {
	return object{"type": "string", "enum": values, "description": description}
}

// schemaTypes are the names of types that the schemas list: those with the system
// or the mode in them. The platform takes the short ones too.
func (w *world) schemaTypes(wanted func(*serviceType) bool) []string {
	names := []string{}
	for _, t := range w.types {
		if !wanted(t) {
			continue
		}
		for _, v := range t.versions {
			if !v.disabled && !v.build && (v.os != "" || v.mode != "" || t.category == "OBJECT_STORAGE") {
				names = append(names, v.name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func whenType(types []string, then object) object {
	return object{
		"if":   object{"properties": object{"type": object{"enum": types}}, "required": []string{"type"}},
		"then": object{"properties": then},
	}
}

func importSchema(w *world) object {
	all := w.schemaTypes(func(t *serviceType) bool {
		return t.runtime() || t.managed() || t.category == "OBJECT_STORAGE" || t.category == "SHARED_STORAGE"
	})
	sql := w.schemaTypes(func(t *serviceType) bool { return t.managed() && len(t.profiles) > 0 })
	plain := w.schemaTypes(func(t *serviceType) bool { return t.managed() && len(t.profiles) == 0 })
	runtimes := w.schemaTypes((*serviceType).runtime)
	var profiles []object
	for _, p := range sqlProfiles() {
		profiles = append(profiles, object{"const": p.id, "title": p.name})
	}
	service := closed("", object{
		"hostname":               typed("string", "Name of the service in its project, for good: lowercase letters and digits."),
		"type":                   choice("Type and version.", all),
		"mode":                   object{"type": "string", "deprecated": true, "description": "HA or NON_HA, for types that do not say it."},
		"profile":                typed("string", "Scaling profile of a managed type."),
		"envSecrets":             mapOf(object{"type": "string"}, "Variables of the service."),
		"dotEnvSecrets":          typed("string", "Variables of the service as dotenv text."),
		"envIsolation":           typed("string", "none or service."),
		"sshIsolation":           typed("string", "Who may open a shell."),
		"objectStorageSize":      typed("number", "Quota in GB."),
		"objectStoragePolicy":    choice("Access to the bucket.", []string{"private", "public-read", "public-objects-read", "public-write", "public-read-write", "custom"}),
		"objectStorageRawPolicy": typed("string", "Access to the bucket as a policy document."),
		"buildFromGit":           typed("string", "Public repository for one build."),
		"zeropsSetup":            typed("string", "Setup to use, together with buildFromGit."),
		"zeropsYaml":             object{"$ref": "#/$defs/zerops"},
		"startWithoutCode":       typed("boolean", "Start the runtime empty."),
		"enableSubdomainAccess":  object{"type": "boolean", "default": false, "description": "Public access by a zerops.app address."},
		"priority":               typed("integer", "Higher ones are made first."),
		"override":               typed("boolean", "Replace a service of this name."),
		"mount":                  texts("Shared storages to mount."),
		"nginxConfig":            typed("string", "Whole configuration of Nginx."),
		"minContainers":          typed("integer", "Fewest containers."),
		"maxContainers":          typed("integer", "Most containers."),
		"verticalAutoscaling": closed("Limits of one container.", object{
			"minCpu": typed("integer", "Cores."), "maxCpu": typed("integer", "Cores."), "cpuMode": choice("", []string{"SHARED", "DEDICATED"}),
			"minRam": typed("number", "GB."), "maxRam": typed("number", "GB."), "minDisk": typed("number", "GB."), "maxDisk": typed("number", "GB."),
			"startCpuCoreCount": typed("integer", "Cores at the start."), "minFreeCpuCores": typed("number", "Part of a core to keep free."),
			"minFreeCpuPercent": typed("number", "Percent to keep free."), "minFreeRamGB": typed("number", "GB to keep free."),
			"minFreeRamPercent": typed("number", "Percent to keep free."), "swapEnabled": typed("boolean", "Use swap."),
		}),
	}, "hostname", "type")
	service["allOf"] = []object{
		whenType(append(append([]string{}, runtimes...), plain...), object{"profile": false}),
		whenType(sql, object{"profile": object{"$ref": "#/$defs/sql_profiles"}, "minContainers": false, "maxContainers": false}),
		whenType(runtimes, object{
			"minContainers": object{"type": "integer", "minimum": 1, "maximum": 10}, "maxContainers": object{"type": "integer", "minimum": 1, "maximum": 10},
		}),
	}
	return object{
		"$schema": schemaDraft, "$id": schemaHome + "import-project-yaml-json-schema.json",
		"$defs": object{"sql_profiles": object{"default": "oltp-staging", "oneOf": profiles}, "zerops": zeropsBody(w)},
		"type":  "object", "additionalProperties": false,
		"properties": object{
			"project": closed("The project to create; at most one.", object{
				"name": typed("string", "Name; need not be unique."), "description": typed("string", "Words about it."),
				"corePackage": object{"type": "string", "enum": []string{"LIGHT", "SERIOUS"}, "default": "LIGHT", "description": "Core of the project."},
				"tags":        texts("Words for finding it."), "envVariables": mapOf(object{"type": "string"}, "Variables of all services."),
				"envIsolation": typed("string", "none or service."), "sshIsolation": typed("string", "Who may open a shell."),
				"location": choice("Where it runs.", []string{"eu-central"}), "sharedIpv4": typed("boolean", "Whether the shared IPv4 address leads here."),
			}, "name"),
			"services": object{"type": "array", "items": service},
		},
	}
}

func zeropsSchema(w *world) object {
	body := zeropsBody(w)
	body["$schema"], body["$id"] = schemaDraft, schemaHome+"zerops-yaml-json-schema.json"
	return body
}

func zeropsBody(w *world) object {
	bases := w.schemaTypes((*serviceType).runtime)
	static := w.schemaTypes(func(t *serviceType) bool { return t.id == "static" })
	variables := mapOf(object{"oneOf": []object{{"type": "string"}, {"type": "number"}, {"type": "boolean"}}}, "Variables.")
	http := closed("A request that has to succeed.", object{
		"port": typed("integer", "Port."), "path": typed("string", "Path."), "host": typed("string", "Host header."), "scheme": typed("string", "http or https."),
	}, "port", "path")
	exec := closed("A command that has to succeed.", object{"command": typed("string", "The command.")}, "command")
	run := closed("How the runtime runs.", object{
		"base": choice("Runtime and version.", bases), "os": object{"type": "string", "enum": []string{"alpine", "ubuntu"}, "deprecated": true},
		"start": typed("string", "Command that starts the application."), "prepareCommands": texts("Commands for the runtime image."),
		"initCommands": texts("Commands before each start."), "envVariables": variables, "addToRunPrepare": oneOrMany("Files for the runtime image."),
		"ports": object{"type": "array", "description": "Ports the application listens on.", "items": closed("", object{
			"port": typed("integer", "10 to 65435."), "protocol": choice("", []string{"tcp", "udp"}),
			"httpSupport": typed("boolean", "Whether it speaks HTTP."), "description": object{"type": "string"},
		}, "port")},
		"healthCheck": closed("Whether a running container works.", object{
			"httpGet": http, "exec": exec, "failureTimeout": typed("integer", "Until it counts as failed."), "disconnectTimeout": typed("integer", "Until it gets no requests."),
			"recoveryTimeout": typed("integer", "Until it gets requests again."), "execPeriod": typed("integer", "Between two checks."),
		}),
		"documentRoot": typed("string", "Folder that the web server serves."), "siteConfigPath": typed("string", "Configuration of the web server."),
		"routing":       closed("Redirects and headers of a static site.", object{"root": typed("string", "Folder."), "cors": typed("string", "Header.")}),
		"startCommands": object{"type": "array", "items": closed("", object{"command": object{"type": "string"}, "name": object{"type": "string"}, "workingDir": object{"type": "string"}}, "command")},
		"envReplace":    mapOf(object{}, "Placeholders in files that are replaced by variables."),
		"crontab": object{"type": "array", "items": closed("", object{
			"command": object{"type": "string"}, "timing": object{"type": "string"}, "workingDir": object{"type": "string"}, "allContainers": object{"type": "boolean"},
		}, "command", "timing")},
	})
	run["allOf"] = []object{{
		"if":   object{"properties": object{"base": object{"enum": static}}, "required": []string{"base"}},
		"then": object{"properties": object{"documentRoot": false}},
	}}
	return closed("", object{"zerops": object{"type": "array", "description": "One entry for each setup.", "items": closed("", object{
		"setup":   typed("string", "Name of the setup, usually the hostname."),
		"extends": oneOrMany("Setups to start from."),
		"build": closed("How the code is built.", object{
			"base": object{"description": "Build environment.", "oneOf": []object{
				{"type": "string", "enum": bases}, {"type": "array", "items": object{"type": "string", "enum": bases}},
			}},
			"os": object{"type": "string", "enum": []string{"alpine", "ubuntu"}, "deprecated": true}, "prepareCommands": texts("Commands for the build image."),
			"buildCommands": texts("Commands that build."), "deployFiles": oneOrMany("What is deployed."), "addToRunPrepare": oneOrMany("Files for the runtime image."),
			"cache":        object{"description": "What is kept for the next build.", "oneOf": []object{{"type": "boolean"}, {"type": "string"}, {"type": "array", "items": object{"type": "string"}}}},
			"envVariables": variables,
		}, "deployFiles"),
		"deploy": closed("How it is put in place.", object{
			"temporaryShutdown": object{"type": "boolean"},
			"readinessCheck": closed("Whether a new container is ready.", object{
				"httpGet": http, "exec": exec, "failureTimeout": typed("integer", "Until it counts as failed."), "retryPeriod": typed("integer", "Between two tries."),
			}),
		}),
		"run": run,
	}, "setup")}}, "zerops")
}
