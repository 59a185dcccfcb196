package tool

import (
	"path"
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// hints are the next steps for codes of the API (platform §6). A * stands for
// any text; the first row that fits counts.
var hints = [...]struct {
	codes []string
	text  string
}{
	{[]string{"projectNotFound"}, "list_projects shows the projects this token can see."},
	{[]string{"serviceStackNotFound"}, "list_services shows the services of a project."},
	{[]string{"processNotFound"}, "list_processes shows the processes of a project."},
	{[]string{"appVersionNotFound", "appVersionInvalidStatus"}, "list_deployments shows the deployments of a service and which can be rolled back to."},
	{[]string{"serviceStackNameUnavailable"}, "The hostname is taken, or its service is still being deleted; take another or wait."},
	{[]string{"serviceStackNameInvalid"}, "A hostname starts with a letter and has at most 40 lowercase letters and digits."},
	{[]string{"serviceStackTypeNotFound", "serviceStackTypeVersionNotFound", "serviceStackTypeInvalidVersion", "serviceStackTypeVersionIsNotActive"}, "list_service_types shows the types and versions that exist."},
	{[]string{"serviceStackIsReadyToDeploy"}, "The service has no code yet; deploy to it first with deploy_service."},
	{[]string{"serviceStackIsFailed"}, "A FAILED service cannot be restarted: stop_service, wait for its process, then start_service."},
	{[]string{"serviceStackIsNotHttp", "noSubdomainPorts"}, "The service has no HTTP port yet; declare one with httpSupport in zerops.yaml and deploy."},
	{[]string{"serviceStackReloadNotAvailable"}, "This service cannot reload; use mode restart."},
	{[]string{"serviceStackCreating", "serviceStackUpgrading", "serviceStackStatusNotSupported"}, "Wait until the running process of the service has ended."},
	{[]string{"activeServiceStackRequired"}, "The service must be ACTIVE; start_service starts it."},
	{[]string{"projectIsNotActive", "projectStatusNotSupported", "projectStatusNotInNewCreatingActive"}, "The project must be ACTIVE; start_project starts it."},
	{[]string{"createProcessQueuedProjectProcessCountExceeded"}, "Too many processes wait in this project; wait for the running ones."},
	{[]string{"processIsAlreadyOver", "processAlreadyFinished"}, "The process has ended; there is nothing to cancel."},
	{[]string{"processIsAlreadyRunning", "processCanNoLongerBeCanceled", "nothingToCancel"}, "It is too late to cancel; wait_for follows it to its end."},
	{[]string{"userDataDuplicateKey", "projectEnvDuplicateKey"}, "The key exists, perhaps in another case, or is the platform's own; where zerops.yaml owns it, change it there and deploy."},
	{[]string{"userDataUseOfSystemKey", "userDataSystemKeyChangeForbidden", "projectEnvUseOfSystemKey"}, "The platform reserves this key; choose another name."},
	{[]string{"userDataZeropsPrefixForbidden"}, "Zerops reserves the prefix ZEROPS_; choose another name."},
	{[]string{"userDataDeleteForbidden", "recordIsReadOnly"}, "The platform or zerops.yaml owns this variable; change zerops.yaml and deploy."},
	{[]string{"appVersionIsBeingBuilt", "appVersionIsBeingDeployed", "deployProcessAlreadyCreated"}, "A deployment is under way; wait for it, or stop it with cancel_deployment."},
	{[]string{"appVersionIsNotBeingUploaded", "objectNotFound", "objectContentLengthZero", "objectMimeTypeNotSupported"}, "The upload did not arrive as it should; deploy again."},
	{[]string{"maxObjectDiskSizeEstimateExceeded", "zeropsBuildFileTooLarge"}, "It is too large for the platform; keep out what is not needed with .deployignore."},
	{[]string{"noExternalRepositoryIntegration"}, "No repository is connected to the service; deploy a local directory or a public git_url."},
	{[]string{"triggerBuildRequiresBranchEventType"}, "The connected repository deploys on tags; push a tag, or deploy a directory or git_url."},
	{[]string{"userServiceStackRequired"}, "Only runtimes can be deployed to; list_services with category USER shows them."},
	{[]string{"userDataSyncRunning", "userDataVersionMismatch"}, "Variables are being applied; wait for that process, then repeat."},
	{[]string{"zeropsYamlSetupNotFound"}, "No setup of that name is in zerops.yaml; pass one of its setup names as setup."},
	{[]string{"lastCpuModeChangeTooRecent"}, "The CPU mode can change once an hour; try later."},
	{[]string{"invalidCustomAutoscalingValue", "valueMustNotBeMoreThan", "valueMustNotBeLessThan"}, "Keep within the type's limits; list_service_types shows them."},
	{[]string{"virtualMachineDiskScaleDownImpossible"}, "Disks only grow."},
	{[]string{"creditLimitReached", "insufficientCredit", "commonCreditForbidden"}, "The organisation has no credit left; an owner has to top it up in the Zerops GUI (Billing)."},
	{[]string{"projectNotLoggerReady", "projectNoServiceStackToLog"}, "The project has no logs yet; wait until it is ACTIVE."},
	{[]string{"githubAuthorizationRequired", "gitlabAuthorizationRequired", "githubRepositoryAccessRequired", "gitlabFullApiAccessRequired"}, "A person has to connect the repository in the Zerops GUI (service → Build, deploy, run pipeline)."},
	{[]string{"backupUnsupportedStackType", "backupOldStack"}, "This kind of service has no backups."},
	{[]string{"backupTagNameFormat", "backupTotalTagLength"}, "A tag has up to 24 letters, digits, : - or _."},
	{[]string{"backupNotFound"}, "list_backups shows the backups of a service."},
	{[]string{zerops.CodeDomainTaken}, "Another routing has the domain, perhaps in another project; remove_domain there first."},
	{[]string{"publicPortRoutingDuplicatePort"}, "Another service has this public port; list_ports shows it."},
	{[]string{"sharedStorageServiceStackInactive"}, "The storage must be ACTIVE; start_service starts it."},
	{[]string{"sharedStorageInvalidCategory", "sharedStorageInvalidProject", "sharedStorageNotFound"}, "Name a shared storage of the same project; list_services with category SHARED_STORAGE shows them."},
	{[]string{"portNotFound", "publicHttpRoutingPortNotFound"}, "get_service shows the ports of a service; they come from zerops.yaml and a deployment."},
	{[]string{"userNotFound"}, "Some integration tokens cannot create projects this way; import_yaml with a project section can."},
	{[]string{"publicIpRequest*"}, "It needs an address of the project's own, which get_project shows. A dedicated IPv4 costs money: ask first."},
	{[]string{"projectWillBe*", "stackWillBe*", "stackOfProject*"}, "Another process is about to change the same thing; wait for it, then repeat."},
	{[]string{"*SyncRunning", "*VersionMismatch"}, "Another change is being applied; wait for it, read again, then repeat."},
	{[]string{"zeropsYaml*", "yaml*", "projectImport*"}, "Correct the YAML; get_yaml_schema shows what is allowed where."},
}

// HintFor gives the next step for a code of the API. Codes are an open set; those
// without an entry speak for themselves in api_message.
func HintFor(code string) string {
	for _, hint := range hints {
		for _, pattern := range hint.codes {
			if ok, err := path.Match(pattern, code); ok && err == nil {
				return hint.text
			}
		}
	}
	return ""
}

// generalHint is the next step where the API's code has none of its own.
func generalHint(code string) string {
	switch code {
	case request.CodeNotFound:
		return "list_projects and list_services show what this token can see."
	case request.CodeConflict:
		return "Something else may be at work: list_events shows what; wait for it, then repeat."
	case request.CodeUnsupported:
		return "get_service shows what kind of service this is; api_message may say more."
	case request.CodeInvalidArguments:
		return "fields and api_message say what to change."
	}
	return ""
}

// conflictPasses reports whether the same call can work once something ended.
func conflictPasses(code string) bool {
	switch code {
	case "serviceStackIsFailed", "serviceStackIsReadyToDeploy", "userDataDuplicateKey", "projectEnvDuplicateKey",
		"processIsAlreadyOver", "processAlreadyFinished", "processCanNoLongerBeCanceled", "nothingToCancel", "appVersionInvalidStatus", "appVersionIsActive":
		return false
	}
	return !strings.Contains(code, "RoutingDuplicate")
}

// unsupportedCode knows the codes that mean: never, for this kind of thing.
func unsupportedCode(code string) bool {
	switch code {
	case "serviceStackReloadNotAvailable", "serviceStackIsSystemNotSupported", "actionForbiddenForThisStackCategory", "serviceStackInvalidCategory",
		"userServiceStackRequired", "verticalAutoscalingNotSupported", "backupUnsupportedStackType", "backupOldStack", "modeUpgradeNotSupported",
		"haModeNotImplemented", "sslNotSupported", "customVerticalAutoscalingForbiddenForThisStackCategory",
		"customHorizontalAutoscalingForbiddenForThisStackCategory", "customMinFreeResourcesForbiddenForThisStackCategory", "virtualMachineDiskScaleDownImpossible",
		"serviceStackIsNotHttp", "noSubdomainPorts":
		return true
	}
	return false
}
