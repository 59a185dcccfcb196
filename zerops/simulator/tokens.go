package simulator

// SecretMark is part of every secret value that the account holds or hands out, so
// that a test can look for it in anything that must not contain a secret.
const SecretMark = "obviously-fake"

// Tokens of the seeded account.
const (
	// OwnerToken is the personal access token of the owner of both organisations.
	OwnerToken = "obviously-fake-owner-token"
	// AdminToken belongs to an admin of the first organisation.
	AdminToken = "obviously-fake-admin-token"
	// ReadOnlyToken belongs to a member who may read six projects of the first
	// organisation and nothing else: the direct project list is a 403, the search
	// works, every change is a 403 and sensitive values read REDACTED.
	ReadOnlyToken = "obviously-fake-read-only-token"
	// DeveloperToken belongs to a member with full access to two projects who may
	// create projects but has no access to the rest of the organisation.
	DeveloperToken = "obviously-fake-developer-token"
	// OrgReadToken is an integration token with read access to all projects of the
	// first organisation.
	OrgReadToken = "obviously-fake-org-read-token"
	// ProjectToken is an integration token with full access to two projects, no access
	// to the rest of the organisation, and the right to create projects.
	ProjectToken = "obviously-fake-project-token"
	// SingleProjectToken is an integration token with full access to one project.
	SingleProjectToken = "obviously-fake-single-project-token"
	// NoFinanceToken belongs to an admin who may not see money.
	NoFinanceToken = "obviously-fake-no-finance-token"
	// OtherOrgToken belongs to the owner of the second organisation only.
	OtherOrgToken = "obviously-fake-other-org-token"
	// RevokedToken was valid once; it answers 401 notAuthorized like any unknown one.
	RevokedToken = "obviously-fake-revoked-token"
)

// Secrets returns every secret value that the account holds or has handed out so
// far: tokens, sensitive variables, upload and log grants, download links.
func (s *Simulator) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.world.secrets...)
}
