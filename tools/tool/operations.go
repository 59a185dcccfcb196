package tool

import (
	"slices"

	"zerops-mcp/zerops"
)

// CuratedTool names the tool that was made for the operation, empty when there is
// none.
func (s *Runner) CuratedTool(op zerops.Operation) string {
	for _, t := range s.Tools {
		if slices.Contains(OperationsOf(t.Name), op) {
			return t.Name
		}
	}
	return ""
}

// OperationsOf lists the operations that do what a tool does.
func OperationsOf(tool string) []zerops.Operation {
	switch tool {
	case "whoami":
		return []zerops.Operation{zerops.GetUserInfo}
	case "create_project":
		return []zerops.Operation{zerops.PostClientProject}
	case "update_project":
		return []zerops.Operation{zerops.PutProject}
	case "start_project":
		return []zerops.Operation{zerops.PutProjectStart}
	case "stop_project":
		return []zerops.Operation{zerops.PutProjectStop}
	case "delete_project":
		return []zerops.Operation{zerops.DeleteProject}
	case "start_service":
		return []zerops.Operation{zerops.PutServiceStackStart}
	case "restart_service":
		return []zerops.Operation{zerops.PutServiceStackRestart, zerops.PutServiceStackReload}
	case "stop_service":
		return []zerops.Operation{zerops.PutServiceStackStop}
	case "delete_service":
		return []zerops.Operation{zerops.DeleteServiceStack}
	case "scale_service":
		return []zerops.Operation{zerops.PutServiceStackAutoscaling}
	case "create_service":
		return []zerops.Operation{zerops.PostProjectServiceStack, zerops.PostProjectServiceStackOld, zerops.PostProjectServiceStackObjectStorageV1}
	case "import_yaml":
		return []zerops.Operation{zerops.PostProjectServiceStackImport, zerops.PostClientProjectImport}
	case "replace_services_from_yaml":
		return []zerops.Operation{zerops.PostProjectServiceStackImport}
	case "export_yaml":
		return []zerops.Operation{zerops.GetProjectExport, zerops.GetServiceStackExport}
	case "deploy_service":
		return []zerops.Operation{
			zerops.PutAppVersionBuildAndDeploy, zerops.PutServiceStackTriggerPipeline, zerops.PutServiceStackTriggerExternalRepositoryIntegration,
			zerops.PostServiceStackAppVersion, zerops.PutAppVersionUpload,
		}
	case "cancel_deployment":
		return []zerops.Operation{zerops.PutAppVersionCancelBuild}
	case "rollback_service":
		return []zerops.Operation{zerops.PutAppVersionDeploy}
	case "validate_zerops_yaml":
		return []zerops.Operation{zerops.PostServiceStackZeropsYamlValidation}
	case "search_logs":
		return []zerops.Operation{zerops.GetProjectLog}
	case "cancel_process":
		return []zerops.Operation{zerops.PutProcessCancel}
	case "set_env":
		return []zerops.Operation{
			zerops.PostServiceStackUserData, zerops.PutUserData, zerops.PostProjectEnv, zerops.PutProjectEnv,
			zerops.PutServiceStackUserDataEnvFile, zerops.PutProjectEnvFile,
		}
	case "delete_env":
		return []zerops.Operation{zerops.DeleteUserData, zerops.DeleteProjectEnv, zerops.PutServiceStackUserDataEnvFile, zerops.PutProjectEnvFile}
	case "reveal_env":
		return []zerops.Operation{zerops.GetUserDataReveal}
	case "set_subdomain_access":
		return []zerops.Operation{zerops.PutServiceStackEnableSubdomainAccess, zerops.PutServiceStackDisableSubdomainAccess}
	case "add_domain":
		return []zerops.Operation{zerops.PostProjectPublicHttpRouting}
	case "remove_domain":
		return []zerops.Operation{zerops.DeletePublicHttpRouting}
	case "add_port":
		return []zerops.Operation{zerops.PostServiceStackPublicPortRouting}
	case "remove_port":
		return []zerops.Operation{zerops.DeletePublicPortRouting}
	case "create_backup":
		return []zerops.Operation{zerops.PostServiceStackBackup}
	case "delete_backup":
		return []zerops.Operation{zerops.DeleteServiceStackBackup}
	case "get_backup_link":
		return []zerops.Operation{zerops.PostServiceStackBackupDownloadUrl}
	case "mount_storage":
		return []zerops.Operation{zerops.PutServiceStackConnectSharedStorage}
	case "unmount_storage":
		return []zerops.Operation{zerops.PutServiceStackDisconnectSharedStorage}
	case "list_members":
		return []zerops.Operation{zerops.GetClientUserList}
	case "list_tokens":
		return []zerops.Operation{zerops.GetClientIntegrationTokenList, zerops.GetUserTokenList}
	}
	return nil
}
