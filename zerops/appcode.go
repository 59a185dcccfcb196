package zerops

import (
	"context"
	"io"
	"log/slog"
	"net/url"
	"time"
)

const (
	// maxCodeBytes bounds what is read of an archive of code, and codeTime how long.
	maxCodeBytes = 64 << 20
	codeTime     = 10 * time.Second
)

// CodeGrant is the right to download the code of one version for a while.
type CodeGrant struct{ address *url.URL }

// Secrets returns the values that must not be shown to anybody.
func (g CodeGrant) Secrets() []Secret { return UploadGrant(g).Secrets() }

// String hides the grant, which is a bearer credential.
func (g CodeGrant) String() string { return "download grant" }

// GoString hides the grant.
func (g CodeGrant) GoString() string { return "download grant" }

// LogValue hides the grant.
func (g CodeGrant) LogValue() slog.Value { return slog.StringValue("download grant") }

// AppCode asks for the right to download the archive that a version was deployed
// from: what was uploaded, or what a build from Git has left. The address in it is
// checked and goes nowhere but to [Client.ReadCode] (operation GetAppVersionAppCode;
// platform §10.1).
func (c *Client) AppCode(ctx context.Context, versionID string) (CodeGrant, error) {
	answer, err := fetch[struct {
		URL Secret `json:"url"`
	}](ctx, c, Call{Operation: GetAppVersionAppCode, Path: []string{versionID}})
	if err != nil {
		return CodeGrant{}, err
	}
	address, err := c.api.externalURL(answer.URL.open())
	if err != nil {
		return CodeGrant{}, &ExternalError{Operation: GetAppVersionAppCode, Err: err}
	}
	return CodeGrant{address}, nil
}

// ReadCode passes the archive, as it comes, to read: once, without the token, at most
// 64 MiB and 10 s of it. The error is an [*ExternalError] around that of read or of
// the network; [ErrTooLarge] is that of an archive with more bytes.
func (c *Client) ReadCode(ctx context.Context, grant CodeGrant, read func(io.Reader) error) error {
	if grant.address == nil {
		return &ArgumentError{Operation: GetAppVersionAppCode, Name: "grant", Problem: "was not made by AppCode"}
	}
	ctx, cancel := context.WithTimeout(ctx, codeTime)
	defer cancel()
	status, wait, err := c.api.tryExternal(ctx, grant.address, maxCodeBytes, read)
	if err != nil {
		return &ExternalError{Operation: GetAppVersionAppCode, Status: status, RetryAfter: wait, Err: err}
	}
	return nil
}
