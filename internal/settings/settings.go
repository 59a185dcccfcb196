package settings

import (
	"log/slog"
	"slices"
	"time"
)

// The ways to serve, as --transport spells them.
const (
	TransportStdio = "stdio"
	TransportHTTP  = "http"
	TransportSSE   = "sse"
)

// The ways callers of a remote transport identify themselves, as --http-auth
// spells them.
const (
	AuthCaller = "caller"
	AuthServer = "server"
	AuthNone   = "none"
)

// The ways destructive work is confirmed, as --confirm spells them.
const (
	ConfirmAuto    = "auto"
	ConfirmHuman   = "human"
	ConfirmTwoStep = "two-step"
	ConfirmNever   = "never"
)

// The forms in which commands print, as --output spells them.
const (
	OutputAuto     = "auto"
	OutputTable    = "table"
	OutputJSON     = "json"
	OutputMarkdown = "markdown"
)

// Settings is what a start of the program was asked to do, checked and with
// every default filled in.
type Settings struct {
	// Command is the command's name; [Serve] when none was given.
	Command string
	// Operands are the command's own words: a tool, a client, a shell.
	Operands []string
	// Help is set when the command was asked to describe itself.
	Help bool

	// Transport is one of the Transport constants.
	Transport string
	// Listen is host:port, or unix:PATH.
	Listen string

	// Token yields the Zerops token of this process. It is never nil.
	Token *TokenSource
	// TokenFile and UseZCLILogin are where Token looks beside the variables.
	TokenFile    string
	UseZCLILogin bool

	// APIURL is the API's address without a trailing slash and without the
	// path /api/rest/public.
	APIURL string
	// APIRateLimit is in requests a second per token; 0 means no limit.
	APIRateLimit float64

	ReadOnly bool
	// Projects are ids and names; empty means all, and [NoProject] none.
	Projects     []string
	Toolsets     []string
	Tools        []string
	ExcludeTools []string
	// Confirm is one of the Confirm constants.
	Confirm      string
	MaxWait      time.Duration
	ProtectTag   string
	AllowSecrets bool
	// EnvAllow holds glob patterns of names in our own environment.
	EnvAllow []string
	// DeployRoots are absolute directories; empty on a remote transport.
	DeployRoots []string
	Demo        bool

	// HTTPAuth is one of the Auth constants.
	HTTPAuth        string
	AllowFullAccess bool
	AllowedHosts    []string
	AllowedOrigins  []string
	TrustedProxies  []string
	AccessKeys      []AccessKey
	TLSCert         string
	TLSKey          string
	// RateLimit is in calls a second per caller; 0 means no limit.
	RateLimit float64
	Stateless bool
	// SigningKey is shared by replicas; nil means one of this process's own.
	SigningKey []byte

	MetricsListen string
	AuditLog      string
	LogLevel      slog.Level
	LogFormat     string

	// Output is one of the Output constants.
	Output string
	// Arguments are the --arg values of call, in order, as NAME=VALUE.
	Arguments []string
	// ArgumentsJSON is the --args value of call: a JSON object, or - for
	// standard input.
	ArgumentsJSON string

	DryRun     bool
	Remove     bool
	StoreToken bool

	// ServeFlags are the flags of this command line that serve takes too, each
	// as one word, for whoever starts the server with the same settings.
	ServeFlags []string

	// Strict tells of limits that were given and could not be read, so that the
	// strictest value counts.
	Strict []Warning

	// Own is the Zerops service that this process runs in, or "".
	Own string

	logLevel       string
	accessKeys     string
	accessKeysFile string
	signingKey     string
	signingKeyFile string
	deployRoots    []string
	origins        map[string]string
}

// Remote reports whether callers reach the server over a network transport.
func (s *Settings) Remote() bool {
	return s.Transport == TransportHTTP || s.Transport == TransportSSE
}

// OwnFiles are the paths of the files with our token, keys and records, which no
// tool reads or sends.
func (s *Settings) OwnFiles() []string {
	files := []string{s.accessKeysFile, s.signingKeyFile, s.TLSKey, s.AuditLog, s.TokenFile}
	if s.Token != nil {
		for _, f := range []*secretFile{s.Token.file, s.Token.zcli, s.Token.stored} {
			if f != nil {
				files = append(files, f.path)
			}
		}
	}
	return slices.DeleteFunc(files, func(path string) bool { return path == "" })
}

// Origin says where the value of the setting named by flag (or, where it has
// none, by its first variable) came from: a flag, a variable's name, or "" for
// the default.
func (s *Settings) Origin(name string) string { return s.origins[name] }

// An AccessKey admits one caller of a server that runs with --http-auth server.
type AccessKey struct {
	Label string
	Key   string
}

// LogValue keeps the key out of logs.
func (k AccessKey) LogValue() slog.Value { return slog.StringValue(k.Label) }

// String keeps the key out of whatever formats the value.
func (k AccessKey) String() string { return k.Label }

// GoString keeps the key out of %#v.
func (k AccessKey) GoString() string { return k.Label }

// A Warning tells the operator of something that was tolerated or that will
// not do what was probably meant. It never holds a secret value.
type Warning struct {
	// Setting is the flag or variable it is about.
	Setting string
	Text    string
}

// String is the warning as one line.
func (w Warning) String() string { return w.Setting + ": " + w.Text }
