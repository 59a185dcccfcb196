package tool

import (
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// HintFor gives the next step for a code of the API (platform §6). Codes
// are an open set; those without an entry speak for themselves in api_message.
func HintFor(code string) string {
	switch code {
	case "projectNotFound":
		return "list_projects shows the projects this token can see."
	case "serviceStackNotFound":
		return "list_services shows the services of a project."
	case "processNotFound":
		return "list_processes shows the processes of a project."
	case "appVersionNotFound", "appVersionInvalidStatus":
		return "list_deployments shows the deployments of a service and which can be rolled back to."
	case "serviceStackNameUnavailable":
		return "The hostname is taken, or its service is still being deleted; take another or wait."
	case "serviceStackNameInvalid":
		return "A hostname starts with a letter and has at most 40 lowercase letters and digits."
	case "serviceStackTypeNotFound", "serviceStackTypeVersionNotFound", "serviceStackTypeInvalidVersion", "serviceStackTypeVersionIsNotActive":
		return "list_service_types shows the types and versions that exist."
	case "serviceStackIsReadyToDeploy":
		return "The service has no code yet; deploy to it first with deploy_service."
	case "serviceStackIsFailed":
		return "A FAILED service cannot be restarted: stop_service, wait for its process, then start_service."
	case "serviceStackIsNotHttp", "noSubdomainPorts":
		return "The service has no HTTP port yet; declare one with httpSupport in zerops.yaml and deploy."
	case "serviceStackReloadNotAvailable":
		return "This service cannot reload; use mode restart."
	case "serviceStackCreating", "serviceStackUpgrading", "serviceStackStatusNotSupported":
		return "Wait until the running process of the service has ended."
	case "activeServiceStackRequired":
		return "The service must be ACTIVE; start_service starts it."
	case "projectIsNotActive", "projectStatusNotSupported", "projectStatusNotInNewCreatingActive":
		return "The project must be ACTIVE; start_project starts it."
	case "createProcessQueuedProjectProcessCountExceeded":
		return "Too many processes wait in this project; wait for the running ones."
	case "processIsAlreadyOver", "processAlreadyFinished":
		return "The process has ended; there is nothing to cancel."
	case "processIsAlreadyRunning", "processCanNoLongerBeCanceled", "nothingToCancel":
		return "It is too late to cancel; wait_for follows it to its end."
	case "userDataDuplicateKey", "projectEnvDuplicateKey":
		return "The key exists; where zerops.yaml owns it, change it there and deploy."
	case "userDataUseOfSystemKey", "userDataSystemKeyChangeForbidden", "projectEnvUseOfSystemKey":
		return "The platform reserves this key; choose another name."
	case "userDataZeropsPrefixForbidden":
		return "Zerops reserves the prefix ZEROPS_; choose another name."
	case "userDataDeleteForbidden", "recordIsReadOnly":
		return "The platform or zerops.yaml owns this variable; change zerops.yaml and deploy."
	case "appVersionIsBeingBuilt", "appVersionIsBeingDeployed", "deployProcessAlreadyCreated":
		return "A deployment is under way; wait for it, or stop it with cancel_deployment."
	case "appVersionIsNotBeingUploaded", "objectNotFound", "objectContentLengthZero", "objectMimeTypeNotSupported":
		return "The upload did not arrive as it should; deploy again."
	case "maxObjectDiskSizeEstimateExceeded", "zeropsBuildFileTooLarge":
		return "It is too large for the platform; keep out what is not needed with .deployignore."
	case "noExternalRepositoryIntegration":
		return "No repository is connected to the service; deploy a local directory or a public git_url."
	case "triggerBuildRequiresBranchEventType":
		return "The connected repository deploys on tags; push a tag, or deploy a directory or git_url."
	case "userServiceStackRequired":
		return "Only runtimes can be deployed to; list_services with category USER shows them."
	case "userDataSyncRunning", "userDataVersionMismatch":
		return "Variables are being applied; wait for that process, then repeat."
	case "zeropsYamlSetupNotFound":
		return "No setup of that name is in zerops.yaml; pass one of its setup names as setup."
	case "lastCpuModeChangeTooRecent":
		return "The CPU mode can change once an hour; try later."
	case "invalidCustomAutoscalingValue", "valueMustNotBeMoreThan", "valueMustNotBeLessThan":
		return "Keep within the type's limits; list_service_types shows them."
	case "virtualMachineDiskScaleDownImpossible":
		return "Disks only grow."
	case "creditLimitReached", "insufficientCredit", "commonCreditForbidden":
		return "The organisation has no credit left; an owner has to top it up in the Zerops GUI (Billing)."
	case "projectNotLoggerReady", "projectNoServiceStackToLog":
		return "The project has no logs yet; wait until it is ACTIVE."
	case "githubAuthorizationRequired", "gitlabAuthorizationRequired", "githubRepositoryAccessRequired", "gitlabFullApiAccessRequired":
		return "A person has to connect the repository in the Zerops GUI (service → Build, deploy, run pipeline)."
	case "backupUnsupportedStackType", "backupOldStack":
		return "This kind of service has no backups."
	case "backupTagNameFormat", "backupTotalTagLength":
		return "A tag has up to 24 letters, digits, : - or _."
	case "backupNotFound":
		return "list_backups shows the backups of a service."
	case zerops.CodeDomainTaken:
		return "Another routing has the domain, perhaps in another project; remove_domain there first."
	case "publicPortRoutingDuplicatePort":
		return "Another service has this public port; list_ports shows it."
	case "sharedStorageServiceStackInactive":
		return "The storage must be ACTIVE; start_service starts it."
	case "sharedStorageInvalidCategory", "sharedStorageInvalidProject", "sharedStorageNotFound":
		return "Name a shared storage of the same project; list_services with category SHARED_STORAGE shows them."
	case "portNotFound", "publicHttpRoutingPortNotFound":
		return "get_service shows the ports of a service; they come from zerops.yaml and a deployment."
	case "userNotFound":
		return "Some integration tokens cannot create projects this way; import_yaml with a project section can."
	}
	switch {
	case strings.HasPrefix(code, "publicIpRequest"):
		return "It needs an address of the project's own, which get_project shows. A dedicated IPv4 costs money: ask first."
	case strings.HasPrefix(code, "projectWillBe") || strings.HasPrefix(code, "stackWillBe") || strings.HasPrefix(code, "stackOfProject"):
		return "Another process is about to change the same thing; wait for it, then repeat."
	case strings.HasSuffix(code, "SyncRunning"), strings.HasSuffix(code, "VersionMismatch"):
		return "Another change is being applied; wait for it, read again, then repeat."
	case strings.HasPrefix(code, "zeropsYaml"), strings.HasPrefix(code, "yaml"), strings.HasPrefix(code, "projectImport"):
		return "Correct the YAML; get_yaml_schema shows what is allowed where."
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
