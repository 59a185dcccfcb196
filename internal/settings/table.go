package settings

import (
	"slices"
	"time"

	"zerops-mcp/zerops"
)

// The commands.
const (
	Serve      = "serve"
	CallTool   = "call"
	ListTools  = "tools"
	Doctor     = "doctor"
	Install    = "install"
	Version    = "version"
	Completion = "completion"
	Help       = "help"
)

// A Command is one thing that the program does.
type Command struct {
	Name string
	// Operands is what follows the name, for the usage line.
	Operands string
	Summary  string
	// plain commands look at no setting, so that nothing in the environment
	// can keep them from answering.
	plain bool
	// most is how many operands the command takes; -1 for any number.
	most int
}

// Commands lists the commands in the order in which help shows them.
func Commands() []Command {
	return []Command{
		{Name: Serve, Operands: "[DIRECTORY]…", Summary: "serve MCP (the default command); directories are deploy roots", most: -1},
		{Name: CallTool, Operands: "TOOL", Summary: "run one tool and print its result", most: 1},
		{Name: ListTools, Summary: "list the tools that a client would see", most: 0},
		{Name: Doctor, Summary: "check token, reach, API, clock and version, and say how to fix what is wrong", most: 0},
		{Name: Install, Operands: "CLIENT", Summary: "add the server to an assistant's configuration, with the flags that follow", most: 1},
		{Name: Version, Summary: "print the version", plain: true, most: 0},
		{Name: Completion, Operands: "bash|zsh|fish", Summary: "print a shell completion script", plain: true, most: 1},
		{Name: Help, Operands: "[COMMAND]", Summary: "describe a command and its flags", plain: true, most: 1},
	}
}

// A Setting is one row of the table.
type Setting struct {
	// Flag is the name without dashes; "" where the value may not be a flag,
	// because command lines are visible to every user of a machine.
	Flag string
	// Env lists the variables that are read, the strongest first.
	Env []string
	// Value names the value in help; "" for a switch.
	Value string
	// Choices lists the allowed values of a closed set.
	Choices []string
	// Default is the value used when nothing is given, in the form in which it
	// would be written.
	Default string
	// Shown stands for Default in help where the default is not a value.
	Shown string
	// Meaning is one or two sentences for help and docs.
	Meaning string
	// Repeat marks flags that may be given several times.
	Repeat bool
	// Secret marks values that are never shown.
	Secret bool
	// Remote marks what only has a meaning with --transport http or sse.
	Remote bool
	// Commands lists the commands that take the flag.
	Commands []string

	// at is where the value goes: *bool, *string, *[]string, *time.Duration or
	// *float64. The type is the kind of the value.
	at func(*Settings) any
	// paths marks lists that a variable separates as PATH does.
	paths bool
	// lenient flags may stand at the end, or before another flag, without a
	// value: an MCP bundle writes them so when its list is empty.
	lenient bool
	// verbatim values are the command's own business and not looked into.
	verbatim bool
}

// Name identifies the setting: its flag, or its first variable.
func (s *Setting) Name() string {
	if s.Flag != "" {
		return s.Flag
	}
	return s.Env[0]
}

// Switch reports whether the setting is on or off.
func (s *Setting) Switch() bool {
	_, ok := s.at(new(Settings)).(*bool)
	return ok
}

// Takes reports whether the command accepts the setting's flag.
func (s *Setting) Takes(command string) bool {
	return slices.Contains(s.Commands, command)
}

const longestMaxWait = 600 * time.Second

