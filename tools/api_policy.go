package tools

import (
	"fmt"
	"slices"

	"zerops-mcp/zerops"
)

// permitted refuses an operation that no argument could make right: the mode of
// the server, its scope, and what only a person should do. It comes before the
// arguments are looked at.
func (c *call) permitted(op zerops.Operation, reading bool) error {
	class := op.Class()
	f := &failure{Operation: op.String()}
	switch {
	case c.server.cfg.ReadOnly && !op.Safe():
		f.Code, f.Message = codeReadOnly, fmt.Sprintf("%s %s, and this server runs read-only; nothing was changed", op, class.Effect)
		f.Hint = "The operator can restart it without --read-only."
	case c.excluded(op) != "":
		f.Code, f.Message = codeOutOfScope, fmt.Sprintf("%s does what %s does, which the operator has excluded from this server; nothing was done", op, c.excluded(op))
		f.Hint = "The operator can change --exclude-tools."
	case op.Reach() == zerops.ReachAccount && !c.server.scope.all():
		f.Code, f.Message = codeOutOfScope, fmt.Sprintf("%s concerns a whole organisation or account, and this server is limited to some projects; nothing was done", op)
		f.Hint = "The operator can start it without --project."
	case class.Has(zerops.PersonOnly):
		f.Code, f.Message = codeBlocked, fmt.Sprintf("%s (%s) is for a person only; nothing was done", op, op.Summary())
		f.Hint = "Where a person does it: " + op.Place() + "."
	case op == zerops.GetProjectList:
		f.Code, f.Message = codeUnsupported, "the Zerops API has no such operation; an old guide mentions it"
		f.Hint = "list_projects, GetClientProject and PostProjectSearch list projects."
	case class.Has(zerops.RevealsSecret) && !c.server.cfg.AllowSecrets:
		f.Code, f.Message = codeSecretWithheld, fmt.Sprintf("the answer of %s is a secret, which this server withholds; nothing was requested", op)
		f.Hint = "The operator can restart it with --allow-secrets."
		if tool := c.server.curatedTool(op); tool != "" && !c.server.byName[tool].Secret {
			f.Hint = tool + " does the job without showing the secret. " + f.Hint
		}
	case reading && !op.Safe():
		f.Code, f.Message = codeInvalidArguments, fmt.Sprintf("%s %s; read_api only calls operations that read", op, class.Effect)
		f.Hint = "Use write_api with the same arguments."
		f.Next = &failureNext{Tool: "describe_api", Arguments: map[string]any{"operation": op.String()}}
	default:
		return nil
	}
	return f
}

// excluded names the tool that the operator excluded and whose work the
// operation does, so that the whole API is no way around it.
func (c *call) excluded(op zerops.Operation) string {
	for _, tool := range c.server.cfg.ExcludeTools {
		if tool == excludeAll {
			return "every tool"
		}
		if slices.Contains(operationsOf(tool), op) {
			return tool
		}
	}
	return ""
}

// curatedTool names the tool that was made for the operation, empty when there is
// none.
func (s *runner) curatedTool(op zerops.Operation) string {
	for _, t := range s.tools {
		if slices.Contains(operationsOf(t.Name), op) {
			return t.Name
		}
	}
	return ""
}

// operationsOf lists the operations that do what a tool does.
func operationsOf(tool string) []zerops.Operation {
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
