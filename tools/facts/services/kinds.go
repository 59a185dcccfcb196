package services

import (
	"slices"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Categories, modes and kinds of services are the platform's to extend: what is not
// known here is passed on, shown as it is, and remarked on where somebody has asked
// for it.

// SharedStorageNote says in answers what became of shared storage (platform §10.2).
const SharedStorageNote = "shared storage works and is deprecated; new storages are of the type local-storage, which zerops.yaml mounts by run.volume"

// Word is a word of the platform as it is written there: services have the category
// OBJECT_STORAGE, also where somebody asks for object-storage.
func Word(text string) string {
	return strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToUpper(strings.TrimSpace(text)))
}

// family is the name of a type without system, mode and version, spelled in one way:
// localstorage of local-storage:single@1 and of local_storage_v1.
func family(name string) string {
	name = strings.ToLower(name)
	if at := strings.LastIndexByte(name, '/'); at >= 0 {
		name = name[at+1:]
	}
	name, _ = tool.CutAny(name, "@:")
	name, _, _ = strings.Cut(name, "_v")
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(name)
}

// SharedStorage reports the deprecated kind of storage, by the category or the name of
// its type.
func SharedStorage(category, typeName string) bool {
	return category == "SHARED_STORAGE" || family(typeName) == "sharedstorage"
}

// LocalStorage reports the kind of storage that zerops.yaml mounts. Whether it has a
// category of its own is UNVERIFIED, so its name counts too.
func LocalStorage(category, typeName string) bool {
	return category == "LOCAL_STORAGE" || family(typeName) == "localstorage"
}

// TypeName is the best name that a service has for its type.
func TypeName(s zerops.Service) string {
	for _, name := range []string{s.Type.Version, s.TypeVersionID, s.TypeID} {
		if name != "" {
			return name
		}
	}
	return s.Type.Name
}

// NoteOn says what a caller should know of a service for its kind; empty for most.
func NoteOn(s zerops.Service) string {
	if SharedStorage(s.Type.Category, TypeName(s)) {
		return SharedStorageNote
	}
	return ""
}

// UnknownWord remarks on a word of the platform that this server does not know and has
// passed on; it is empty for one of those known, and where none was given.
func UnknownWord(argument, given string, known ...string) string {
	if given == "" || slices.Contains(known, given) {
		return ""
	}
	return argument + " " + tool.Clean(given, 40) + " is not known to this server (" + strings.Join(known, ", ") + " are) and was passed on as it is"
}
