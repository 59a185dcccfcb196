package api_test

import (
	"slices"
	"testing"

	"zerops-mcp/tools/tooltest"
)

// questions are what people ask in their own words, and the operations that
// answer them.
var questions = []struct {
	text  string
	right []string
}{
	{"who can access this project", []string{"GetClientUserList", "GetClientUserRoles", "PostClientUserSearch"}},
	{"custom domain certificate", []string{"GetProjectPublicHttpRouting", "GetPublicHttpRouting"}},
	{"how much credit is left", []string{"GetBillingClientStatus"}},
	{"download yesterday's backup", []string{"PostServiceStackBackupDownloadUrl"}},
	{"purge cdn", []string{"PutProjectPurgeCdnStatic", "PutServiceStackPurgeCdn"}},
	{"what did we spend last month", []string{"PostTransactionDebitCostSearch"}},
	{"cost per project per day as a chart", []string{"PostTransactionDebitGroupBySearch"}},
	{"invite a colleague by e-mail", []string{"PostClientUser"}},
	{"remove somebody from the organisation", []string{"DeleteClientUser"}},
	{"make a member an admin", []string{"PutClientUser"}},
	{"give a person access to a single project", []string{"PutClientUserRoles"}},
	{"list all api tokens of the organization", []string{"GetClientIntegrationTokenList"}},
	{"revoke a leaked personal access token", []string{"DeleteUserToken"}},
	{"create a new integration token", []string{"PostClientIntegrationToken"}},
	{"add a custom domain", []string{"PostProjectPublicHttpRouting"}},
	{"check dns of my domain again", []string{"PutPublicHttpRoutingTriggerDomainsDnsCheck"}},
	{"publish the domain changes", []string{"PutProjectSyncPublicHttpRouting"}},
	{"discard domain changes", []string{"PutProjectRevertChangesPublicHttpRouting"}},
	{"order a dedicated ip address", []string{"PutProjectRequestIpv4"}},
	{"open a tcp port of the database to the internet", []string{"PostServiceStackPublicPortRouting"}},
	{"restrict a public port to certain ip addresses", []string{"PutPublicPortRouting"}},
	{"increase the maximum upload size", []string{"PutProjectL7httpbalancerConfig"}},
	{"protect a path with basic auth", []string{"PutPublicHttpRoutingLocation", "PutPublicHttpRouting"}},
	{"make the service public on zerops.app", []string{"PutServiceStackEnableSubdomainAccess"}},
	{"turn off the preview url", []string{"PutServiceStackDisableSubdomainAccess"}},
	{"back up the database now", []string{"PostServiceStackBackup"}},
	{"when was the last backup", []string{"GetServiceStackBackup"}},
	{"change how often backups run", []string{"PutServiceStackBackupConfig"}},
	{"delete an old backup", []string{"DeleteServiceStackBackup"}},
	{"give the service more memory", []string{"PutServiceStackAutoscaling"}},
	{"cpu and ram usage of the last week", []string{"PostStatsHistoryGroupBySearch"}},
	{"current load of the containers", []string{"PostCurrentStatsGroupBySearch"}},
	{"how many containers are running", []string{"GetServiceStackContainer", "PostContainerSearch"}},
	{"restart a service", []string{"PutServiceStackRestart"}},
	{"stop the whole project over night", []string{"PutProjectStop"}},
	{"delete a service", []string{"DeleteServiceStack"}},
	{"roll back to the previous version", []string{"PutAppVersionDeploy"}},
	{"deployment history of a service", []string{"GetServiceStackAppVersion", "PostAppVersionSearch"}},
	{"cancel a running build", []string{"PutAppVersionCancelBuild"}},
	{"clear the build cache", []string{"DeleteServiceStackBuildCache"}},
	{"deploy from a public git repository", []string{"PutServiceStackTriggerPipeline"}},
	{"deploy automatically when I push to main", []string{"PutServiceStackExternalRepositoryIntegration"}},
	{"which branch triggers deployments", []string{"GetServiceStackExternalRepositoryIntegrationStatus"}},
	{"is my zerops.yaml valid", []string{"PostServiceStackZeropsYamlValidation"}},
	{"add a secret environment variable to a service", []string{"PostServiceStackUserData"}},
	{"variables shared by all services of the project", []string{"PostProjectEnv", "GetProjectEnvFile", "PutProjectEnvFile"}},
	{"export environment as .env file", []string{"GetProjectEnvFile", "GetProjectEnvFileDownload"}},
	{"which services use this variable", []string{"PostUserDataSearch"}},
	{"forward logs to an external syslog server", []string{"PutProjectRemoteLogging"}},
	{"address to read the logs", []string{"GetProjectLog"}},
	{"connect my laptop with wireguard", []string{"PostProjectVpn"}},
	{"who is connected to the vpn", []string{"GetProjectVpnList"}},
	{"make the bucket bigger", []string{"PutServiceStackObjectStorageSize"}},
	{"how full is the object storage", []string{"GetServiceStackObjectStorageSize"}},
	{"mount a shared disk into the app", []string{"PutServiceStackConnectSharedStorage"}},
	{"look at files inside a container", []string{"PostServiceStackFileBrowsingAccess"}},
	{"which postgres versions are available", []string{"PostServiceStackTypeSearch", "GetSettings", "GetClientSettings"}},
	{"autoscaling limits of a service type", []string{"GetClientSettingsStackType"}},
	{"show unread notifications", []string{"GetClientUserNotification", "PostUserNotificationSearch"}},
	{"mark all alerts as read", []string{"PutUserNotificationAcknowledgeAll"}},
	{"what is going on in the project right now", []string{"GetProjectProcess"}},
	{"abort a queued job", []string{"PutProcessCancel"}},
	{"copy a project: export as yaml", []string{"GetProjectExport"}},
	{"download an invoice as pdf", []string{"GetCardPaymentInvoicePdf"}},
	{"change vat number", []string{"PutClientBillingInfo"}},
	{"add a credit card", []string{"PostBillingClientPaymentSource"}},
	{"turn on two-factor authentication", []string{"Post2FaTotpRegistrationStart"}},
	{"change my password", []string{"PutUserPassword"}},
	{"upgrade project to high availability core", []string{"PutProjectModeUpgrade"}},
	{"rename the project", []string{"PutProject"}},
	{"install grafana monitoring", []string{"PutClientFirstClassRecipePrometheus"}},
	{"all tags we use", []string{"GetClientProjectTagList"}},
	{"list members", []string{"GetClientUserList"}},
	{"team members and their roles", []string{"GetClientUserList", "PostClientUserSearch"}},
	{"SSL certificate expiration of our domains", []string{"GetProjectPublicHttpRouting", "GetPublicHttpRouting", "PostPublicHttpRoutingSearch"}},
	{"remaining balance", []string{"GetBillingClientStatus"}},
	{"download latest database dump", []string{"PostServiceStackBackupDownloadUrl"}},
	{"invalidate cached assets on the CDN", []string{"PutProjectPurgeCdnStatic", "PutServiceStackPurgeCdn"}},
	{"flush cdn cache for object storage", []string{"PutServiceStackPurgeCdn"}},
	{"monthly bill", []string{"PostTransactionDebitCostSearch", "PostTransactionDebitGroupBySearch"}},
	{"which project is the most expensive", []string{"PostTransactionDebitCostSearch", "PostTransactionDebitGroupBySearch"}},
	{"add user to org", []string{"PostClientUser", "PutClientUserConnect"}},
	{"remove a user's access", []string{"DeleteClientUser", "PutClientUserRoles"}},
	{"revoke token", []string{"DeleteUserToken", "DeleteClientIntegrationToken"}},
	{"rotate an integration token", []string{"PutClientIntegrationTokenRegenerate"}},
	{"attach domain example.com to my app", []string{"PostProjectPublicHttpRouting"}},
	{"detach a domain", []string{"DeletePublicHttpRouting"}},
	{"redirect www to apex", []string{"PutPublicHttpRouting", "PutPublicHttpRoutingLocation"}},
	{"rate limiting for a route", []string{"PutPublicHttpRoutingLocation", "PutPublicHttpRouting"}},
	{"firewall rules of public ports", []string{"GetServiceStackPublicPortRouting", "PostPublicPortRoutingSearch", "PutPublicPortRouting"}},
	{"expose postgres publicly", []string{"PostServiceStackPublicPortRouting"}},
	{"buy IPv4", []string{"PutProjectRequestIpv4"}},
	{"nginx configuration", []string{"GetServiceStackNginxConf", "GetProjectL7httpbalancerConfig"}},
	{"load balancer settings", []string{"GetProjectL7httpbalancerConfig", "PutProjectL7httpbalancerConfig"}},
	{"enable subdomain", []string{"PutServiceStackEnableSubdomainAccess"}},
	{"trigger backup", []string{"PostServiceStackBackup"}},
	{"list backups", []string{"GetServiceStackBackup"}},
	{"backup retention policy", []string{"PutServiceStackBackupConfig", "GetServiceStackBackup"}},
	{"scale horizontally", []string{"PutServiceStackAutoscaling"}},
	{"set minimum number of containers", []string{"PutServiceStackAutoscaling"}},
	{"disk usage over time", []string{"PostStatsHistoryGroupBySearch"}},
	{"reload without downtime", []string{"PutServiceStackReload"}},
	{"start service", []string{"PutServiceStackStart"}},
	{"shut down a service", []string{"PutServiceStackStop"}},
	{"destroy project", []string{"DeleteProject"}},
	{"wake up the project", []string{"PutProjectStart"}},
	{"create postgres database service", []string{"PostProjectServiceStack", "PostProjectServiceStackImport"}},
	{"import yaml into existing project", []string{"PostProjectServiceStackImport"}},
	{"create project from yaml", []string{"PostClientProjectImport"}},
	{"new empty project", []string{"PostClientProject"}},
	{"create s3 bucket", []string{"PostProjectServiceStackObjectStorageV1"}},
	{"find project by name", []string{"GetClientProjectsByName", "PostProjectSearch"}},
	{"find service by hostname", []string{"GetServiceStackByName"}},
	{"download the deployed source code", []string{"GetAppVersionAppCode"}},
	{"list failed builds", []string{"PostAppVersionSearch", "GetServiceStackAppVersion"}},
	{"debug a failing build", []string{"PutServiceStackDebug"}},
	{"disconnect github repo", []string{"PutServiceStackExternalRepositoryIntegration"}},
	{"list my github repositories", []string{"GetGithubRepository"}},
	{"branches of a gitlab repo", []string{"GetGitlabRepositoryBranch"}},
	{"run the pipeline again for the latest commit", []string{"PutServiceStackTriggerExternalRepositoryIntegration"}},
	{"show env vars of service", []string{"GetServiceStackEnv", "GetServiceStackUserData"}},
	{"delete env var", []string{"DeleteUserData", "DeleteProjectEnv"}},
	{"update project variable", []string{"PutProjectEnv"}},
	{"replace all env variables of a service from a file", []string{"PutServiceStackUserDataEnvFile"}},
	{"reveal the value of a sensitive variable", []string{"GetUserDataReveal"}},
	{"send logs to betterstack", []string{"PutProjectRemoteLogging"}},
	{"prometheus scrape config", []string{"PutPrometheusConfig", "PatchPrometheusConfig"}},
	{"set up ELK", []string{"PutClientFirstClassRecipeElk"}},
	{"vpn peers", []string{"GetProjectVpnList"}},
	{"remove vpn key", []string{"DeleteProjectVpn"}},
	{"unmount storage", []string{"PutServiceStackDisconnectSharedStorage"}},
	{"object storage policy public read", []string{"PutServiceStackObjectStorageSize"}},
	{"supported node versions", []string{"PostServiceStackTypeSearch", "GetSettings", "GetClientSettings"}},
	{"json schema of zerops.yml", []string{"GetSettingsZeropsYamlJsonSchemaJson", "GetSettingsZeropsYmlJsonSchemaJson"}},
	{"schema of the import file", []string{"GetSettingsImportProjectYamlJsonSchemaJson", "GetSettingsImportProjectYmlJsonSchemaJson"}},
	{"regions", []string{"GetRegion", "GetRegionZcli"}},
	{"data center locations", []string{"GetSettings", "GetClientSettings", "GetRegion"}},
	{"dismiss notification", []string{"PutUserNotificationAcknowledge", "PutUserNotificationAcknowledgeAll"}},
	{"error notifications", []string{"GetClientUserNotification", "PostUserNotificationSearch"}},
	{"running processes", []string{"GetProjectProcess", "GetServiceStackProcess", "PostProcessSearch"}},
	{"status of a process", []string{"GetProcess"}},
	{"past payments", []string{"GetClientCardPayment", "PostCardPaymentSearch"}},
	{"invoices", []string{"GetCardPaymentInvoice", "GetCardPaymentInvoicePdf", "GetClientCardPayment", "GetCardPaymentInvoiceFile"}},
	{"top up credit", []string{"PostBillingClientPayment"}},
	{"auto top-up", []string{"PutBillingClientAutochargeOptions", "GetBillingClientStatus"}},
	{"company billing address", []string{"GetClientBillingInfo", "PutClientBillingInfo"}},
	{"recovery codes", []string{"Get2FaRecoveryCodes"}},
	{"register a passkey", []string{"PostWebauthnRegistrationStart", "PostWebauthnRegistrationFinish"}},
	{"reset forgotten password", []string{"PutUserRecoverPassword"}},
	{"upgrade LIGHT core to SERIOUS", []string{"PutProjectModeUpgrade"}},
	{"change project description and tags", []string{"PutProject"}},
	{"spending limit of a project", []string{"PutProject"}},
	{"recipes", []string{"GetRecipeData", "GetRecipeInfo"}},
	{"who am I", []string{"GetUserInfo"}},
	{"rename organization", []string{"PutClientAccountInfo"}},
	{"delete my organization", []string{"DeleteClient"}},
	{"resize quota", []string{"PutServiceStackObjectStorageSize"}},
	{"which app version is active", []string{"GetServiceStack", "GetServiceStackAppVersion"}},
	{"delete old app version", []string{"DeleteAppVersion"}},
	{"upload code", []string{"PutAppVersionUpload", "PostServiceStackAppVersion"}},
	{"latest zcli version", []string{"GetZcliVersion"}},
}

// TestSearchAPIAnswersQuestions holds the search to 19 of 20 questions within
// the first three answers, and 4 of 5 with the first.
func TestSearchAPIAnswersQuestions(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	first, near := 0, 0
	for _, q := range questions {
		position := -1
		items := h.Call("search_api", tooltest.Args{"query": q.text}).Items()
		for i, item := range items {
			name, _ := item["operation"].(string)
			if position < 0 && slices.Contains(q.right, name) {
				position = i
			}
		}
		switch {
		case position == 0:
			first++
			near++
		case position > 0 && position < 3:
			near++
		default:
			t.Logf("%q: want one of %v, got %v", q.text, q.right, names(items))
		}
	}
	total := len(questions)
	t.Logf("%d questions: %d first, %d within three", total, first, near)
	if total < 60 || near*20 < total*19 || first*5 < total*4 {
		t.Errorf("%d questions: %d first, %d within three", total, first, near)
	}
	if n := len(h.Sim.Requests()); n > 0 {
		t.Errorf("searching sent %d requests", n)
	}
}

func names(items []map[string]any) []any {
	var list []any
	for _, item := range items {
		list = append(list, item["operation"])
	}
	return list
}
