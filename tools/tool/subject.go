package tool

import (
	"zerops-mcp/zerops"
)

// SubjectKind names a subject for people.
func SubjectKind(s zerops.Subject) string {
	switch s {
	case zerops.SubjectUser:
		return "user"
	case zerops.SubjectOrganisation:
		return "organisation"
	case zerops.SubjectProject:
		return "project"
	case zerops.SubjectService:
		return "service"
	case zerops.SubjectProcess:
		return "process"
	case zerops.SubjectAppVersion:
		return "deployment"
	case zerops.SubjectHTTPRouting:
		return "domain routing"
	case zerops.SubjectPortRouting:
		return "port routing"
	case zerops.SubjectServiceVariable:
		return "service variable"
	case zerops.SubjectProjectVariable:
		return "project variable"
	case zerops.SubjectMember:
		return "membership"
	case zerops.SubjectNotification:
		return "notification"
	case zerops.SubjectUserToken:
		return "personal access token"
	case zerops.SubjectPayment:
		return "payment"
	case zerops.SubjectNone, zerops.SubjectCredential, zerops.SubjectRecipe, zerops.SubjectOneTimeToken:
	}
	return ""
}

// ReaderOf names the operation that reads a subject, 0 when there is none.
func ReaderOf(s zerops.Subject) zerops.Operation {
	switch s {
	case zerops.SubjectOrganisation:
		return zerops.GetClient
	case zerops.SubjectProject:
		return zerops.GetProject
	case zerops.SubjectService:
		return zerops.GetServiceStack
	case zerops.SubjectProcess:
		return zerops.GetProcess
	case zerops.SubjectAppVersion:
		return zerops.GetAppVersion
	case zerops.SubjectHTTPRouting:
		return zerops.GetPublicHttpRouting
	case zerops.SubjectPortRouting:
		return zerops.GetPublicPortRouting
	case zerops.SubjectServiceVariable:
		return zerops.GetUserData
	case zerops.SubjectProjectVariable:
		return zerops.GetProjectEnv
	case zerops.SubjectMember:
		return zerops.GetClientUser
	case zerops.SubjectNotification:
		return zerops.GetUserNotification
	case zerops.SubjectUserToken:
		return zerops.GetUserToken
	case zerops.SubjectPayment:
		return zerops.GetCardPayment
	case zerops.SubjectNone, zerops.SubjectUser, zerops.SubjectCredential, zerops.SubjectRecipe, zerops.SubjectOneTimeToken:
	}
	return 0
}

// SubjectNamed maps the names under which bodies and queries name other objects.
func SubjectNamed(name string) (zerops.Subject, bool) {
	switch name {
	case "projectId":
		return zerops.SubjectProject, true
	case "serviceStackId", "sharedStorageId":
		return zerops.SubjectService, true
	case "appVersionId":
		return zerops.SubjectAppVersion, true
	}
	return zerops.SubjectNone, false
}

// WalkNamed visits every member of every object in v.
func WalkNamed(v any, visit func(name string, v any)) {
	switch value := v.(type) {
	case map[string]any:
		for name, member := range value {
			visit(name, member)
			WalkNamed(member, visit)
		}
		if name, ok := value["name"].(string); ok && value["operator"] != nil {
			visit(name, value["value"]) // a term of a search
			if list, isList := value["value"].([]any); isList {
				for _, one := range list {
					visit(name, one)
				}
			}
		}
	case []any:
		for _, item := range value {
			WalkNamed(item, visit)
		}
	}
}
