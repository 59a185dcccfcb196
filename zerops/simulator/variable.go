package simulator

import (
	"slices"
	"strings"
)

// redacted stands where a value would be that the caller may not read.
const redacted = "REDACTED"

// variablesOf are the variables of a project's store (serviceID empty) or of a
// service's.
func (w *world) variablesOf(projectID, serviceID string) []*variable {
	var found []*variable
	for _, v := range w.variables.all() {
		if v.projectID == projectID && v.serviceID == serviceID {
			found = append(found, v)
		}
	}
	return found
}

// addVariable stores a new variable.
func (w *world) addVariable(v *variable) {
	v.id, v.created, v.lastUpdate = w.ids.next(), w.now, w.now
	w.variables.put(v.id, v)
}

func (w *world) addProjectEnv(p *project, key, content string, sensitive bool) {
	w.addVariable(&variable{clientID: p.clientID, projectID: p.id, key: key, content: content, sensitive: sensitive, editable: true})
}

// checkKey refuses keys that are malformed or belong to the platform; family is the
// beginning of the error code, userData or projectEnv.
func checkKey(key, family string) error {
	valid := key != "" && (key[0] < '0' || key[0] > '9')
	for _, c := range []byte(key) {
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			valid = false
		}
	}
	switch {
	case !valid:
		return refuse(family+"KeyInvalid", "Key [%s] is invalid", key)
	case strings.HasPrefix(key, "ZEROPS_"):
		return refuse("userDataZeropsPrefixForbidden", "Key prefix ZEROPS_ is forbidden")
	}
	switch key {
	case "hostname", "PATH", "serviceId", "projectId", "appVersionId", "appVersionName", "zeropsSubdomain":
		return refuse(family+"UseOfSystemKey", "Key [%s] is a system key", key)
	}
	return nil
}

// isolationKeys are the variables that the platform keeps for every project.
func isolationKeys() []string { return []string{"envIsolation", "sshIsolation"} }

// generatedKeys are the variables that the platform makes for a service of a type
// once it exists.
func (t *serviceType) generatedKeys() []string {
	keys := []string{"hostname", "serviceId", "projectId"}
	switch {
	case t.runtime():
		keys = append(keys, "zeropsSubdomain", "startCommand")
	case t.managed():
		keys = append(keys, "port", "user", "password", "connectionString")
		if t.subcategory == "DATABASE" {
			keys = append(keys, "dbName")
		}
	case t.category == "OBJECT_STORAGE":
		keys = append(keys, "bucketName", "accessKeyId", "secretAccessKey", "apiUrl", "quotaGBytes")
	}
	return keys
}

// checkEntries refuses variables of a new store that are malformed, or of which two
// have the same key regardless of case. taken are the keys that the platform makes
// in it (platform §10.1).
func checkEntries(entries []envBody, family string, taken []string) error {
	taken = slices.Clone(taken)
	for _, entry := range entries {
		if err := checkKey(entry.Key, family); err != nil {
			return err
		}
		if slices.ContainsFunc(taken, func(key string) bool { return strings.EqualFold(key, entry.Key) }) {
			return duplicateKey(family, entry.Key)
		}
		taken = append(taken, entry.Key)
	}
	return nil
}

func duplicateKey(family, key string) error {
	if family == "projectEnv" {
		return refuse("projectEnvDuplicateKey", "Project env key [%s] already exists", key)
	}
	return refuse("userDataDuplicateKey", "User data key [%s] already exists", key)
}

// duplicate reports whether a store has another variable with the same key; the
// platform compares without regard to case, with its own keys too (platform §10.1).
func (w *world) duplicate(projectID, serviceID, key, except string) bool {
	return slices.ContainsFunc(w.variablesOf(projectID, serviceID), func(v *variable) bool {
		return strings.EqualFold(v.key, key) && v.id != except
	})
}

func (v *variable) kind() string {
	if v.system {
		return "SYSTEM"
	}
	return "USER"
}

// shown is the content as the caller may read it: a sensitive value needs full
// access to the project.
func (c *call) shown(v *variable) string {
	if v.sensitive && !c.mayWrite(v.clientID, v.projectID) {
		return redacted
	}
	return v.content
}

// userDataView is a variable of a service.
func (c *call) userDataView(v *variable) object {
	name := ""
	if s, ok := c.world.services.get(v.serviceID); ok {
		name = s.name
	}
	return object{
		"id": v.id, "clientId": v.clientID, "projectId": v.projectID, "serviceStackId": v.serviceID, "serviceStackName": name,
		"key": v.key, "content": c.shown(v), "type": v.kind(), "sensitive": v.sensitive, "editable": v.editable && !v.baked,
		"internal": false, "created": stamp(v.created), "lastUpdate": stamp(v.lastUpdate),
	}
}

// projectEnvView is a variable of a project.
func (c *call) projectEnvView(v *variable) object {
	return object{
		"id": v.id, "clientId": v.clientID, "projectId": v.projectID, "key": v.key, "content": c.shown(v), "type": v.kind(),
		"sensitive": v.sensitive, "editable": v.editable, "created": stamp(v.created), "lastUpdate": stamp(v.lastUpdate),
	}
}
