package zerops

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// UploadGrant is the right to upload the code of one version.
type UploadGrant struct{ address *url.URL }

// Secrets returns the values that must not be shown to anybody.
func (g UploadGrant) Secrets() []Secret {
	if g.address == nil {
		return nil
	}
	return addressSecrets(g.address)
}

// String hides the grant, which is a bearer credential.
func (g UploadGrant) String() string { return "upload grant" }

// GoString hides the grant.
func (g UploadGrant) GoString() string { return "upload grant" }

// LogValue hides the grant.
func (g UploadGrant) LogValue() slog.Value { return slog.StringValue("upload grant") }

// CreateAppVersion makes a version in UPLOADING and returns it with the right to
// upload its code (operation PostServiceStackAppVersion).
func (c *Client) CreateAppVersion(ctx context.Context, serviceID, name string) (AppVersion, UploadGrant, error) {
	body := struct {
		Name *string `json:"name"`
	}{}
	if name != "" {
		body.Name = &name
	}
	created, err := fetch[struct {
		AppVersion
		UploadURL Secret `json:"uploadUrl"`
	}](ctx, c, Call{Operation: PostServiceStackAppVersion, Path: []string{serviceID}, Body: body})
	if err != nil {
		return AppVersion{}, UploadGrant{}, err
	}
	address, err := c.api.externalURL(created.UploadURL.open())
	if err != nil {
		return created.AppVersion, UploadGrant{}, &ExternalError{Operation: PostServiceStackAppVersion, Err: err}
	}
	return created.AppVersion, UploadGrant{address: address}, nil
}

// Upload sends a gzip tar archive as it is read from body, without the token and
// without a Content-Length. It is sent once. The error is body's own where
// reading it failed, else an [*ExternalError]; ctx bounds the time. The version
// stays UPLOADING until it is deployed, also after a complete upload
// (platform §4.5).
func (c *Client) Upload(ctx context.Context, grant UploadGrant, body io.Reader) error {
	if grant.address == nil {
		return &ArgumentError{Operation: PostServiceStackAppVersion, Name: "grant", Problem: "was not made by CreateAppVersion"}
	}
	source := &uploadBody{r: body}
	// The body gets a type of our own, so that net/http finds no length in it.
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, grant.address.String(), source)
	if err != nil {
		return &ExternalError{Operation: PostServiceStackAppVersion, Err: errForeignAddress}
	}
	if c.api.userAgent != "" {
		req.Header.Set("User-Agent", c.api.userAgent)
	}
	resp, err := c.api.external.Do(req)
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
	}
	if failed := source.failure(); failed != nil {
		return failed
	}
	if err != nil {
		return &ExternalError{Operation: PostServiceStackAppVersion, Err: stripURL(err)}
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // the answer holds nothing of use
	if resp.StatusCode >= 300 {
		return &ExternalError{Operation: PostServiceStackAppVersion, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, time.Now()), Err: errRefused}
	}
	if !source.ended.Load() {
		return &ExternalError{Operation: PostServiceStackAppVersion, Status: resp.StatusCode, Err: errCutShort}
	}
	return nil
}

// errCutShort is a good answer to an upload that was not read to its end.
var errCutShort = errors.New("the upload service answered before it had everything")

// uploadBody remembers how reading the source ended, since net/http mixes that
// with its own errors.
type uploadBody struct {
	r     io.Reader
	err   atomic.Pointer[error]
	ended atomic.Bool
}

func (b *uploadBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		b.ended.Store(true)
	case err != nil:
		b.err.Store(&err)
	}
	return n, err //nolint:wrapcheck // io.Reader
}

func (b *uploadBody) failure() error {
	if err := b.err.Load(); err != nil {
		return *err
	}
	return nil
}