// Table returns every setting, grouped as the documentation shows them.
func Table() []Setting {
	account := []string{Serve, CallTool, ListTools, Doctor, Install}
	server := []string{Serve, ListTools, Doctor}
	waiting := []string{Serve, ListTools, Doctor, Install}
	printing := []string{CallTool, ListTools, Doctor}
	return []Setting{
		{
			Flag: "transport", Env: []string{"ZMCP_TRANSPORT"}, Value: "KIND", Commands: server,
			Choices: []string{TransportStdio, TransportHTTP, TransportSSE}, Default: TransportStdio,
			Meaning: "How clients reach the server. `sse` is http plus the older SSE endpoints.",
			at:      func(s *Settings) any { return &s.Transport },
		},
		{
			Flag: "listen", Env: []string{"ZMCP_LISTEN"}, Value: "ADDRESS", Commands: server, Remote: true,
			Default: "127.0.0.1:8080",
			Meaning: "Where http and sse listen: HOST:PORT or unix:/path.",
			at:      func(s *Settings) any { return &s.Listen },
		},
		{
			Flag: "token-file", Env: []string{"ZEROPS_TOKEN_FILE", "ZMCP_TOKEN_FILE"}, Value: "FILE", Commands: account,
			Shown:   "none",
			Meaning: "Read the Zerops token from a file, for example a Docker or systemd secret; read again when it changes.",
			at:      func(s *Settings) any { return &s.TokenFile },
		},
		{
			Flag: "use-zcli-login", Env: []string{"ZMCP_USE_ZCLI_LOGIN"}, Commands: account,
			Meaning: "Fall back to the token that `zcli login` stored.",
			at:      func(s *Settings) any { return &s.UseZCLILogin },
		},
		{
			Flag: "api-url", Env: []string{"ZEROPS_API_URL", "ZMCP_API_URL"}, Value: "URL", Commands: account,
			Default: zerops.DefaultAddress,
			Meaning: "The Zerops API, with or without /api/rest/public. Plain http only to this machine.",
			at:      func(s *Settings) any { return &s.APIURL },
		},
		{
			Flag: "read-only", Env: []string{"ZMCP_READ_ONLY"}, Commands: account,
			Meaning: "Tools that change anything are neither listed nor callable. `false` for no such limit.",
			at:      func(s *Settings) any { return &s.ReadOnly },
		},
		{
			Flag: "project", Env: []string{"ZMCP_PROJECT"}, Value: "ID|NAME", Repeat: true, Commands: account,
			Shown:   "every project of the token",
			Meaning: "Only these projects; `*` for every project of the token. A single one becomes the default `project` argument.",
			at:      func(s *Settings) any { return &s.Projects },
		},
		{
			Flag: "toolsets", Env: []string{"ZMCP_TOOLSETS"}, Value: "LIST", Repeat: true, Commands: account,
			Default: "default",
			Meaning: "`default`, `all`, or some of account, projects, services, deploy, observe, env, network, storage, team, api.",
			at:      func(s *Settings) any { return &s.Toolsets },
		},
		{
			Flag: "tools", Env: []string{"ZMCP_TOOLS"}, Value: "LIST", Repeat: true, Commands: account,
			Shown:   "none",
			Meaning: "Single tools to add to the toolsets, or `none`.",
			at:      func(s *Settings) any { return &s.Tools },
		},
		{
			Flag: "exclude-tools", Env: []string{"ZMCP_EXCLUDE_TOOLS"}, Value: "LIST", Repeat: true, Commands: account,
			Shown:   "none",
			Meaning: "Single tools to take out of the toolsets, `none`, or `*` for all but `whoami`.",
			at:      func(s *Settings) any { return &s.ExcludeTools },
		},
		{
			Flag: "confirm", Env: []string{"ZMCP_CONFIRM"}, Value: "MODE", Commands: account,
			Choices: []string{ConfirmAuto, ConfirmHuman, ConfirmTwoStep, ConfirmNever}, Default: ConfirmAuto,
			Meaning: "Who confirms what destroys, costs at once, or lets somebody in (docs/safety.md): `auto` asks the person where the client can, else takes two steps; " +
				"`human` refuses where nobody can be asked; `never` is for headless automation that accepts the risk.",
			at: func(s *Settings) any { return &s.Confirm },
		},
		{
			Flag: "max-wait", Env: []string{"ZMCP_MAX_WAIT"}, Value: "DURATION", Commands: waiting,
			Default: "50s",
			Meaning: "The longest a call waits for the platform, at most 600s. Many clients give up after a minute.",
			at:      func(s *Settings) any { return &s.MaxWait },
		},
		{
			Flag: "env-allow", Env: []string{"ZMCP_ENV_ALLOW"}, Value: "GLOBS", Repeat: true, Commands: account,
			Shown:   "none",
			Meaning: "Names of the server's own environment that `set_env` may copy with `from_env`; never ZEROPS_*, ZMCP_* or OTEL_*. `none` for none.",
			at:      func(s *Settings) any { return &s.EnvAllow },
		},
		{
			Flag: "allow-secrets", Env: []string{"ZMCP_ALLOW_SECRETS"}, Commands: account,
			Meaning: "Offer the tools that return secret values. Without it no tool does.",
			at:      func(s *Settings) any { return &s.AllowSecrets },
		},
		{
			Flag: "deploy-root", Env: []string{"ZMCP_DEPLOY_ROOT"}, Value: "DIRECTORY", Repeat: true, Commands: account,
			Shown:   "the working directory, unless that is /, a drive or the home directory",
			Meaning: "Directories that `deploy_service` and `from_file` may read; stdio only.",
			at:      func(s *Settings) any { return &s.deployRoots }, paths: true, lenient: true,
		},
		{
			Flag: "demo", Env: []string{"ZMCP_DEMO"}, Commands: account,
			Meaning: "Serve a built-in simulation of Zerops instead of the real one; needs no token.",
			at:      func(s *Settings) any { return &s.Demo },
		},
		{
			Flag: "http-auth", Env: []string{"ZMCP_HTTP_AUTH"}, Value: "MODE", Commands: server, Remote: true,
			Choices: []string{AuthCaller, AuthServer, AuthNone}, Default: AuthCaller,
			Meaning: "`caller`: each request brings its own Zerops token in Authorization: Bearer, X-API-Key or X-Auth-Token. " +
				"`server`: callers present one of ZMCP_ACCESS_KEYS and the server uses its own token. `none`: this machine only.",
			at: func(s *Settings) any { return &s.HTTPAuth },
		},
		{
			Flag: "allow-full-access", Env: []string{"ZMCP_ALLOW_FULL_ACCESS"}, Commands: server, Remote: true,
			Meaning: "Let --http-auth server run without --read-only or --project.",
			at:      func(s *Settings) any { return &s.AllowFullAccess },
		},
		{
			Env: []string{"ZMCP_ACCESS_KEYS"}, Value: "LABEL:KEY,…", Secret: true, Remote: true,
			Shown:   "none",
			Meaning: "Keys of the callers with --http-auth server.",
			at:      func(s *Settings) any { return &s.accessKeys },
		},
		{
			Env: []string{"ZMCP_ACCESS_KEYS_FILE"}, Value: "FILE", Remote: true,
			Shown:   "none",
			Meaning: "The same, one LABEL:KEY a line.",
			at:      func(s *Settings) any { return &s.accessKeysFile },
		},
		{
			Flag: "allowed-hosts", Env: []string{"ZMCP_ALLOWED_HOSTS"}, Value: "LIST", Repeat: true, Commands: server, Remote: true,
			Shown:   "names of this machine",
			Meaning: "Host names under which the server answers, or `none` for no others than those of this machine.",
			at:      func(s *Settings) any { return &s.AllowedHosts },
		},
		{
			Flag: "allowed-origins", Env: []string{"ZMCP_ALLOWED_ORIGINS"}, Value: "LIST", Repeat: true, Commands: server, Remote: true,
			Shown:   "none",
			Meaning: "Browser origins that may call, or `none`.",
			at:      func(s *Settings) any { return &s.AllowedOrigins },
		},
		{
			Flag: "trusted-proxies", Env: []string{"ZMCP_TRUSTED_PROXIES"}, Value: "LIST", Repeat: true, Commands: server, Remote: true,
			Shown:   "none",
			Meaning: "Addresses or networks whose X-Forwarded-* headers are believed, or `none`.",
			at:      func(s *Settings) any { return &s.TrustedProxies },
		},
		{
			Flag: "protect-tag", Env: []string{"ZMCP_PROTECT_TAG"}, Value: "TAG", Commands: account,
			Default: "protected",
			Meaning: "Nothing in a project with this tag is ever destroyed; `*` for every project.",
			at:      func(s *Settings) any { return &s.ProtectTag },
		},
		{
			Flag: "tls-cert", Env: []string{"ZMCP_TLS_CERT"}, Value: "FILE", Commands: server, Remote: true,
			Shown:   "none",
			Meaning: "Serve TLS with this certificate chain.",
			at:      func(s *Settings) any { return &s.TLSCert },
		},
		{
			Flag: "tls-key", Env: []string{"ZMCP_TLS_KEY"}, Value: "FILE", Commands: server, Remote: true,
			Shown:   "none",
			Meaning: "The certificate's private key.",
			at:      func(s *Settings) any { return &s.TLSKey },
		},
		{
			Flag: "rate-limit", Env: []string{"ZMCP_RATE_LIMIT"}, Value: "NUMBER", Commands: server, Remote: true,
			Default: "200",
			Meaning: "Calls a second and caller; 0 for no limit.",
			at:      func(s *Settings) any { return &s.RateLimit },
		},
		{
			Flag: "api-rate-limit", Env: []string{"ZMCP_API_RATE_LIMIT"}, Value: "NUMBER", Commands: account,
			Default: "50",
			Meaning: "Requests a second to the API and token; 0 for no limit.",
			at:      func(s *Settings) any { return &s.APIRateLimit },
		},
		{
			Flag: "stateless", Env: []string{"ZMCP_STATELESS"}, Commands: server, Remote: true,
			Meaning: "Keep no session memory, so that any replica can answer any request.",
			at:      func(s *Settings) any { return &s.Stateless },
		},
		{
			Env: []string{"ZMCP_SIGNING_KEY"}, Value: "KEY", Secret: true,
			Shown:   "random, of this process; made of the token for `call`",
			Meaning: "Key for confirmation and session tokens, shared by replicas: at least 32 characters, as `openssl rand -base64 32` makes them.",
			at:      func(s *Settings) any { return &s.signingKey },
		},
		{
			Flag: "signing-key-file", Env: []string{"ZMCP_SIGNING_KEY_FILE"}, Value: "FILE", Commands: account,
			Shown:   "none",
			Meaning: "The key that ZMCP_SIGNING_KEY would hold, from a file.",
			at:      func(s *Settings) any { return &s.signingKeyFile },
		},
		{
			Flag: "metrics-listen", Env: []string{"ZMCP_METRICS_LISTEN"}, Value: "ADDRESS", Commands: server, Remote: true,
			Shown:   "off",
			Meaning: "Serve Prometheus /metrics on a listener of its own.",
			at:      func(s *Settings) any { return &s.MetricsListen },
		},
		{
			Flag: "audit-log", Env: []string{"ZMCP_AUDIT_LOG"}, Value: "FILE|stderr", Commands: account,
			Shown:   "off",
			Meaning: "Write one JSON line for every call.",
			at:      func(s *Settings) any { return &s.AuditLog },
		},
		{
			Flag: "log-level", Env: []string{"ZMCP_LOG_LEVEL"}, Value: "LEVEL", Commands: account,
			Choices: []string{"debug", "info", "warn", "error"}, Default: "info",
			Meaning: "What is logged to stderr.",
			at:      func(s *Settings) any { return &s.logLevel },
		},
		{
			Flag: "log-format", Env: []string{"ZMCP_LOG_FORMAT"}, Value: "FORMAT", Commands: account,
			Choices: []string{"text", "json"}, Default: "text",
			Meaning: "How it is written.",
			at:      func(s *Settings) any { return &s.LogFormat },
		},
		{
			Flag: "output", Value: "FORMAT", Commands: printing,
			Choices: []string{OutputAuto, OutputTable, OutputJSON, OutputMarkdown}, Default: OutputAuto,
			Meaning: "A table for people or JSON for programs; `auto` is a table on a terminal. `markdown` is for tools.",
			at:      func(s *Settings) any { return &s.Output },
		},
		{
			Flag: "arg", Value: "NAME=VALUE", Repeat: true, Commands: []string{CallTool},
			Meaning: "One argument of the tool, typed by its schema.",
			at:      func(s *Settings) any { return &s.Arguments }, verbatim: true,
		},
		{
			Flag: "args", Value: "JSON|-", Commands: []string{CallTool},
			Meaning: "All arguments as a JSON object, or - to read it from standard input.",
			at:      func(s *Settings) any { return &s.ArgumentsJSON }, verbatim: true,
		},
		{
			Flag: "dry-run", Commands: []string{Install},
			Meaning: "Show what would change, and change nothing.",
			at:      func(s *Settings) any { return &s.DryRun },
		},
		{
			Flag: "remove", Commands: []string{Install},
			Meaning: "Take the server out of the configuration again.",
			at:      func(s *Settings) any { return &s.Remove },
		},
		{
			Flag: "store-token", Commands: []string{Install},
			Meaning: "Keep the present token in the configuration folder of zerops-mcp, where only its owner can read it.",
			at:      func(s *Settings) any { return &s.StoreToken },
		},
	}
}

// TokenVariables lists the variables that hold a token, the strongest first.
func TokenVariables() []string {
	return []string{
		"ZEROPS_TOKEN", "ZEROPS_API_TOKEN", "ZEROPS_ACCESS_TOKEN", "ZEROPS_API_KEY", "ZCP_API_KEY", "ZMCP_TOKEN",
	}
}
