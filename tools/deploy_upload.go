package tools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"zerops-mcp/internal/archive"
	"zerops-mcp/zerops"
)

const (
	// maxUploads bounds the uploads of one server that run at once, maxKnownUploads
	// those that are remembered.
	maxUploads      = 4
	maxKnownUploads = 64
	// uploadTime bounds one upload: 2 GB at 10 Mbit/s.
	uploadTime = 30 * time.Minute
	// drainTime is how long an upload may go on once the server is about to end.
	drainTime = 8 * time.Second
)

// uploads are the uploads of this server. They outlive the call that began them,
// because a large directory takes longer than clients wait; the version then
// tells how it went on. It is a cache: a server that restarts forgets it.
type uploads struct {
	mu   sync.Mutex
	jobs []*upload // oldest first
}

// upload is the way of one directory to the platform and into its pipeline.
type upload struct {
	service, version string
	total            int64 // bytes of the files
	read             atomic.Int64
	cancel           context.CancelCauseFunc

	done    chan struct{} // closed when the fields below are set
	process *zerops.Process
	err     error
	failure *failure // err in words
}

// find returns the upload of a version, nil where this server made none.
func (u *uploads) find(version string) *upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, job := range u.jobs {
		if job.version == version {
			return job
		}
	}
	return nil
}

// running returns the upload to a service that is under way, nil where there is
// none.
func (u *uploads) running(service string) *upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, job := range u.jobs {
		if job.service == service && !job.ended() {
			return job
		}
	}
	return nil
}

// add remembers an upload. It refuses one too many, and a second to a service.
func (u *uploads) add(job *upload) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	busy := 0
	for _, other := range u.jobs {
		if other.ended() {
			continue
		}
		if busy++; other.service == job.service || busy >= maxUploads {
			return &failure{Code: codeConflict, Message: "this server is busy with other uploads; nothing was deployed", Hint: "Wait for them, then repeat.", Retryable: true}
		}
	}
	if len(u.jobs) >= maxKnownUploads {
		for i, other := range u.jobs {
			if other.ended() {
				u.jobs = append(u.jobs[:i:i], u.jobs[i+1:]...)
				break
			}
		}
	}
	u.jobs = append(u.jobs, job)
	return nil
}

func (u *upload) ended() bool {
	select {
	case <-u.done:
		return true
	default:
		return false
	}
}

// progress says how far an upload is.
func (u *upload) progress() string {
	read := min(u.read.Load(), u.total)
	if read == u.total {
		return "uploaded, asking for the deployment"
	}
	return fmt.Sprintf("uploading: %s of %s read", megabytes(read), megabytes(u.total))
}

// describe adds what only this server knows to the view of a version that is
// still UPLOADING.
func (u *upload) describe(view *deploymentView) {
	switch {
	case !u.ended():
		view.Error = u.progress()
		view.Outcome = "open"
	case u.err != nil:
		view.Error = clean(u.failure.Message, 400)
		view.Outcome = "failed"
	}
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// errStopping ends an upload because the server ends.
var errStopping = errors.New("the server was stopped during the upload; nothing was deployed")

// errCallerCanceled ends an upload because somebody cancelled the deployment.
var errCallerCanceled = errors.New("the upload was cancelled; nothing was deployed")

// explainUpload puts an error of an upload into words where only this file knows
// them.
func explainUpload(err error) error {
	switch {
	case errors.Is(err, errStopping), errors.Is(err, errCallerCanceled):
		return &failure{Code: codeTimeout, Message: err.Error(), Retryable: true, cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{Code: codeTimeout, Message: fmt.Sprintf("the upload took longer than %s and was stopped; nothing was deployed", uploadTime), cause: err}
	}
	return explainArchive(err)
}

// startUpload begins to send a directory for a version; trigger asks for the
// deployment once all of it has arrived.
func (d deployer) startUpload(ctx context.Context, c *call, job *upload, dir string, grant zerops.UploadGrant, trigger func(context.Context) (zerops.Process, error)) error {
	job.done = make(chan struct{})
	limited, stopTimer := context.WithTimeout(context.WithoutCancel(ctx), uploadTime)
	jobCtx, cancel := context.WithCancelCause(limited)
	job.cancel = cancel
	if err := d.uploads.add(job); err != nil {
		cancel(nil)
		stopTimer()
		return err
	}
	draining := Draining(ctx)
	go func() {
		defer close(job.done)
		defer stopTimer()
		defer cancel(nil)
		defer func() {
			if p := recover(); p != nil {
				c.server.logger.ErrorContext(jobCtx, "panic in an upload", slog.String("panic", c.redactor.delivered(fmt.Sprint(p))))
				job.failure = &failure{Code: codeInternal, Message: "an error that this server did not expect"}
				job.err = job.failure
			}
		}()
		go stopWith(jobCtx, draining, cancel)
		process, err := c.sendDirectory(jobCtx, job, dir, grant, trigger)
		if err != nil {
			if stopped := context.Cause(jobCtx); errors.Is(stopped, errStopping) || errors.Is(stopped, errCallerCanceled) {
				err = stopped
			}
			job.err, job.failure = err, c.explain(jobCtx, explainUpload(err))
			c.server.logger.WarnContext(jobCtx, "a directory was not deployed",
				slog.String("deployment", job.version), slog.String("error", c.redactor.delivered(err.Error())))
			return
		}
		job.process = &process
	}()
	return nil
}

// stopWith cancels an upload some time after the server began to end.
func stopWith(ctx context.Context, draining <-chan struct{}, cancel context.CancelCauseFunc) {
	select {
	case <-ctx.Done():
		return
	case <-draining:
	}
	timer := time.NewTimer(drainTime)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
		cancel(errStopping)
	}
}

// sendDirectory packs a directory into the upload as it reads it, and then asks
// for the deployment.
func (c *call) sendDirectory(ctx context.Context, job *upload, dir string, grant zerops.UploadGrant, trigger func(context.Context) (zerops.Process, error)) (zerops.Process, error) {
	reader, writer := io.Pipe()
	packed := make(chan error, 1)
	go func() {
		_, err := archive.Pack(ctx, dir, deployLimits(), writer, func(n int64) { job.read.Store(n) })
		writer.CloseWithError(err)
		packed <- err
	}()
	err := c.api.Upload(ctx, grant, reader)
	reader.CloseWithError(io.ErrClosedPipe) // ends the packing where the upload ended first
	packErr := <-packed
	if err != nil {
		if packErr != nil && !errors.Is(packErr, io.ErrClosedPipe) && ctx.Err() == nil {
			return zerops.Process{}, packErr
		}
		return zerops.Process{}, err
	}
	job.read.Store(job.total)
	return trigger(ctx)
}

// awaitUpload waits until an upload has ended and its deployment was asked for,
// for at most limit. It reports whether it has.
func (c *call) awaitUpload(ctx context.Context, job *upload, limit time.Duration) bool {
	report := c.progress(ctx)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	draining := Draining(ctx)
	for {
		select {
		case <-job.done:
			return true
		case <-tick.C:
			report(job.progress())
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		case <-draining:
			// The upload has a moment more, and ends by itself after it.
			draining = nil
			timer.Reset(drainTime + stopGrace)
		}
	}
}
