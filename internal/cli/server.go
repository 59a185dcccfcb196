package cli

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"zerops-mcp/internal/settings"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/transport"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// session is what the commands that reach the API work with.
type session struct {
	*program
	logger *slog.Logger
	api    *zerops.API
	token  *settings.TokenSource
	audit  *auditLog
	// metrics count what a remote server does; nil where nobody reads them.
	metrics *transport.Metrics
	// probe watches the requests of doctor; nil for other commands.
	probe *probe
}

// run opens a session, runs the command in it and closes it again.
func (p *program) run(ctx context.Context, logger *slog.Logger) int {
	s := &session{program: p, logger: logger, token: p.Token}
	address := p.APIURL
	if p.Demo {
		// The account outlives a signal, so that open calls can still end.
		demo, err := simulator.New().Start(context.WithoutCancel(ctx))
		if err != nil {
			return failed(p.Stderr, fmt.Errorf("start the demo account: %w", err))
		}
		defer func() { _ = demo.Close() }()
		address, s.token = demo.URL, settings.FixedToken(simulator.OwnerToken, "--demo")
	}
	options := zerops.APIOptions{
		Address:           address,
		UserAgent:         fmt.Sprintf("zerops-mcp/%s (%s; %s)", Version(), runtime.GOOS, runtime.GOARCH),
		RequestsPerSecond: p.APIRateLimit,
		Burst:             int(4 * p.APIRateLimit),
		Logger:            logger,
	}
	if p.Remote() && p.Command == settings.Serve {
		if p.MetricsListen != "" {
			s.metrics = transport.NewMetrics()
		}
		options.Observe = func(ctx context.Context, a zerops.Attempt) {
			if s.metrics != nil {
				s.metrics.APIRequest(a.Operation.String(), a.Status, a.Number, a.Duration)
			}
			if caller, _ := request.CallerFrom(ctx); caller.Answered != nil {
				caller.Answered(a.Status)
			}
		}
	}
	if p.Command == settings.Doctor {
		s.probe = newProbe()
		options.Transport = s.probe
	}
	api, err := zerops.NewAPI(options)
	if err != nil {
		return usageError(p.Stderr, err)
	}
	defer api.CloseIdle()
	s.api = api
	if p.AuditLog != "" {
		if s.audit, err = openAuditLog(p.AuditLog, p.Stderr, logger); err != nil {
			return usageError(p.Stderr, err)
		}
		defer s.audit.close()
	}
	switch p.Command {
	case settings.CallTool:
		return s.call(ctx)
	case settings.ListTools:
		return s.list()
	case settings.Doctor:
		return s.doctor(ctx)
	default:
		return s.serve(ctx)
	}
}

// config is what the tools are told of the settings.
func (s *session) config() tool.Config {
	cfg := tool.Config{
		API:          s.api,
		Credential:   s.credential,
		ReadOnly:     s.ReadOnly,
		Projects:     s.Projects,
		Toolsets:     s.Toolsets,
		Tools:        s.Tools,
		ExcludeTools: s.ExcludeTools,
		Confirm:      tool.ConfirmMode(s.Confirm),
		MaxWait:      s.MaxWait,
		AllowSecrets: s.AllowSecrets,
		ProtectTag:   s.ProtectTag,
		DeployRoots:  s.DeployRoots,
		EnvAllow:     s.EnvAllow,
		OwnFiles:     s.OwnFiles(),
		Remote:       s.Remote(),
		Stateless:    s.Stateless,
		SigningKey:   s.SigningKey,
		OwnService:   s.Own,
		Logger:       s.logger,
		Version:      Version(),
	}
	for _, w := range s.Strict {
		cfg.Warnings = append(cfg.Warnings, w.String())
	}
	if s.audit != nil || s.metrics != nil {
		cfg.Audit = s.record
	}
	return cfg
}

// record takes note of a call that has ended.
func (s *session) record(ctx context.Context, record tool.AuditRecord) {
	if s.metrics != nil {
		s.metrics.Call(record.Tool, record.Outcome, time.Duration(record.Took*float64(time.Second)))
	}
	if s.audit != nil {
		s.audit.write(ctx, record)
	}
}

// credential is the token of a call: the caller's own where the transport knows
// one, else that of this process. The demo account is the same for whoever asks:
// what callers present there is no token of anything.
func (s *session) credential(ctx context.Context) request.Credential {
	caller, known := request.CallerFrom(ctx)
	if !s.Demo && (known && caller.Token != "" || s.Remote() && s.HTTPAuth == settings.AuthCaller) {
		return request.HeaderCredential(caller)
	}
	c := s.token.Current()
	return request.Credential{Token: c.Token, Source: c.Source, Problem: c.Problem, Reloads: c.Reloads}
}

// callWait replaces the clamp of wait_seconds where a person or a script waits:
// they can wait as long as they like, and no client gives up.
const callWait = 24 * time.Hour

// callConfig is the configuration of the commands that run tools themselves.
// Their confirmation tokens are signed with a key made from the Zerops token,
// because the second step of a two-step confirmation is another process.
func (s *session) callConfig() tool.Config {
	cfg := s.config()
	cfg.MaxWait = callWait
	if token := s.token.Current().Token; cfg.SigningKey == nil && token != "" {
		mac := hmac.New(sha256.New, []byte(token))
		mac.Write([]byte("zerops-mcp call confirmation"))
		cfg.SigningKey = mac.Sum(nil)
	}
	return cfg
}
