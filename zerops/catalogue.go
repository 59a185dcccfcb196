package zerops

import "net/http"

// Operations of the API, sorted by name; the catalogue below says what each does.
const (
	Delete2FaCredentials Operation = iota + 1
	Delete2FaTotp
	DeleteAppVersion
	DeleteAvatar
	DeleteBillingClientPaymentSource
	DeleteClient
	DeleteClientAvatar
	DeleteClientIntegrationToken
	DeleteClientIntegrationTokenDelegation
	DeleteClientUser
	DeleteProject
	DeleteProjectBackup
	DeleteProjectEnv
	DeleteProjectVpn
	DeletePublicHttpRouting
	DeletePublicPortRouting
	DeleteServiceStack
	DeleteServiceStackBackup
	DeleteServiceStackBuildCache
	DeleteServiceStackCdn
	DeleteUserData
	DeleteUserToken
	Get2FaCredentialsList
	Get2FaRecoveryCodes
	GetAppVersion
	GetAppVersionAppCode
	GetAuthInfo
	GetAuthSudo
	GetBillingClientAvailableAddons
	GetBillingClientPaymentSource
	GetBillingClientStatus
	GetCardPayment
	GetCardPaymentInvoice
	GetCardPaymentInvoiceFile
	GetCardPaymentInvoicePdf
	GetClient
	GetClientBillingInfo
	GetClientCardPayment
	GetClientIntegrationToken
	GetClientIntegrationTokenDelegation
	GetClientIntegrationTokenDelegationList
	GetClientIntegrationTokenList
	GetClientProject
	GetClientProjectTagList
	GetClientProjectsByName
	GetClientSettings
	GetClientSettingsStackType
	GetClientUser
	GetClientUserList
	GetClientUserNotification
	GetClientUserRoles
	GetGithubAuthUrl
	GetGithubRepository
	GetGithubRepositoryBranch
	GetGithubSudoUrl
	GetGitlabAuthUrl
	GetGitlabRepository
	GetGitlabRepositoryBranch
	GetGitlabSudoUrl
	GetProcess
	GetProject
	GetProjectBackup
	GetProjectEnv
	GetProjectEnvFile
	GetProjectEnvFileDownload
	GetProjectEnvReveal
	GetProjectExport
	GetProjectL7httpbalancerConfig
	GetProjectList
	GetProjectLog
	GetProjectProcess
	GetProjectPublicHttpRouting
	GetProjectServiceStack
	GetProjectVpn
	GetProjectVpnList
	GetPublicHttpRouting
	GetPublicPortRouting
	GetRecipeData
	GetRecipeInfo
	GetRegion
	GetRegionZcli
	GetServiceStack
	GetServiceStackAppVersion
	GetServiceStackBackup
	GetServiceStackByName
	GetServiceStackContainer
	GetServiceStackEnv
	GetServiceStackExport
	GetServiceStackExternalRepositoryIntegrationStatus
	GetServiceStackNginxConf
	GetServiceStackObjectStorageSize
	GetServiceStackProcess
	GetServiceStackPublicPortRouting
	GetServiceStackService
	GetServiceStackUserData
	GetSettings
	GetSettingsCountryList
	GetSettingsImportProjectYamlJsonSchemaJson
	GetSettingsImportProjectYmlJsonSchemaJson
	GetSettingsZeropsYamlJsonSchemaJson
	GetSettingsZeropsYmlJsonSchemaJson
	GetUserClientList
	GetUserData
	GetUserDataReveal
	GetUserInfo
	GetUserNotification
	GetUserToken
	GetUserTokenList
	GetUserVerifyEmail
	GetZcliVersion
	PatchPrometheusConfig
	Post2FaLoginFinish
	Post2FaLoginStart
	Post2FaRecoveryCodesRegenerate
	Post2FaTotpLogin
	Post2FaTotpRegistrationFinish
	Post2FaTotpRegistrationStart
	PostAppVersionSearch
	PostAuthLogin
	PostAuthLogout
	PostAuthRefresh
	PostAuthSudo
	PostBillingClientCreditExport
	PostBillingClientPayment
	PostBillingClientPaymentSource
	PostBillingClientPromoCode
	PostCardPaymentSearch
	PostCardPaymentStripeWebhook
	PostClient
	PostClientIntegrationToken
	PostClientProject
	PostClientProjectImport
	PostClientSearch
	PostClientUser
	PostClientUserSearch
	PostClientUserValidate
	PostClientVersionSearch
	PostContainerSearch
	PostCountrySearch
	PostCurrencySearch
	PostCurrentStatsGroupBySearch
	PostGithubSudo
	PostGithubUserLogin
	PostGithubUserRegistration
	PostGithubUserRepositoryAccess
	PostGitlabSudo
	PostGitlabUserLogin
	PostGitlabUserRegistration
	PostGitlabUserRepositoryAccess
	PostLanguageSearch
	PostProcessSearch
	PostProjectEnv
	PostProjectPublicHttpRouting
	PostProjectSearch
	PostProjectServiceStack
	PostProjectServiceStackImport
	PostProjectServiceStackObjectStorageV1
	PostProjectServiceStackOld
	PostProjectVpn
	PostPublicHttpRoutingSearch
	PostPublicPortRoutingSearch
	PostRegistration
	PostResourceConsumptionGroupBySearch
	PostServiceSearch
	PostServiceStackAppVersion
	PostServiceStackBackup
	PostServiceStackBackupDownloadUrl
	PostServiceStackFileBrowsingAccess
	PostServiceStackGithubWebhook
	PostServiceStackGitlabWebhook
	PostServiceStackPublicPortRouting
	PostServiceStackSearch
	PostServiceStackTypeSearch
	PostServiceStackUserData
	PostServiceStackZeropsYamlValidation
	PostStatsHistoryGroupBySearch
	PostTransactionDebitCostSearch
	PostTransactionDebitGroupBySearch
	PostUserDataSearch
	PostUserNotificationSearch
	PostUserToken
	PostWebSocketLogin
	PostWebauthnLoginFinish
	PostWebauthnLoginStart
	PostWebauthnRegistrationFinish
	PostWebauthnRegistrationStart
	PutAppVersion
	PutAppVersionBuildAndDeploy
	PutAppVersionCancelBuild
	PutAppVersionDeploy
	PutAppVersionUpload
	PutAvatar
	PutBillingClientAddon
	PutBillingClientAutochargeOptions
	PutClientAccountInfo
	PutClientAvatar
	PutClientBillingInfo
	PutClientFirstClassRecipeElk
	PutClientFirstClassRecipePrometheus
	PutClientIntegrationToken
	PutClientIntegrationTokenRegenerate
	PutClientUser
	PutClientUserConnect
	PutClientUserRoles
	PutProcessCancel
	PutProject
	PutProjectEnv
	PutProjectEnvFile
	PutProjectFirstClassRecipeDevelopmentContainer
	PutProjectL7httpbalancerConfig
	PutProjectModeUpgrade
	PutProjectPublicIpv4Shared
	PutProjectPurgeCdnStatic
	PutProjectRemoteLogging
	PutProjectRequestIpv4
	PutProjectRevertChangesPublicHttpRouting
	PutProjectRevertChangesPublicPortRouting
	PutProjectStart
	PutProjectStop
	PutProjectSyncPublicHttpRouting
	PutProjectSyncPublicPortRouting
	PutPrometheusConfig
	PutPublicHttpRouting
	PutPublicHttpRoutingLocation
	PutPublicHttpRoutingRestore
	PutPublicHttpRoutingTriggerDomainsDnsCheck
	PutPublicPortRouting
	PutPublicPortRoutingRestore
	PutServiceStackAutoscaling
	PutServiceStackBackup
	PutServiceStackBackupConfig
	PutServiceStackCdn
	PutServiceStackConnectSharedStorage
	PutServiceStackDebug
	PutServiceStackDisableSubdomainAccess
	PutServiceStackDisconnectSharedStorage
	PutServiceStackEnableSubdomainAccess
	PutServiceStackExternalRepositoryIntegration
	PutServiceStackNextAppVersion
	PutServiceStackObjectStorageSize
	PutServiceStackPurgeCdn
	PutServiceStackReload
	PutServiceStackRestart
	PutServiceStackStart
	PutServiceStackStop
	PutServiceStackTriggerExternalRepositoryIntegration
	PutServiceStackTriggerPipeline
	PutServiceStackUserDataEnvFile
	PutUser
	PutUserAuthorizeClient
	PutUserData
	PutUserNotificationAcknowledge
	PutUserNotificationAcknowledgeAll
	PutUserPassword
	PutUserPasswordViaToken
	PutUserRecoverPassword
	PutUserSendVerificationEmail
	PutUserToken
)

