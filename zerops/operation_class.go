package zerops

import "strings"

// Class is what an operation is for and what has to be minded. What it does to the
// account is its [Consequence].
type Class struct {
	Effect Effect
	Traits Trait
}

// Has reports whether the class has all the given traits.
func (c Class) Has(t Trait) bool { return c.Traits&t == t }

// Effect is what an operation or a tool is for, as people are told.
type Effect uint8

// Effects of operations. The zero value means unclassified; the catalogue has
// none of it.
const (
	// Reads changes nothing, whatever the HTTP method.
	Reads Effect = iota + 1
	// Creates adds something and touches nothing that exists.
	Creates
	// Updates changes something; the same kind of call can change it back.
	Updates
	// Destroys removes or stops something, or cannot be undone.
	Destroys
)

// String returns the effect as tools spell it: reads, creates, updates, destroys.
func (e Effect) String() string {
	switch e {
	case Reads:
		return "reads"
	case Creates:
		return "creates"
	case Updates:
		return "updates"
	case Destroys:
		return "destroys"
	}
	return "unclassified"
}

// Trait is something about an operation that a caller has to mind.
type Trait uint16

// Traits of operations.
const (
	// RevealsSecret marks an operation whose answer is a credential or gives one
	// away: a token, a signed address, a VPN peer, rendered variables.
	RevealsSecret Trait = 1 << iota
	// CarriesSecrets marks an answer that holds secret values among other things.
	CarriesSecrets
	// PersonOnly marks what only a person should do; see [Operation.Place].
	PersonOnly
	// FullReplacement marks an operation that replaces the whole record: what the
	// body leaves out is lost.
	FullReplacement
	// Asynchronous marks an operation whose work goes on after its answer, usually
	// as a process.
	Asynchronous
	// IndexBacked marks a search in an index that trails writes by about a second.
	IndexBacked
	// RawAnswer marks an answer that is a document rather than the API's JSON.
	RawAnswer
	// EmptyAnswer marks an operation that may succeed with an empty body.
	EmptyAnswer
	// BinaryBody marks an operation that takes bytes instead of JSON.
	BinaryBody
	// Undocumented marks an operation that the live API answers and the vendor's
	// SDK v1.0.21 does not know (platform §1.9, §10.3).
	Undocumented
)

// String returns the traits in words, separated by commas.
func (t Trait) String() string {
	words := [...]string{
		"reveals a secret", "carries secret values", "person only", "replaces the whole record",
		"asynchronous", "reads a trailing index", "answers a document", "may answer nothing", "takes bytes", "undocumented",
	}
	var set []string
	for i, word := range words {
		if t&(1<<i) != 0 {
			set = append(set, word)
		}
	}
	return strings.Join(set, ", ")
}

// Subject is what the first path parameter of an operation names.
type Subject uint8

// Subjects of operations.
const (
	SubjectNone Subject = iota // there is no path parameter
	SubjectUser
	SubjectOrganisation
	SubjectProject
	SubjectService
	SubjectProcess
	SubjectAppVersion
	SubjectHTTPRouting
	SubjectPortRouting
	SubjectServiceVariable
	SubjectProjectVariable
	SubjectMember // a membership, which is not the user's id
	SubjectNotification
	SubjectUserToken
	SubjectPayment
	SubjectCredential   // a passkey or security key
	SubjectRecipe       // named by a word, not by an id
	SubjectOneTimeToken // sent by e-mail or taken from an address
)

// Reach tells how to know, before a call is sent, which project it touches.
type Reach uint8

// Reaches of operations, from the strictest.
const (
	// ReachAccount touches the organisation or the user's account as a whole.
	ReachAccount Reach = iota
	// ReachSubject touches the project that the subject is or belongs to.
	ReachSubject
	// ReachSearch touches the projects that a term named projectId in the body's
	// search selects, and the whole organisation without such a term.
	ReachSearch
	// ReachSearchID is ReachSearch with a term named id.
	ReachSearchID
	// ReachQuery touches the project of the query parameter projectId, and the
	// whole organisation without it.
	ReachQuery
	// ReachBody touches the project of the body's projectId, and the whole
	// organisation without it.
	ReachBody
	// ReachCaller reads about the caller alone.
	ReachCaller
	// ReachPublic reads what is the same for everybody.
	ReachPublic
)

// place says where in the GUI a person does something.
type place string

const (
	placeSignIn       place = "the sign-in page of the Zerops GUI"
	placeSignUp       place = "the registration page of the Zerops GUI"
	placeProfile      place = "Zerops GUI → Settings → the user's profile"
	placeProfileMenu  place = "Zerops GUI → the profile menu → sign out"
	placeSecurity     place = "Zerops GUI → Settings → the user's sign-in and security"
	placeTokens       place = "Zerops GUI → Settings → Access Token Management"
	placeBilling      place = "Zerops GUI → Settings → the organisation's billing and payment methods"
	placeInvoices     place = "Zerops GUI → Settings → the organisation's billing → invoices"
	placeOrganisation place = "Zerops GUI → Settings → the organisation"
	placeInvitation   place = "the invitation e-mail, whose link opens the Zerops GUI"
	placeRecovery     place = "the sign-in page of the Zerops GUI → forgotten password"
	placeEmail        place = "the verification e-mail, or Zerops GUI → Settings → the user's profile"
	placeGithub       place = "Zerops GUI → the service → build and deploy pipeline → connect a GitHub repository"
	placeGitlab       place = "Zerops GUI → the service → build and deploy pipeline → connect a GitLab repository"
	placeGithubHook   place = "nowhere by hand: GitHub calls it; Zerops GUI → the service → build and deploy pipeline → connect a GitHub repository"
	placeGitlabHook   place = "nowhere by hand: GitLab calls it; Zerops GUI → the service → build and deploy pipeline → connect a GitLab repository"
	placeStripe       place = "nowhere by hand: the payment provider calls it; Zerops GUI → Settings → the organisation's billing and payment methods"
	placePush         place = "nowhere by hand: the Zerops GUI opens it by itself to show changes as they happen"
)