// catalogue is the only place where a method and a path are written. Its class,
// subject and reach were reviewed operation by operation; the rules behind them:
//
//   - A search, a validation or a download address changes nothing, so it reads,
//     though it is a POST. A GET that uses up a link does not.
//   - Whatever removes, stops, cancels or discards destroys, and so does going
//     back to an older version, because the variables go back with it.
//   - Signing in, proving who one is, making or changing tokens, cards and
//     payments is for a person. Revoking a token is not: it takes rights away.
//
// Index 0 stands for no operation.
var catalogue = [...]entry{
	// Area auth.
	Get2FaCredentialsList: {
		name: "Get2FaCredentialsList", method: http.MethodGet, path: "/2fa/credentials/list", area: "auth",
		summary: "List the user's passkeys and security keys",
		class:   Class{Effect: Reads}, reach: ReachCaller,
	},
	Delete2FaCredentials: {
		name: "Delete2FaCredentials", method: http.MethodDelete, path: "/2fa/credentials/{id}", area: "auth",
		summary: "Remove a passkey or security key",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: PersonOnly}, subject: SubjectCredential, place: placeSecurity,
	},
	Post2FaLoginFinish: {
		name: "Post2FaLoginFinish", method: http.MethodPost, path: "/2fa/login/finish", area: "auth",
		summary: "Finish a sign-in with a security key as second factor",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: PersonOnly}, place: placeSignIn,
	},
	Post2FaLoginStart: {
		name: "Post2FaLoginStart", method: http.MethodPost, path: "/2fa/login/start", area: "auth",
		summary: "Start a sign-in with a security key as second factor",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: PersonOnly}, place: placeSignIn,
	},
	Get2FaRecoveryCodes: {
		name: "Get2FaRecoveryCodes", method: http.MethodGet, path: "/2fa/recovery-codes", area: "auth",
		summary: "Read the user's recovery codes for the second factor",
		class:   Class{Effect: Reads, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	Post2FaRecoveryCodesRegenerate: {
		name: "Post2FaRecoveryCodesRegenerate", method: http.MethodPost, path: "/2fa/recovery-codes/regenerate", area: "auth",
		summary: "Invalidate and reissue the recovery codes for the second factor",
		can:     Replaces,
		class:   Class{Effect: Destroys, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	Delete2FaTotp: {
		name: "Delete2FaTotp", method: http.MethodDelete, path: "/2fa/totp", area: "auth",
		summary: "Turn off the authenticator app (TOTP) as second factor",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: PersonOnly}, place: placeSecurity,
	},
	Post2FaTotpLogin: {
		name: "Post2FaTotpLogin", method: http.MethodPost, path: "/2fa/totp/login", area: "auth",
		summary: "Complete a sign-in with a code of the authenticator app",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: RevealsSecret | PersonOnly}, place: placeSignIn,
	},
	Post2FaTotpRegistrationFinish: {
		name: "Post2FaTotpRegistrationFinish", method: http.MethodPost, path: "/2fa/totp/registration/finish", area: "auth",
		summary: "Confirm the authenticator app with a first code",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: PersonOnly}, place: placeSecurity,
	},
	Post2FaTotpRegistrationStart: {
		name: "Post2FaTotpRegistrationStart", method: http.MethodPost, path: "/2fa/totp/registration/start", area: "auth",
		summary: "Begin to set up an authenticator app (answers its secret)",
		can:     Changes,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	GetAuthInfo: {
		name: "GetAuthInfo", method: http.MethodGet, path: "/auth/info", area: "auth",
		summary: "Describe the current session or token: expiry, second factor, user",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, reach: ReachCaller,
	},
	PostAuthLogin: {
		name: "PostAuthLogin", method: http.MethodPost, path: "/auth/login", area: "auth",
		summary: "Log in with e-mail and password (browser session)",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSignIn,
	},
	PostAuthLogout: {
		name: "PostAuthLogout", method: http.MethodPost, path: "/auth/logout", area: "auth",
		summary: "Revoke the current session",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: PersonOnly}, place: placeProfileMenu,
	},
	PostAuthRefresh: {
		name: "PostAuthRefresh", method: http.MethodPost, path: "/auth/refresh", area: "auth",
		summary: "Exchange a refresh token for a new session",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSignIn,
	},
	GetAuthSudo: {
		name: "GetAuthSudo", method: http.MethodGet, path: "/auth/sudo", area: "auth",
		summary: "Whether the session is in sudo mode and until when",
		class:   Class{Effect: Reads}, reach: ReachCaller,
	},
	PostAuthSudo: {
		name: "PostAuthSudo", method: http.MethodPost, path: "/auth/sudo", area: "auth",
		summary: "Enter sudo mode by re-proving identity",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	GetGithubAuthUrl: {
		name: "GetGithubAuthUrl", method: http.MethodGet, path: "/github/auth-url", area: "auth",
		summary: "GitHub sign-in, registration or repository grant address",
		class:   Class{Effect: Reads, Traits: RevealsSecret | PersonOnly}, place: placeGithub,
	},
	PostGithubSudo: {
		name: "PostGithubSudo", method: http.MethodPost, path: "/github/sudo", area: "auth",
		summary: "Enter sudo mode through GitHub",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	GetGithubSudoUrl: {
		name: "GetGithubSudoUrl", method: http.MethodGet, path: "/github/sudo-url", area: "auth",
		summary: "GitHub OAuth URL for sudo mode",
		class:   Class{Effect: Reads, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	PostGithubUserLogin: {
		name: "PostGithubUserLogin", method: http.MethodPost, path: "/github/user-login", area: "auth",
		summary: "Log in through GitHub",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSignIn,
	},
	PostGithubUserRegistration: {
		name: "PostGithubUserRegistration", method: http.MethodPost, path: "/github/user-registration", area: "auth",
		summary: "Register through GitHub",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSignUp,
	},
	GetGitlabAuthUrl: {
		name: "GetGitlabAuthUrl", method: http.MethodGet, path: "/gitlab/auth-url", area: "auth",
		summary: "GitLab sign-in, registration or repository grant address",
		class:   Class{Effect: Reads, Traits: RevealsSecret | PersonOnly}, place: placeGitlab,
	},
	PostGitlabSudo: {
		name: "PostGitlabSudo", method: http.MethodPost, path: "/gitlab/sudo", area: "auth",
		summary: "Enter sudo mode through GitLab",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	GetGitlabSudoUrl: {
		name: "GetGitlabSudoUrl", method: http.MethodGet, path: "/gitlab/sudo-url", area: "auth",
		summary: "GitLab OAuth URL for sudo mode",
		class:   Class{Effect: Reads, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	PostGitlabUserLogin: {
		name: "PostGitlabUserLogin", method: http.MethodPost, path: "/gitlab/user-login", area: "auth",
		summary: "Log in through GitLab",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSignIn,
	},
	PostGitlabUserRegistration: {
		name: "PostGitlabUserRegistration", method: http.MethodPost, path: "/gitlab/user-registration", area: "auth",
		summary: "Register through GitLab",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSignUp,
	},
	PostRegistration: {
		name: "PostRegistration", method: http.MethodPost, path: "/registration", area: "auth",
		summary: "Register a new user account",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSignUp,
	},
	PostWebauthnLoginFinish: {
		name: "PostWebauthnLoginFinish", method: http.MethodPost, path: "/webauthn/login/finish", area: "auth",
		summary: "Finish a passkey login",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSignIn,
	},
	PostWebauthnLoginStart: {
		name: "PostWebauthnLoginStart", method: http.MethodPost, path: "/webauthn/login/start", area: "auth",
		summary: "Start a passkey login",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: PersonOnly}, place: placeSignIn,
	},
	PostWebauthnRegistrationFinish: {
		name: "PostWebauthnRegistrationFinish", method: http.MethodPost, path: "/webauthn/registration/finish", area: "auth",
		summary: "Finish adding a passkey",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	PostWebauthnRegistrationStart: {
		name: "PostWebauthnRegistrationStart", method: http.MethodPost, path: "/webauthn/registration/start", area: "auth",
		summary: "Begin adding a passkey",
		can:     Changes,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeSecurity,
	},
	PostWebSocketLogin: {
		name: "PostWebSocketLogin", method: http.MethodPost, path: "/web-socket/login", area: "auth",
		summary: "Exchange a token for a web socket session that pushes changes",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly | Undocumented}, place: placePush,
	},

	// Area account.
	GetUserInfo: {
		name: "GetUserInfo", method: http.MethodGet, path: "/user/info", area: "account",
		summary: "Who the token belongs to and which organisations it can act in",
		class:   Class{Effect: Reads}, reach: ReachCaller,
	},
	GetUserClientList: {
		name: "GetUserClientList", method: http.MethodGet, path: "/user/client/list", area: "account",
		summary: "List the organisations that the token can act in",
		class:   Class{Effect: Reads, Traits: Undocumented}, reach: ReachCaller,
	},
	PutUser: {
		name: "PutUser", method: http.MethodPut, path: "/user/{id}", area: "account",
		summary: "Update the user's profile",
		can:     Replaces | Changes,
		class:   Class{Effect: Updates, Traits: FullReplacement}, subject: SubjectUser, current: GetUserInfo,
	},
	DeleteAvatar: {
		name: "DeleteAvatar", method: http.MethodDelete, path: "/avatar/", area: "account",
		summary: "Delete the user's picture",
		can:     Deletes,
		class:   Class{Effect: Destroys},
	},
	PutAvatar: {
		name: "PutAvatar", method: http.MethodPut, path: "/avatar/", area: "account",
		summary: "Upload the user's picture",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: PersonOnly}, place: placeProfile,
	},
	PutUserAuthorizeClient: {
		name: "PutUserAuthorizeClient", method: http.MethodPut, path: "/user/authorize-client", area: "account",
		summary: "Accept an organisation invitation",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: PersonOnly}, place: placeInvitation,
	},
	PutUserPassword: {
		name: "PutUserPassword", method: http.MethodPut, path: "/user/password", area: "account",
		summary: "Change or set the password",
		can:     Replaces,
		class:   Class{Effect: Updates, Traits: PersonOnly}, place: placeSecurity,
	},
	PutUserPasswordViaToken: {
		name: "PutUserPasswordViaToken", method: http.MethodPut, path: "/user/password-via-token", area: "account",
		summary: "Set a password with an e-mailed token",
		can:     Replaces,
		class:   Class{Effect: Updates, Traits: RevealsSecret | PersonOnly}, place: placeRecovery,
	},
	PutUserRecoverPassword: {
		name: "PutUserRecoverPassword", method: http.MethodPut, path: "/user/recover-password", area: "account",
		summary: "Send a password recovery e-mail",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: PersonOnly}, place: placeRecovery,
	},
	GetUserVerifyEmail: {
		name: "GetUserVerifyEmail", method: http.MethodGet, path: "/user/verify-email/{id}", area: "account",
		summary: "Consume an e-mail verification link",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: PersonOnly}, subject: SubjectOneTimeToken, place: placeEmail,
	},
	PutUserSendVerificationEmail: {
		name: "PutUserSendVerificationEmail", method: http.MethodPut, path: "/user/{id}/send-verification-email", area: "account",
		summary: "Resend the verification e-mail",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: PersonOnly}, subject: SubjectUser, place: placeEmail,
	},

	// Area token.
	PostUserToken: {
		name: "PostUserToken", method: http.MethodPost, path: "/user-token", area: "token",
		summary: "Create a personal access token (value returned once)",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, place: placeTokens,
	},
	GetUserTokenList: {
		name: "GetUserTokenList", method: http.MethodGet, path: "/user-token/list", area: "token",
		summary: "List the user's personal access tokens",
		class:   Class{Effect: Reads}, reach: ReachCaller,
	},
	DeleteUserToken: {
		name: "DeleteUserToken", method: http.MethodDelete, path: "/user-token/{id}", area: "token",
		summary: "Revoke a personal access token",
		can:     Deletes,
		class:   Class{Effect: Destroys}, subject: SubjectUserToken,
	},
	GetUserToken: {
		name: "GetUserToken", method: http.MethodGet, path: "/user-token/{id}", area: "token",
		summary: "One personal access token record",
		class:   Class{Effect: Reads}, subject: SubjectUserToken, reach: ReachCaller,
	},
	PutUserToken: {
		name: "PutUserToken", method: http.MethodPut, path: "/user-token/{id}", area: "token",
		summary: "Rename a personal access token",
		can:     Changes,
		class:   Class{Effect: Updates}, subject: SubjectUserToken,
	},
	PostClientIntegrationToken: {
		name: "PostClientIntegrationToken", method: http.MethodPost, path: "/client/{id}/integration-token", area: "token",
		summary: "Create an integration token (value returned once)",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, subject: SubjectOrganisation, place: placeTokens,
	},
	GetClientIntegrationTokenList: {
		name: "GetClientIntegrationTokenList", method: http.MethodGet, path: "/client/{id}/integration-token/list", area: "token",
		summary: "List the organisation's integration tokens (never values)",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	DeleteClientIntegrationToken: {
		name: "DeleteClientIntegrationToken", method: http.MethodDelete, path: "/client/{id}/integration-token/{tokenId}", area: "token",
		summary: "Revoke an integration token immediately",
		can:     Deletes,
		class:   Class{Effect: Destroys}, subject: SubjectOrganisation,
	},
	GetClientIntegrationToken: {
		name: "GetClientIntegrationToken", method: http.MethodGet, path: "/client/{id}/integration-token/{tokenId}", area: "token",
		summary: "One integration token's scope",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PutClientIntegrationToken: {
		name: "PutClientIntegrationToken", method: http.MethodPut, path: "/client/{id}/integration-token/{tokenId}", area: "token",
		summary: "Replace an integration token's name/role/project grants (value unchanged)",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: PersonOnly | FullReplacement}, subject: SubjectOrganisation, place: placeTokens, current: GetClientIntegrationToken,
	},
	PutClientIntegrationTokenRegenerate: {
		name: "PutClientIntegrationTokenRegenerate", method: http.MethodPut, path: "/client/{id}/integration-token/{tokenId}/regenerate", area: "token",
		summary: "Issue a new value for an integration token (old one dies at once)",
		can:     Replaces | Grants,
		class:   Class{Effect: Destroys, Traits: RevealsSecret | PersonOnly}, subject: SubjectOrganisation, place: placeTokens,
	},
	GetClientIntegrationTokenDelegation: {
		name: "GetClientIntegrationTokenDelegation", method: http.MethodGet, path: "/client/{id}/integration-token/{tokenId}/delegation", area: "token",
		summary: "List the one-time rights of an integration token to mint another",
		class:   Class{Effect: Reads, Traits: Undocumented}, subject: SubjectOrganisation,
	},
	GetClientIntegrationTokenDelegationList: {
		name: "GetClientIntegrationTokenDelegationList", method: http.MethodGet, path: "/client/{id}/integration-token-delegation/list", area: "token",
		summary: "List the one-time rights of all integration tokens of an organisation to mint another",
		class:   Class{Effect: Reads, Traits: Undocumented}, subject: SubjectOrganisation,
	},
	DeleteClientIntegrationTokenDelegation: {
		name: "DeleteClientIntegrationTokenDelegation", method: http.MethodDelete, path: "/client/{id}/integration-token/{tokenId}/delegation/{delegationId}", area: "token",
		summary: "Withdraw a one-time right of an integration token to mint another",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: Undocumented}, subject: SubjectOrganisation,
	},

	// Area org.
	PostClient: {
		name: "PostClient", method: http.MethodPost, path: "/client", area: "org",
		summary: "Create a new organisation (client)",
		can:     Changes,
		class:   Class{Effect: Creates},
	},
	PostClientVersionSearch: {
		name: "PostClientVersionSearch", method: http.MethodPost, path: "/client-version/search", area: "org",
		summary: "Search the history of organisation records",
		class:   Class{Effect: Reads, Traits: IndexBacked},
	},
	PostClientSearch: {
		name: "PostClientSearch", method: http.MethodPost, path: "/client/search", area: "org",
		summary: "Search organisations",
		class:   Class{Effect: Reads, Traits: IndexBacked},
	},
	DeleteClient: {
		name: "DeleteClient", method: http.MethodDelete, path: "/client/{id}", area: "org",
		summary: "Delete an organisation",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: PersonOnly}, subject: SubjectOrganisation, place: placeOrganisation,
	},
	GetClient: {
		name: "GetClient", method: http.MethodGet, path: "/client/{id}", area: "org",
		summary: "One organisation",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PutClientAccountInfo: {
		name: "PutClientAccountInfo", method: http.MethodPut, path: "/client/{id}/account-info", area: "org",
		summary: "Rename the organisation",
		can:     Changes,
		class:   Class{Effect: Updates}, subject: SubjectOrganisation,
	},
	DeleteClientAvatar: {
		name: "DeleteClientAvatar", method: http.MethodDelete, path: "/client/{id}/avatar", area: "org",
		summary: "Delete the organisation's picture",
		can:     Deletes,
		class:   Class{Effect: Destroys}, subject: SubjectOrganisation,
	},
	PutClientAvatar: {
		name: "PutClientAvatar", method: http.MethodPut, path: "/client/{id}/avatar", area: "org",
		summary: "Upload the organisation's picture",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: PersonOnly}, subject: SubjectOrganisation, place: placeOrganisation,
	},

	// Area member.
	PostClientUserSearch: {
		name: "PostClientUserSearch", method: http.MethodPost, path: "/client-user/search", area: "member",
		summary: "Search memberships of the organisation",
		class:   Class{Effect: Reads, Traits: IndexBacked},
	},
	DeleteClientUser: {
		name: "DeleteClientUser", method: http.MethodDelete, path: "/client-user/{id}", area: "member",
		summary: "Remove a member from the organisation",
		can:     Deletes,
		class:   Class{Effect: Destroys}, subject: SubjectMember,
	},
	GetClientUser: {
		name: "GetClientUser", method: http.MethodGet, path: "/client-user/{id}", area: "member",
		summary: "One membership of the organisation",
		class:   Class{Effect: Reads}, subject: SubjectMember,
	},
	PutClientUser: {
		name: "PutClientUser", method: http.MethodPut, path: "/client-user/{id}", area: "member",
		summary: "Change a member's role and finance/project flags",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: FullReplacement}, subject: SubjectMember, current: GetClientUser,
	},
	GetClientUserRoles: {
		name: "GetClientUserRoles", method: http.MethodGet, path: "/client-user/{id}/roles", area: "member",
		summary: "A member's per-project role overrides",
		class:   Class{Effect: Reads}, subject: SubjectMember,
	},
	PutClientUserRoles: {
		name: "PutClientUserRoles", method: http.MethodPut, path: "/client-user/{id}/roles", area: "member",
		summary: "Replace a member's whole list of per-project role overrides",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: FullReplacement}, subject: SubjectMember, current: GetClientUserRoles,
	},
	PostClientUser: {
		name: "PostClientUser", method: http.MethodPost, path: "/client/{id}/user", area: "member",
		summary: "Invite a person into the organisation with a role",
		can:     Grants,
		class:   Class{Effect: Creates}, subject: SubjectOrganisation,
	},
	PutClientUserConnect: {
		name: "PutClientUserConnect", method: http.MethodPut, path: "/client/{id}/user/connect", area: "member",
		summary: "Add an existing user to the organisation with a role",
		can:     Grants,
		class:   Class{Effect: Creates}, subject: SubjectOrganisation,
	},
	GetClientUserList: {
		name: "GetClientUserList", method: http.MethodGet, path: "/client/{id}/user/list", area: "member",
		summary: "List the organisation's members",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PostClientUserValidate: {
		name: "PostClientUserValidate", method: http.MethodPost, path: "/client/{id}/user/validate", area: "member",
		summary: "Check whether an e-mail address can be invited",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},

	// Area billing.
	PutBillingClientAddon: {
		name: "PutBillingClientAddon", method: http.MethodPut, path: "/billing/client/{clientId}/addon/{id}", area: "billing",
		summary: "Turn a paid add-on on or off (charges money)",
		can:     Costs,
		class:   Class{Effect: Updates}, subject: SubjectOrganisation,
	},
	PutBillingClientAutochargeOptions: {
		name: "PutBillingClientAutochargeOptions", method: http.MethodPut, path: "/billing/client/{id}/autocharge-options", area: "billing",
		summary: "Configure automatic credit top-up",
		can:     Costs,
		class:   Class{Effect: Updates, Traits: PersonOnly}, subject: SubjectOrganisation, place: placeBilling,
	},
	GetBillingClientAvailableAddons: {
		name: "GetBillingClientAvailableAddons", method: http.MethodGet, path: "/billing/client/{id}/available-addons", area: "billing",
		summary: "List purchasable/enabled add-ons of the organisation and its projects",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PostBillingClientCreditExport: {
		name: "PostBillingClientCreditExport", method: http.MethodPost, path: "/billing/client/{id}/credit-export", area: "billing",
		summary: "Export the credit usage of a month as a file",
		class:   Class{Effect: Reads, Traits: RawAnswer}, subject: SubjectOrganisation,
	},
	PostBillingClientPayment: {
		name: "PostBillingClientPayment", method: http.MethodPost, path: "/billing/client/{id}/payment", area: "billing",
		summary: "Top up credit with a payment (charges a card)",
		can:     Costs,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, subject: SubjectOrganisation, place: placeBilling,
	},
	PostBillingClientPromoCode: {
		name: "PostBillingClientPromoCode", method: http.MethodPost, path: "/billing/client/{id}/promo-code", area: "billing",
		summary: "Redeem a promo code for credit",
		can:     Changes,
		class:   Class{Effect: Creates, Traits: PersonOnly | Undocumented}, subject: SubjectOrganisation, place: placeBilling,
	},
	DeleteBillingClientPaymentSource: {
		name: "DeleteBillingClientPaymentSource", method: http.MethodDelete, path: "/billing/client/{id}/payment-source", area: "billing",
		summary: "Remove a stored payment card",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: PersonOnly}, subject: SubjectOrganisation, place: placeBilling,
	},
	GetBillingClientPaymentSource: {
		name: "GetBillingClientPaymentSource", method: http.MethodGet, path: "/billing/client/{id}/payment-source", area: "billing",
		summary: "List stored payment cards",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PostBillingClientPaymentSource: {
		name: "PostBillingClientPaymentSource", method: http.MethodPost, path: "/billing/client/{id}/payment-source", area: "billing",
		summary: "Start registering a payment card (returns client secret)",
		can:     Costs,
		class:   Class{Effect: Creates, Traits: RevealsSecret | PersonOnly}, subject: SubjectOrganisation, place: placeBilling,
	},
	GetBillingClientStatus: {
		name: "GetBillingClientStatus", method: http.MethodGet, path: "/billing/client/{id}/status", area: "billing",
		summary: "Organisation credit balance, promo credit and auto top-up setting",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	GetCardPaymentInvoiceFile: {
		name: "GetCardPaymentInvoiceFile", method: http.MethodGet, path: "/card-payment/invoice/file/{token}", area: "billing",
		summary: "Download an invoice as PDF by a one-time token",
		class:   Class{Effect: Reads, Traits: RevealsSecret | PersonOnly | RawAnswer}, subject: SubjectOneTimeToken, place: placeInvoices,
	},
	PostCardPaymentSearch: {
		name: "PostCardPaymentSearch", method: http.MethodPost, path: "/card-payment/search", area: "billing",
		summary: "Search card payments",
		class:   Class{Effect: Reads, Traits: IndexBacked},
	},
	PostCardPaymentStripeWebhook: {
		name: "PostCardPaymentStripeWebhook", method: http.MethodPost, path: "/card-payment/stripe-webhook", area: "billing",
		summary: "The payment provider's callback; not for clients",
		can:     Costs,
		class:   Class{Effect: Updates, Traits: PersonOnly}, place: placeStripe,
	},
	GetCardPayment: {
		name: "GetCardPayment", method: http.MethodGet, path: "/card-payment/{id}", area: "billing",
		summary: "One card payment",
		class:   Class{Effect: Reads}, subject: SubjectPayment,
	},
	GetCardPaymentInvoice: {
		name: "GetCardPaymentInvoice", method: http.MethodGet, path: "/card-payment/{id}/invoice", area: "billing",
		summary: "Invoice data of a payment",
		class:   Class{Effect: Reads}, subject: SubjectPayment,
	},
	GetCardPaymentInvoicePdf: {
		name: "GetCardPaymentInvoicePdf", method: http.MethodGet, path: "/card-payment/{id}/invoice/pdf", area: "billing",
		summary: "Temporary URL of an invoice PDF",
		class:   Class{Effect: Reads, Traits: RevealsSecret}, subject: SubjectPayment,
	},
	GetClientBillingInfo: {
		name: "GetClientBillingInfo", method: http.MethodGet, path: "/client/{id}/billing-info", area: "billing",
		summary: "Read invoicing/VAT details",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PutClientBillingInfo: {
		name: "PutClientBillingInfo", method: http.MethodPut, path: "/client/{id}/billing-info", area: "billing",
		summary: "Replace invoicing/VAT details",
		can:     Replaces | Changes,
		class:   Class{Effect: Updates, Traits: FullReplacement}, subject: SubjectOrganisation, current: GetClientBillingInfo,
	},
	GetClientCardPayment: {
		name: "GetClientCardPayment", method: http.MethodGet, path: "/client/{id}/card-payment", area: "billing",
		summary: "List card payments of the organisation",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PostResourceConsumptionGroupBySearch: {
		name: "PostResourceConsumptionGroupBySearch", method: http.MethodPost, path: "/resource-consumption/group-by-search", area: "billing",
		summary: "Resource consumption (metered units) grouped over time",
		class:   Class{Effect: Reads}, reach: ReachSearch,
	},
	PostTransactionDebitCostSearch: {
		name: "PostTransactionDebitCostSearch", method: http.MethodPost, path: "/transaction-debit/cost-search", area: "billing",
		summary: "Cost totals of the organisation, its projects and services over standard periods",
		class:   Class{Effect: Reads},
	},
	PostTransactionDebitGroupBySearch: {
		name: "PostTransactionDebitGroupBySearch", method: http.MethodPost, path: "/transaction-debit/group-by-search", area: "billing",
		summary: "Cost time series grouped by project, service or metric",
		class:   Class{Effect: Reads}, reach: ReachSearch,
	},

	// Area project.
	GetClientProject: {
		name: "GetClientProject", method: http.MethodGet, path: "/client/{id}/project", area: "project",
		summary: "List the organisation's projects straight from the database",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PostClientProject: {
		name: "PostClientProject", method: http.MethodPost, path: "/client/{id}/project", area: "project",
		summary: "Create an empty project in the organisation",
		can:     Grants | Costs | Publishes | Changes,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectOrganisation,
	},
	PostClientProjectImport: {
		name: "PostClientProjectImport", method: http.MethodPost, path: "/client/{id}/project/import", area: "project",
		summary: "Create a project with services from an import YAML",
		can:     Grants | Costs | Publishes | Changes,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectOrganisation,
	},
	GetClientProjectTagList: {
		name: "GetClientProjectTagList", method: http.MethodGet, path: "/client/{id}/project/tag/list", area: "project",
		summary: "All tags used on the organisation's projects",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	GetClientProjectsByName: {
		name: "GetClientProjectsByName", method: http.MethodGet, path: "/client/{id}/projects-by-name/{name}", area: "project",
		summary: "Find projects of the organisation by exact name",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PostProjectSearch: {
		name: "PostProjectSearch", method: http.MethodPost, path: "/project/search", area: "project",
		summary: "Search the projects the token may see; rows hold the project variables",
		class:   Class{Effect: Reads, Traits: CarriesSecrets | IndexBacked}, reach: ReachSearchID,
	},
	GetProjectList: {
		name: "GetProjectList", method: http.MethodGet, path: "/project", area: "project",
		summary: "List projects, as the vendor's authentication guide shows it",
		class:   Class{Effect: Reads, Traits: Undocumented},
	},
	DeleteProject: {
		name: "DeleteProject", method: http.MethodDelete, path: "/project/{id}", area: "project",
		summary: "Delete a project with everything in it",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	GetProject: {
		name: "GetProject", method: http.MethodGet, path: "/project/{id}", area: "project",
		summary: "One project",
		class:   Class{Effect: Reads}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProject: {
		name: "PutProject", method: http.MethodPut, path: "/project/{id}", area: "project",
		summary: "Replace a project's record: name, description, tags, shared IPv4, credit limit",
		can:     Replaces | Unpublishes | Grants | Publishes | Changes,
		class:   Class{Effect: Updates, Traits: FullReplacement}, subject: SubjectProject, reach: ReachSubject, current: GetProject,
	},
	GetProjectExport: {
		name: "GetProjectExport", method: http.MethodGet, path: "/project/{id}/export", area: "project",
		summary: "Export the project as re-importable YAML",
		class:   Class{Effect: Reads, Traits: RevealsSecret}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectModeUpgrade: {
		name: "PutProjectModeUpgrade", method: http.MethodPut, path: "/project/{id}/mode-upgrade", area: "project",
		summary: "Upgrade the project core from LIGHT to SERIOUS (irreversible, paid, short outage)",
		can:     Replaces | Costs,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectStart: {
		name: "PutProjectStart", method: http.MethodPut, path: "/project/{id}/start", area: "project",
		summary: "Start all stopped services of a project",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectStop: {
		name: "PutProjectStop", method: http.MethodPut, path: "/project/{id}/stop", area: "project",
		summary: "Stop all services of a project",
		can:     Stops,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},

	// Area service.
	PostContainerSearch: {
		name: "PostContainerSearch", method: http.MethodPost, path: "/container/search", area: "service",
		summary: "Search containers",
		class:   Class{Effect: Reads, Traits: IndexBacked}, reach: ReachSearch,
	},
	GetProjectServiceStack: {
		name: "GetProjectServiceStack", method: http.MethodGet, path: "/project/{id}/service-stack", area: "service",
		summary: "List a project's services straight from the database",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectProject, reach: ReachSubject,
	},
	PostProjectServiceStack: {
		name: "PostProjectServiceStack", method: http.MethodPost, path: "/project/{id}/service-stack", area: "service",
		summary: "Create a service (any type) in a project",
		can:     Grants | Publishes | Changes,
		class:   Class{Effect: Creates, Traits: CarriesSecrets | Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PostProjectServiceStackImport: {
		name: "PostProjectServiceStackImport", method: http.MethodPost, path: "/project/{id}/service-stack/import", area: "service",
		summary: "Add services to a project from an import YAML",
		can:     Replaces | Costs | Grants | Publishes | Changes,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PostProjectServiceStackObjectStorageV1: {
		name: "PostProjectServiceStackObjectStorageV1", method: http.MethodPost, path: "/project/{id}/service-stack/object_storage_v1", area: "service",
		summary: "Create an object storage service",
		can:     Grants | Publishes | Changes,
		class:   Class{Effect: Creates, Traits: CarriesSecrets | Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PostProjectServiceStackOld: {
		name: "PostProjectServiceStackOld", method: http.MethodPost, path: "/project/{id}/service-stack/{serviceStackTypeVersionId}", area: "service",
		summary: "Create a service, legacy form with the type version in the path",
		can:     Grants | Publishes | Changes,
		class:   Class{Effect: Creates, Traits: CarriesSecrets | Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	GetServiceStackByName: {
		name: "GetServiceStackByName", method: http.MethodGet, path: "/service-stack-by-name/{projectId}/{name}", area: "service",
		summary: "Find a service by its project and hostname",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectProject, reach: ReachSubject,
	},
	PostServiceStackSearch: {
		name: "PostServiceStackSearch", method: http.MethodPost, path: "/service-stack/search", area: "service",
		summary: "Search services",
		class:   Class{Effect: Reads, Traits: CarriesSecrets | IndexBacked}, reach: ReachSearch,
	},
	DeleteServiceStack: {
		name: "DeleteServiceStack", method: http.MethodDelete, path: "/service-stack/{id}", area: "service",
		summary: "Delete a service and its data",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	GetServiceStack: {
		name: "GetServiceStack", method: http.MethodGet, path: "/service-stack/{id}", area: "service",
		summary: "One service in full: ports, scaling, variables, active version",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackAutoscaling: {
		name: "PutServiceStackAutoscaling", method: http.MethodPut, path: "/service-stack/{id}/autoscaling", area: "service",
		summary: "Change vertical/horizontal autoscaling or the autoscaling profile",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	GetServiceStackContainer: {
		name: "GetServiceStackContainer", method: http.MethodGet, path: "/service-stack/{id}/container", area: "service",
		summary: "List a service's containers",
		class:   Class{Effect: Reads}, subject: SubjectService, reach: ReachSubject,
	},
	GetServiceStackExport: {
		name: "GetServiceStackExport", method: http.MethodGet, path: "/service-stack/{id}/export", area: "service",
		summary: "Export one service as YAML",
		class:   Class{Effect: Reads, Traits: RevealsSecret}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackReload: {
		name: "PutServiceStackReload", method: http.MethodPut, path: "/service-stack/{id}/reload", area: "service",
		summary: "Reload a service without restarting its containers, where it can",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackRestart: {
		name: "PutServiceStackRestart", method: http.MethodPut, path: "/service-stack/{id}/restart", area: "service",
		summary: "Restart the service's containers",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	GetServiceStackService: {
		name: "GetServiceStackService", method: http.MethodGet, path: "/service-stack/{id}/service", area: "service",
		summary: "List the internal services (roles) inside a service",
		class:   Class{Effect: Reads}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackStart: {
		name: "PutServiceStackStart", method: http.MethodPut, path: "/service-stack/{id}/start", area: "service",
		summary: "Start a stopped service",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackStop: {
		name: "PutServiceStackStop", method: http.MethodPut, path: "/service-stack/{id}/stop", area: "service",
		summary: "Stop a service",
		can:     Stops,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PostServiceSearch: {
		name: "PostServiceSearch", method: http.MethodPost, path: "/service/search", area: "service",
		summary: "Search internal services",
		class:   Class{Effect: Reads, Traits: IndexBacked}, reach: ReachSearch,
	},

	// Area deploy.
	PostAppVersionSearch: {
		name: "PostAppVersionSearch", method: http.MethodPost, path: "/app-version/search", area: "deploy",
		summary: "Search builds and deployments of an organisation",
		class:   Class{Effect: Reads, Traits: CarriesSecrets | IndexBacked}, reach: ReachSearch,
	},
	DeleteAppVersion: {
		name: "DeleteAppVersion", method: http.MethodDelete, path: "/app-version/{id}", area: "deploy",
		summary: "Delete an inactive or unfinished app version",
		can:     Deletes,
		class:   Class{Effect: Destroys}, subject: SubjectAppVersion, reach: ReachSubject,
	},
	GetAppVersion: {
		name: "GetAppVersion", method: http.MethodGet, path: "/app-version/{id}", area: "deploy",
		summary: "One build or deployment with its timings and the variables baked into it",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectAppVersion, reach: ReachSubject,
	},
	PutAppVersion: {
		name: "PutAppVersion", method: http.MethodPut, path: "/app-version/{id}", area: "deploy",
		summary: "Rename an app version",
		can:     Changes,
		class:   Class{Effect: Updates}, subject: SubjectAppVersion, reach: ReachSubject,
	},
	GetAppVersionAppCode: {
		name: "GetAppVersionAppCode", method: http.MethodGet, path: "/app-version/{id}/app-code", area: "deploy",
		summary: "Temporary address to download the version's code",
		class:   Class{Effect: Reads, Traits: RevealsSecret}, subject: SubjectAppVersion, reach: ReachSubject,
	},
	PutAppVersionBuildAndDeploy: {
		name: "PutAppVersionBuildAndDeploy", method: http.MethodPut, path: "/app-version/{id}/build-and-deploy", area: "deploy",
		summary: "Build the uploaded source with the given zerops.yaml and deploy it",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectAppVersion, reach: ReachSubject,
	},
	PutAppVersionCancelBuild: {
		name: "PutAppVersionCancelBuild", method: http.MethodPut, path: "/app-version/{id}/cancel-build", area: "deploy",
		summary: "Cancel a running build pipeline",
		can:     TurnsBack,
		class:   Class{Effect: Destroys}, subject: SubjectAppVersion, reach: ReachSubject,
	},
	PutAppVersionDeploy: {
		name: "PutAppVersionDeploy", method: http.MethodPut, path: "/app-version/{id}/deploy", area: "deploy",
		summary: "Roll back to a stored (BACKUP) version, or deploy an uploaded artifact without building",
		can:     TurnsBack | Changes,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectAppVersion, reach: ReachSubject,
	},
	PutAppVersionUpload: {
		name: "PutAppVersionUpload", method: http.MethodPut, path: "/app-version/{id}/upload", area: "deploy",
		summary: "Upload the code of an app version as tar.gz bytes",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: EmptyAnswer | BinaryBody}, subject: SubjectAppVersion, reach: ReachSubject,
	},
	PostServiceStackZeropsYamlValidation: {
		name: "PostServiceStackZeropsYamlValidation", method: http.MethodPost, path: "/service-stack/zerops-yaml-validation", area: "deploy",
		summary: "Validate a zerops.yaml against a service type without deploying",
		class:   Class{Effect: Reads}, reach: ReachPublic,
	},
	GetServiceStackAppVersion: {
		name: "GetServiceStackAppVersion", method: http.MethodGet, path: "/service-stack/{id}/app-version", area: "deploy",
		summary: "List a service's app versions",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectService, reach: ReachSubject,
	},
	PostServiceStackAppVersion: {
		name: "PostServiceStackAppVersion", method: http.MethodPost, path: "/service-stack/{id}/app-version", area: "deploy",
		summary: "Create an app version and get its upload URL",
		can:     Changes,
		class:   Class{Effect: Creates, Traits: CarriesSecrets}, subject: SubjectService, reach: ReachSubject,
	},
	DeleteServiceStackBuildCache: {
		name: "DeleteServiceStackBuildCache", method: http.MethodDelete, path: "/service-stack/{id}/build-cache", area: "deploy",
		summary: "Delete the service's build cache",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackDebug: {
		name: "PutServiceStackDebug", method: http.MethodPut, path: "/service-stack/{id}/debug", area: "deploy",
		summary: "Set build/prepare debug hold points",
		can:     Changes,
		class:   Class{Effect: Updates}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackNextAppVersion: {
		name: "PutServiceStackNextAppVersion", method: http.MethodPut, path: "/service-stack/{id}/next-app-version", area: "deploy",
		summary: "Choose whether the next deployment rebuilds the custom runtime image",
		can:     Changes,
		class:   Class{Effect: Updates}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackTriggerExternalRepositoryIntegration: {
		name: "PutServiceStackTriggerExternalRepositoryIntegration", method: http.MethodPut, path: "/service-stack/{id}/trigger-external-repository-integration", area: "deploy",
		summary: "Run the pipeline of the connected GitHub or GitLab repository now",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackTriggerPipeline: {
		name: "PutServiceStackTriggerPipeline", method: http.MethodPut, path: "/service-stack/{id}/trigger-pipeline", area: "deploy",
		summary: "Build and deploy from a public git URL, or start without code",
		can:     Replaces | Publishes | Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},

	// Area git.
	GetGithubRepository: {
		name: "GetGithubRepository", method: http.MethodGet, path: "/github/repository", area: "git",
		summary: "List the user's GitHub repositories visible through the OAuth grant",
		class:   Class{Effect: Reads}, reach: ReachCaller,
	},
	GetGithubRepositoryBranch: {
		name: "GetGithubRepositoryBranch", method: http.MethodGet, path: "/github/repository-branch", area: "git",
		summary: "List branches of a GitHub repository",
		class:   Class{Effect: Reads}, reach: ReachCaller,
	},
	PostGithubUserRepositoryAccess: {
		name: "PostGithubUserRepositoryAccess", method: http.MethodPost, path: "/github/user-repository-access", area: "git",
		summary: "Store a GitHub repository grant for the user",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: PersonOnly}, place: placeGithub,
	},
	GetGitlabRepository: {
		name: "GetGitlabRepository", method: http.MethodGet, path: "/gitlab/repository", area: "git",
		summary: "List the user's GitLab repositories",
		class:   Class{Effect: Reads}, reach: ReachCaller,
	},
	GetGitlabRepositoryBranch: {
		name: "GetGitlabRepositoryBranch", method: http.MethodGet, path: "/gitlab/repository-branch", area: "git",
		summary: "List branches of a GitLab repository",
		class:   Class{Effect: Reads}, reach: ReachCaller,
	},
	PostGitlabUserRepositoryAccess: {
		name: "PostGitlabUserRepositoryAccess", method: http.MethodPost, path: "/gitlab/user-repository-access", area: "git",
		summary: "Store a GitLab repository grant for the user",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: PersonOnly}, place: placeGitlab,
	},
	PutServiceStackExternalRepositoryIntegration: {
		name: "PutServiceStackExternalRepositoryIntegration", method: http.MethodPut, path: "/service-stack/{id}/external-repository-integration", area: "git",
		summary: "Connect or disconnect a GitHub or GitLab repository: deploy on push or tag",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: FullReplacement | Asynchronous}, subject: SubjectService, reach: ReachSubject, current: GetServiceStackExternalRepositoryIntegrationStatus,
	},
	GetServiceStackExternalRepositoryIntegrationStatus: {
		name: "GetServiceStackExternalRepositoryIntegrationStatus", method: http.MethodGet, path: "/service-stack/{id}/external-repository-integration-status", area: "git",
		summary: "Read which GitHub or GitLab repository triggers deployments",
		class:   Class{Effect: Reads}, subject: SubjectService, reach: ReachSubject,
	},
	PostServiceStackGithubWebhook: {
		name: "PostServiceStackGithubWebhook", method: http.MethodPost, path: "/service-stack/{id}/github-webhook", area: "git",
		summary: "GitHub's callback; not for clients",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: PersonOnly}, subject: SubjectService, reach: ReachSubject, place: placeGithubHook,
	},
	PostServiceStackGitlabWebhook: {
		name: "PostServiceStackGitlabWebhook", method: http.MethodPost, path: "/service-stack/{id}/gitlab-webhook", area: "git",
		summary: "GitLab's callback; not for clients",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: PersonOnly}, subject: SubjectService, reach: ReachSubject, place: placeGitlabHook,
	},

	// Area process.
	PostProcessSearch: {
		name: "PostProcessSearch", method: http.MethodPost, path: "/process/search", area: "process",
		summary: "Search processes",
		class:   Class{Effect: Reads, Traits: IndexBacked}, reach: ReachSearch,
	},
	GetProcess: {
		name: "GetProcess", method: http.MethodGet, path: "/process/{id}", area: "process",
		summary: "One asynchronous process; poll it until it ends",
		class:   Class{Effect: Reads}, subject: SubjectProcess, reach: ReachSubject,
	},
	PutProcessCancel: {
		name: "PutProcessCancel", method: http.MethodPut, path: "/process/{id}/cancel", area: "process",
		summary: "Cancel a pending process",
		can:     TurnsBack,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectProcess, reach: ReachSubject,
	},
	GetProjectProcess: {
		name: "GetProjectProcess", method: http.MethodGet, path: "/project/{id}/process", area: "process",
		summary: "List a project's processes",
		class:   Class{Effect: Reads}, subject: SubjectProject, reach: ReachSubject,
	},
	GetServiceStackProcess: {
		name: "GetServiceStackProcess", method: http.MethodGet, path: "/service-stack/{id}/process", area: "process",
		summary: "List a service's processes",
		class:   Class{Effect: Reads}, subject: SubjectService, reach: ReachSubject,
	},

	// Area notification.
	GetClientUserNotification: {
		name: "GetClientUserNotification", method: http.MethodGet, path: "/client/{id}/user-notification", area: "notification",
		summary: "List the organisation's notifications",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation, reach: ReachQuery,
	},
	PutUserNotificationAcknowledgeAll: {
		name: "PutUserNotificationAcknowledgeAll", method: http.MethodPut, path: "/user-notification/acknowledge-all", area: "notification",
		summary: "Mark notifications read",
		can:     Changes,
		class:   Class{Effect: Updates}, reach: ReachBody,
	},
	PostUserNotificationSearch: {
		name: "PostUserNotificationSearch", method: http.MethodPost, path: "/user-notification/search", area: "notification",
		summary: "Search notifications",
		class:   Class{Effect: Reads, Traits: IndexBacked}, reach: ReachSearch,
	},
	GetUserNotification: {
		name: "GetUserNotification", method: http.MethodGet, path: "/user-notification/{id}", area: "notification",
		summary: "One notification",
		class:   Class{Effect: Reads}, subject: SubjectNotification, reach: ReachSubject,
	},
	PutUserNotificationAcknowledge: {
		name: "PutUserNotificationAcknowledge", method: http.MethodPut, path: "/user-notification/{id}/acknowledge", area: "notification",
		summary: "Mark one notification read",
		can:     Changes,
		class:   Class{Effect: Updates}, subject: SubjectNotification, reach: ReachSubject,
	},

	// Area env.
	DeleteProjectEnv: {
		name: "DeleteProjectEnv", method: http.MethodDelete, path: "/project-env/{id}", area: "env",
		summary: "Delete a project variable by its id",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectProjectVariable, reach: ReachSubject,
	},
	GetProjectEnv: {
		name: "GetProjectEnv", method: http.MethodGet, path: "/project-env/{id}", area: "env",
		summary: "One project variable by its id",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectProjectVariable, reach: ReachSubject,
	},
	PutProjectEnv: {
		name: "PutProjectEnv", method: http.MethodPut, path: "/project-env/{id}", area: "env",
		summary: "Update a project variable by its id",
		can:     Grants | Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectProjectVariable, reach: ReachSubject,
	},
	PostProjectEnv: {
		name: "PostProjectEnv", method: http.MethodPost, path: "/project/{id}/env", area: "env",
		summary: "Create a project variable",
		can:     Grants | Changes,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	GetProjectEnvFile: {
		name: "GetProjectEnvFile", method: http.MethodGet, path: "/project/{id}/env-file", area: "env",
		summary: "Render the effective variables of a project or service as dotenv text",
		class:   Class{Effect: Reads, Traits: RevealsSecret}, subject: SubjectProject, reach: ReachSubject,
	},
	GetProjectEnvFileDownload: {
		name: "GetProjectEnvFileDownload", method: http.MethodGet, path: "/project/{id}/env-file-download", area: "env",
		summary: "The effective variables as a dotenv file to download",
		class:   Class{Effect: Reads, Traits: RevealsSecret | RawAnswer}, subject: SubjectProject, reach: ReachSubject,
	},
	GetProjectEnvReveal: {
		name: "GetProjectEnvReveal", method: http.MethodGet, path: "/project-env/{id}/reveal", area: "env",
		summary: "Read a sensitive project variable in clear",
		class:   Class{Effect: Reads, Traits: RevealsSecret | Undocumented}, subject: SubjectProjectVariable, reach: ReachSubject,
	},
	PutProjectEnvFile: {
		name: "PutProjectEnvFile", method: http.MethodPut, path: "/project/{id}/env/file", area: "env",
		summary: "Replace all user-defined project variables by a dotenv text",
		can:     Replaces | Grants | Changes,
		class:   Class{Effect: Destroys, Traits: FullReplacement | Asynchronous}, subject: SubjectProject, reach: ReachSubject, current: GetProjectEnvFile,
	},
	GetServiceStackEnv: {
		name: "GetServiceStackEnv", method: http.MethodGet, path: "/service-stack/{id}/env", area: "env",
		summary: "List a service's variables with their ids",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectService, reach: ReachSubject,
	},
	GetServiceStackUserData: {
		name: "GetServiceStackUserData", method: http.MethodGet, path: "/service-stack/{id}/user-data", area: "env",
		summary: "List service variables in another form (the env list is more dependable)",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectService, reach: ReachSubject,
	},
	PostServiceStackUserData: {
		name: "PostServiceStackUserData", method: http.MethodPost, path: "/service-stack/{id}/user-data", area: "env",
		summary: "Create a service variable",
		can:     Grants | Changes,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackUserDataEnvFile: {
		name: "PutServiceStackUserDataEnvFile", method: http.MethodPut, path: "/service-stack/{id}/user-data/env-file", area: "env",
		summary: "Replace all user-defined variables of a service by a dotenv text",
		can:     Replaces | Grants | Changes,
		class:   Class{Effect: Destroys, Traits: FullReplacement | Asynchronous}, subject: SubjectService, reach: ReachSubject, current: GetServiceStackEnv,
	},
	PostUserDataSearch: {
		name: "PostUserDataSearch", method: http.MethodPost, path: "/user-data/search", area: "env",
		summary: "Search service variables",
		class:   Class{Effect: Reads, Traits: CarriesSecrets | IndexBacked}, reach: ReachSearch,
	},
	DeleteUserData: {
		name: "DeleteUserData", method: http.MethodDelete, path: "/user-data/{id}", area: "env",
		summary: "Delete a service variable by its id",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectServiceVariable, reach: ReachSubject,
	},
	GetUserData: {
		name: "GetUserData", method: http.MethodGet, path: "/user-data/{id}", area: "env",
		summary: "One service variable by its id",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectServiceVariable, reach: ReachSubject,
	},
	GetUserDataReveal: {
		name: "GetUserDataReveal", method: http.MethodGet, path: "/user-data/{id}/reveal", area: "env",
		summary: "Read a sensitive service variable in clear",
		class:   Class{Effect: Reads, Traits: RevealsSecret | Undocumented}, subject: SubjectServiceVariable, reach: ReachSubject,
	},
	PutUserData: {
		name: "PutUserData", method: http.MethodPut, path: "/user-data/{id}", area: "env",
		summary: "Update a service variable by its id",
		can:     Grants | Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectServiceVariable, reach: ReachSubject,
	},

	// Area log.
	GetProjectLog: {
		name: "GetProjectLog", method: http.MethodGet, path: "/project/{id}/log", area: "log",
		summary: "Signed short-lived address of the project's logs",
		class:   Class{Effect: Reads, Traits: RevealsSecret}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectRemoteLogging: {
		name: "PutProjectRemoteLogging", method: http.MethodPut, path: "/project/{id}/remote-logging", area: "log",
		summary: "Configure syslog forwarding of project logs",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: FullReplacement | Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},

	// Area metric.
	PatchPrometheusConfig: {
		name: "PatchPrometheusConfig", method: http.MethodPatch, path: "/project/{id}/core-stack/prometheus-config", area: "metric",
		summary: "Add Prometheus scrape targets to the project core",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PutPrometheusConfig: {
		name: "PutPrometheusConfig", method: http.MethodPut, path: "/project/{id}/core-stack/prometheus-config", area: "metric",
		summary: "Replace the project core's Prometheus scrape targets",
		can:     Grants,
		class:   Class{Effect: Updates, Traits: FullReplacement | Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PostStatsHistoryGroupBySearch: {
		name: "PostStatsHistoryGroupBySearch", method: http.MethodPost, path: "/stats-history/group-by-search", area: "metric",
		summary: "CPU/RAM/disk/container usage history in time buckets",
		class:   Class{Effect: Reads}, reach: ReachSearch,
	},
	PostCurrentStatsGroupBySearch: {
		name: "PostCurrentStatsGroupBySearch", method: http.MethodPost, path: "/current-stats/group-by-search", area: "metric",
		summary: "CPU, RAM and disk in use right now against their limits",
		class:   Class{Effect: Reads, Traits: Undocumented}, reach: ReachSearch,
	},

	// Area backup.
	GetServiceStackBackup: {
		name: "GetServiceStackBackup", method: http.MethodGet, path: "/service-stack/{id}/backup", area: "backup",
		summary: "List backups, schedule and retention policy of a service",
		class:   Class{Effect: Reads}, subject: SubjectService, reach: ReachSubject,
	},
	PostServiceStackBackup: {
		name: "PostServiceStackBackup", method: http.MethodPost, path: "/service-stack/{id}/backup", area: "backup",
		summary: "Start a backup now",
		can:     Copies,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackBackupConfig: {
		name: "PutServiceStackBackupConfig", method: http.MethodPut, path: "/service-stack/{id}/backup-config", area: "backup",
		summary: "Change backup schedule/retention",
		can:     Replaces | Changes,
		class:   Class{Effect: Updates, Traits: FullReplacement | Asynchronous}, subject: SubjectService, reach: ReachSubject, current: GetServiceStackBackup,
	},
	PostServiceStackBackupDownloadUrl: {
		name: "PostServiceStackBackupDownloadUrl", method: http.MethodPost, path: "/service-stack/{id}/backup/download-url/{date}", area: "backup",
		summary: "Temporary address to download a backup",
		class:   Class{Effect: Reads, Traits: RevealsSecret}, subject: SubjectService, reach: ReachSubject,
	},
	DeleteServiceStackBackup: {
		name: "DeleteServiceStackBackup", method: http.MethodDelete, path: "/service-stack/{id}/backup/{date}", area: "backup",
		summary: "Delete a backup",
		can:     Deletes,
		class:   Class{Effect: Destroys}, subject: SubjectService, reach: ReachSubject,
	},
	GetProjectBackup: {
		name: "GetProjectBackup", method: http.MethodGet, path: "/project/{id}/backup", area: "backup",
		summary: "List the backups of a project, those of deleted services too",
		class:   Class{Effect: Reads, Traits: Undocumented}, subject: SubjectProject, reach: ReachSubject,
	},
	DeleteProjectBackup: {
		name: "DeleteProjectBackup", method: http.MethodDelete, path: "/project/{id}/backup/{date}", area: "backup",
		summary: "Delete a backup of a project",
		can:     Deletes,
		class:   Class{Effect: Destroys, Traits: Undocumented}, subject: SubjectProject, reach: ReachSubject,
	},
	PutServiceStackBackup: {
		name: "PutServiceStackBackup", method: http.MethodPut, path: "/service-stack/{id}/backup/{date}", area: "backup",
		summary: "Change a backup's tags",
		can:     Replaces | Changes,
		class:   Class{Effect: Updates, Traits: FullReplacement}, subject: SubjectService, reach: ReachSubject, current: GetServiceStackBackup,
	},

	// Area storage.
	PutServiceStackConnectSharedStorage: {
		name: "PutServiceStackConnectSharedStorage", method: http.MethodPut, path: "/service-stack/{id}/connect-shared-storage", area: "storage",
		summary: "Mount a shared storage into a runtime service",
		can:     Changes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackDisconnectSharedStorage: {
		name: "PutServiceStackDisconnectSharedStorage", method: http.MethodPut, path: "/service-stack/{id}/disconnect-shared-storage", area: "storage",
		summary: "Unmount a shared storage",
		can:     Stops,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PostServiceStackFileBrowsingAccess: {
		name: "PostServiceStackFileBrowsingAccess", method: http.MethodPost, path: "/service-stack/{id}/file-browsing-access", area: "storage",
		summary: "Temporary token and addresses to browse a service's files",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret}, subject: SubjectService, reach: ReachSubject,
	},
	GetServiceStackObjectStorageSize: {
		name: "GetServiceStackObjectStorageSize", method: http.MethodGet, path: "/service-stack/{id}/object-storage-size", area: "storage",
		summary: "An object storage's usage and access policy",
		class:   Class{Effect: Reads}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackObjectStorageSize: {
		name: "PutServiceStackObjectStorageSize", method: http.MethodPut, path: "/service-stack/{id}/object-storage-size", area: "storage",
		summary: "Change an object storage's quota, access policy and CDN",
		can:     Unpublishes | Grants,
		class:   Class{Effect: Updates, Traits: FullReplacement | Asynchronous}, subject: SubjectService, reach: ReachSubject, current: GetServiceStackObjectStorageSize,
	},

	// Area cdn.
	PutProjectPurgeCdnStatic: {
		name: "PutProjectPurgeCdnStatic", method: http.MethodPut, path: "/project/{id}/purge-cdn/static/{domain}/{path:.*}", area: "cdn",
		summary: "Purge the static CDN cache of a domain and path",
		can:     Changes,
		class:   Class{Effect: Updates}, subject: SubjectProject, reach: ReachSubject,
	},
	DeleteServiceStackCdn: {
		name: "DeleteServiceStackCdn", method: http.MethodDelete, path: "/service-stack/{id}/cdn", area: "cdn",
		summary: "Disable CDN on object storage",
		can:     Unpublishes,
		class:   Class{Effect: Destroys, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackCdn: {
		name: "PutServiceStackCdn", method: http.MethodPut, path: "/service-stack/{id}/cdn", area: "cdn",
		summary: "Enable CDN on object storage",
		can:     Publishes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackPurgeCdn: {
		name: "PutServiceStackPurgeCdn", method: http.MethodPut, path: "/service-stack/{id}/purge-cdn/{path:.*}", area: "cdn",
		summary: "Purge an object storage's CDN cache by path",
		can:     Changes,
		class:   Class{Effect: Updates}, subject: SubjectService, reach: ReachSubject,
	},

	// Area routing.
	GetProjectL7httpbalancerConfig: {
		name: "GetProjectL7httpbalancerConfig", method: http.MethodGet, path: "/project/{id}/l7httpbalancer-config", area: "routing",
		summary: "Read project HTTP balancer settings (current and default)",
		class:   Class{Effect: Reads}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectL7httpbalancerConfig: {
		name: "PutProjectL7httpbalancerConfig", method: http.MethodPut, path: "/project/{id}/l7httpbalancer-config", area: "routing",
		summary: "Change project HTTP balancer settings",
		can:     Replaces | Changes,
		class:   Class{Effect: Updates, Traits: FullReplacement | Asynchronous}, subject: SubjectProject, reach: ReachSubject, current: GetProjectL7httpbalancerConfig,
	},
	GetProjectPublicHttpRouting: {
		name: "GetProjectPublicHttpRouting", method: http.MethodGet, path: "/project/{id}/public-http-routing", area: "routing",
		summary: "List a project's HTTP routings with domain/certificate state",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectProject, reach: ReachSubject,
	},
	PostProjectPublicHttpRouting: {
		name: "PostProjectPublicHttpRouting", method: http.MethodPost, path: "/project/{id}/public-http-routing", area: "routing",
		summary: "Create a custom-domain HTTP routing; applied by the sync",
		can:     Publishes,
		class:   Class{Effect: Creates}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectPublicIpv4Shared: {
		name: "PutProjectPublicIpv4Shared", method: http.MethodPut, path: "/project/{id}/public-ipv4-shared", area: "routing",
		summary: "Switch the project's shared IPv4 on/off",
		can:     Unpublishes | Publishes,
		class:   Class{Effect: Updates}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectRequestIpv4: {
		name: "PutProjectRequestIpv4", method: http.MethodPut, path: "/project/{id}/request-ipv4", area: "routing",
		summary: "Order a dedicated IPv4 address for the project (paid, not refundable)",
		can:     Costs,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectRevertChangesPublicHttpRouting: {
		name: "PutProjectRevertChangesPublicHttpRouting", method: http.MethodPut, path: "/project/{id}/revert-changes-public-http-routing", area: "routing",
		summary: "Discard unsynced HTTP routing edits",
		can:     TurnsBack,
		class:   Class{Effect: Destroys}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectRevertChangesPublicPortRouting: {
		name: "PutProjectRevertChangesPublicPortRouting", method: http.MethodPut, path: "/project/{id}/revert-changes-public-port-routing", area: "routing",
		summary: "Discard unsynced port routing edits",
		can:     TurnsBack,
		class:   Class{Effect: Destroys}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectSyncPublicHttpRouting: {
		name: "PutProjectSyncPublicHttpRouting", method: http.MethodPut, path: "/project/{id}/sync-public-http-routing", area: "routing",
		summary: "Apply pending HTTP routing edits",
		can:     Unpublishes | Publishes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PutProjectSyncPublicPortRouting: {
		name: "PutProjectSyncPublicPortRouting", method: http.MethodPut, path: "/project/{id}/sync-public-port-routing", area: "routing",
		summary: "Apply pending port routing edits",
		can:     Unpublishes | Grants | Publishes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	PostPublicHttpRoutingSearch: {
		name: "PostPublicHttpRoutingSearch", method: http.MethodPost, path: "/public-http-routing/search", area: "routing",
		summary: "Search HTTP routings",
		class:   Class{Effect: Reads, Traits: CarriesSecrets | IndexBacked}, reach: ReachSearch,
	},
	DeletePublicHttpRouting: {
		name: "DeletePublicHttpRouting", method: http.MethodDelete, path: "/public-http-routing/{id}", area: "routing",
		summary: "Delete (or mark for deletion) an HTTP routing",
		can:     Deletes,
		class:   Class{Effect: Destroys}, subject: SubjectHTTPRouting, reach: ReachSubject,
	},
	GetPublicHttpRouting: {
		name: "GetPublicHttpRouting", method: http.MethodGet, path: "/public-http-routing/{id}", area: "routing",
		summary: "One HTTP routing",
		class:   Class{Effect: Reads, Traits: CarriesSecrets}, subject: SubjectHTTPRouting, reach: ReachSubject,
	},
	PutPublicHttpRouting: {
		name: "PutPublicHttpRouting", method: http.MethodPut, path: "/public-http-routing/{id}", area: "routing",
		summary: "Replace an HTTP routing (domains, locations, SSL, CDN)",
		can:     Replaces | Grants | Publishes,
		class:   Class{Effect: Updates, Traits: FullReplacement}, subject: SubjectHTTPRouting, reach: ReachSubject, current: GetPublicHttpRouting,
	},
	PutPublicHttpRoutingLocation: {
		name: "PutPublicHttpRoutingLocation", method: http.MethodPut, path: "/public-http-routing/{id}/location", area: "routing",
		summary: "Replace only the locations of an HTTP routing",
		can:     Replaces | Grants | Publishes,
		class:   Class{Effect: Updates, Traits: FullReplacement}, subject: SubjectHTTPRouting, reach: ReachSubject, current: GetPublicHttpRouting,
	},
	PutPublicHttpRoutingRestore: {
		name: "PutPublicHttpRoutingRestore", method: http.MethodPut, path: "/public-http-routing/{id}/restore", area: "routing",
		summary: "Undo a pending deletion of an HTTP routing",
		can:     Publishes,
		class:   Class{Effect: Updates}, subject: SubjectHTTPRouting, reach: ReachSubject,
	},
	PutPublicHttpRoutingTriggerDomainsDnsCheck: {
		name: "PutPublicHttpRoutingTriggerDomainsDnsCheck", method: http.MethodPut, path: "/public-http-routing/{id}/trigger-domains-dns-check", area: "routing",
		summary: "Re-run DNS checks of routing domains now",
		can:     Copies,
		class:   Class{Effect: Updates}, subject: SubjectHTTPRouting, reach: ReachSubject,
	},
	PostPublicPortRoutingSearch: {
		name: "PostPublicPortRoutingSearch", method: http.MethodPost, path: "/public-port-routing/search", area: "routing",
		summary: "Search port routings",
		class:   Class{Effect: Reads, Traits: IndexBacked}, reach: ReachSearch,
	},
	DeletePublicPortRouting: {
		name: "DeletePublicPortRouting", method: http.MethodDelete, path: "/public-port-routing/{id}", area: "routing",
		summary: "Delete (or mark for deletion) a port routing",
		can:     Unpublishes,
		class:   Class{Effect: Destroys}, subject: SubjectPortRouting, reach: ReachSubject,
	},
	GetPublicPortRouting: {
		name: "GetPublicPortRouting", method: http.MethodGet, path: "/public-port-routing/{id}", area: "routing",
		summary: "One port routing",
		class:   Class{Effect: Reads}, subject: SubjectPortRouting, reach: ReachSubject,
	},
	PutPublicPortRouting: {
		name: "PutPublicPortRouting", method: http.MethodPut, path: "/public-port-routing/{id}", area: "routing",
		summary: "Replace a port routing",
		can:     Unpublishes | Grants | Publishes,
		class:   Class{Effect: Updates, Traits: FullReplacement}, subject: SubjectPortRouting, reach: ReachSubject, current: GetPublicPortRouting,
	},
	PutPublicPortRoutingRestore: {
		name: "PutPublicPortRoutingRestore", method: http.MethodPut, path: "/public-port-routing/{id}/restore", area: "routing",
		summary: "Undo a pending deletion of a port routing",
		can:     Publishes,
		class:   Class{Effect: Updates}, subject: SubjectPortRouting, reach: ReachSubject,
	},
	PutServiceStackDisableSubdomainAccess: {
		name: "PutServiceStackDisableSubdomainAccess", method: http.MethodPut, path: "/service-stack/{id}/disable-subdomain-access", area: "routing",
		summary: "Take the service's zerops.app subdomain offline",
		can:     Unpublishes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	PutServiceStackEnableSubdomainAccess: {
		name: "PutServiceStackEnableSubdomainAccess", method: http.MethodPut, path: "/service-stack/{id}/enable-subdomain-access", area: "routing",
		summary: "Publish the service on its zerops.app subdomain",
		can:     Publishes,
		class:   Class{Effect: Updates, Traits: Asynchronous}, subject: SubjectService, reach: ReachSubject,
	},
	GetServiceStackNginxConf: {
		name: "GetServiceStackNginxConf", method: http.MethodGet, path: "/service-stack/{id}/nginx-conf", area: "routing",
		summary: "Read the service's default nginx site",
		class:   Class{Effect: Reads}, subject: SubjectService, reach: ReachSubject,
	},
	GetServiceStackPublicPortRouting: {
		name: "GetServiceStackPublicPortRouting", method: http.MethodGet, path: "/service-stack/{id}/public-port-routing", area: "routing",
		summary: "List a service's port routings",
		class:   Class{Effect: Reads}, subject: SubjectService, reach: ReachSubject,
	},
	PostServiceStackPublicPortRouting: {
		name: "PostServiceStackPublicPortRouting", method: http.MethodPost, path: "/service-stack/{id}/public-port-routing", area: "routing",
		summary: "Create a public TCP/UDP port routing; applied by the sync",
		can:     Grants | Publishes,
		class:   Class{Effect: Creates}, subject: SubjectService, reach: ReachSubject,
	},

	// Area vpn.
	DeleteProjectVpn: {
		name: "DeleteProjectVpn", method: http.MethodDelete, path: "/project/{id}/vpn", area: "vpn",
		summary: "Revoke a WireGuard public key (body carries the key)",
		can:     Deletes,
		class:   Class{Effect: Destroys}, subject: SubjectProject, reach: ReachSubject,
	},
	PostProjectVpn: {
		name: "PostProjectVpn", method: http.MethodPost, path: "/project/{id}/vpn", area: "vpn",
		summary: "Register a WireGuard public key, returns the peer configuration",
		can:     Grants,
		class:   Class{Effect: Creates, Traits: RevealsSecret}, subject: SubjectProject, reach: ReachSubject,
	},
	GetProjectVpnList: {
		name: "GetProjectVpnList", method: http.MethodGet, path: "/project/{id}/vpn/list", area: "vpn",
		summary: "List registered VPN peers of a project",
		class:   Class{Effect: Reads, Traits: RevealsSecret}, subject: SubjectProject, reach: ReachSubject,
	},
	GetProjectVpn: {
		name: "GetProjectVpn", method: http.MethodGet, path: "/project/{id}/vpn/{base64PublicKey}", area: "vpn",
		summary: "One VPN peer's configuration",
		class:   Class{Effect: Reads, Traits: RevealsSecret}, subject: SubjectProject, reach: ReachSubject,
	},

	// Area recipe.
	PutClientFirstClassRecipeElk: {
		name: "PutClientFirstClassRecipeElk", method: http.MethodPut, path: "/client/{id}/first-class-recipe/elk", area: "recipe",
		summary: "Install the managed ELK logging stack or forward a project's logs to it",
		can:     Grants | Costs,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectOrganisation,
	},
	PutClientFirstClassRecipePrometheus: {
		name: "PutClientFirstClassRecipePrometheus", method: http.MethodPut, path: "/client/{id}/first-class-recipe/prometheus", area: "recipe",
		summary: "Install the managed Prometheus and Grafana stack or forward metrics to it",
		can:     Grants | Costs,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectOrganisation,
	},
	PutProjectFirstClassRecipeDevelopmentContainer: {
		name: "PutProjectFirstClassRecipeDevelopmentContainer", method: http.MethodPut, path: "/project/{id}/first-class-recipe/development-container", area: "recipe",
		summary: "Import a development container for agents into the project",
		can:     Replaces | Costs | Grants | Publishes | Changes,
		class:   Class{Effect: Creates, Traits: Asynchronous}, subject: SubjectProject, reach: ReachSubject,
	},
	GetRecipeInfo: {
		name: "GetRecipeInfo", method: http.MethodGet, path: "/recipe/info", area: "recipe",
		summary: "Read a recipe description by repository URL",
		class:   Class{Effect: Reads}, reach: ReachPublic,
	},
	GetRecipeData: {
		name: "GetRecipeData", method: http.MethodGet, path: "/recipe/{id}/data", area: "recipe",
		summary: "Read a recipe's environments/services/import YAML by id",
		class:   Class{Effect: Reads}, subject: SubjectRecipe, reach: ReachPublic,
	},

	// Area catalogue.
	GetClientSettings: {
		name: "GetClientSettings", method: http.MethodGet, path: "/client/{id}/settings", area: "catalogue",
		summary: "Code lists as the organisation sees them: service types, locations, currencies, languages",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	GetClientSettingsStackType: {
		name: "GetClientSettingsStackType", method: http.MethodGet, path: "/client/{id}/settings/stack-type/{stackTypeId}", area: "catalogue",
		summary: "One service type with its versions, scaling limits and profiles",
		class:   Class{Effect: Reads}, subject: SubjectOrganisation,
	},
	PostCountrySearch: {
		name: "PostCountrySearch", method: http.MethodPost, path: "/country/search", area: "catalogue",
		summary: "Country code list",
		class:   Class{Effect: Reads, Traits: IndexBacked}, reach: ReachPublic,
	},
	PostCurrencySearch: {
		name: "PostCurrencySearch", method: http.MethodPost, path: "/currency/search", area: "catalogue",
		summary: "Currency code list",
		class:   Class{Effect: Reads, Traits: IndexBacked}, reach: ReachPublic,
	},
	PostLanguageSearch: {
		name: "PostLanguageSearch", method: http.MethodPost, path: "/language/search", area: "catalogue",
		summary: "Language code list",
		class:   Class{Effect: Reads, Traits: IndexBacked}, reach: ReachPublic,
	},
	GetRegion: {
		name: "GetRegion", method: http.MethodGet, path: "/region", area: "catalogue",
		summary: "List regions",
		class:   Class{Effect: Reads}, reach: ReachPublic,
	},
	GetRegionZcli: {
		name: "GetRegionZcli", method: http.MethodGet, path: "/region/zcli", area: "catalogue",
		summary: "List regions with API/GUI addresses (public, no auth)",
		class:   Class{Effect: Reads}, reach: ReachPublic,
	},
	PostServiceStackTypeSearch: {
		name: "PostServiceStackTypeSearch", method: http.MethodPost, path: "/service-stack-type/search", area: "catalogue",
		summary: "Public catalogue of service types and versions",
		class:   Class{Effect: Reads, Traits: IndexBacked}, reach: ReachPublic,
	},
	GetSettings: {
		name: "GetSettings", method: http.MethodGet, path: "/settings", area: "catalogue",
		summary: "Global code lists: service types, locations, currencies, languages",
		class:   Class{Effect: Reads}, reach: ReachPublic,
	},
	GetSettingsCountryList: {
		name: "GetSettingsCountryList", method: http.MethodGet, path: "/settings/country-list", area: "catalogue",
		summary: "Country list",
		class:   Class{Effect: Reads}, reach: ReachPublic,
	},
	GetSettingsImportProjectYamlJsonSchemaJson: {
		name: "GetSettingsImportProjectYamlJsonSchemaJson", method: http.MethodGet, path: "/settings/import-project-yaml-json-schema.json", area: "catalogue",
		summary: "JSON schema of the import YAML",
		class:   Class{Effect: Reads, Traits: RawAnswer}, reach: ReachPublic,
	},
	GetSettingsImportProjectYmlJsonSchemaJson: {
		name: "GetSettingsImportProjectYmlJsonSchemaJson", method: http.MethodGet, path: "/settings/import-project-yml-json-schema.json", area: "catalogue",
		summary: "JSON schema of the import YAML, former address",
		class:   Class{Effect: Reads, Traits: RawAnswer}, reach: ReachPublic,
	},
	GetSettingsZeropsYamlJsonSchemaJson: {
		name: "GetSettingsZeropsYamlJsonSchemaJson", method: http.MethodGet, path: "/settings/zerops-yaml-json-schema.json", area: "catalogue",
		summary: "JSON schema of zerops.yaml",
		class:   Class{Effect: Reads, Traits: RawAnswer}, reach: ReachPublic,
	},
	GetSettingsZeropsYmlJsonSchemaJson: {
		name: "GetSettingsZeropsYmlJsonSchemaJson", method: http.MethodGet, path: "/settings/zerops-yml-json-schema.json", area: "catalogue",
		summary: "JSON schema of zerops.yaml, former address",
		class:   Class{Effect: Reads, Traits: RawAnswer}, reach: ReachPublic,
	},
	GetZcliVersion: {
		name: "GetZcliVersion", method: http.MethodGet, path: "/zcli/version", area: "catalogue",
		summary: "Latest zcli release metadata",
		class:   Class{Effect: Reads}, reach: ReachPublic,
	},
}
