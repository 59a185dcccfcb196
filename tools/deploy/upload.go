package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"zerops-mcp/tools/deploy/archive"
	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// explainUpload puts an error of an upload into words where only this file knows
// them.
func explainUpload(err error) error {
	switch {
	case errors.Is(err, deployments.ErrStopping), errors.Is(err, deployments.ErrCallerCanceled):
		return &tool.Failure{Code: request.CodeTimeout, Message: err.Error(), Retryable: true, Cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &tool.Failure{Code: request.CodeTimeout, Message: fmt.Sprintf("the upload took longer than %s and was stopped; nothing was deployed", deployments.UploadTime), Cause: err}
	}
	return explainArchive(err)
}

// startUpload begins to send a directory for a version; trigger asks for the
// deployment once all of it has arrived. Where it returns no error, the directory is
// closed once the upload has ended.
func (d deployer) startUpload(ctx context.Context, c *tool.Call, job *deployments.Upload, dir *archive.Directory, grant zerops.UploadGrant, trigger func(context.Context) (zerops.Process, error)) error {
	job.Done = make(chan struct{})
	limited, stopTimer := context.WithTimeout(context.WithoutCancel(ctx), deployments.UploadTime)
	jobCtx, cancel := context.WithCancelCause(limited)
	job.Cancel = cancel
	if err := d.uploads.Add(job); err != nil {
		cancel(nil)
		stopTimer()
		return err
	}
	draining := request.Draining(ctx)
	go func() {
		defer close(job.Done)
		defer func() { _ = dir.Close() }()
		defer stopTimer()
		defer cancel(nil)
		defer func() {
			if p := recover(); p != nil {
				c.Runner.Logger.ErrorContext(jobCtx, "panic in an upload", slog.String("panic", c.Redactor.Delivered(fmt.Sprint(p))))
				job.Failure = &tool.Failure{Code: request.CodeInternal, Message: "an error that this server did not expect"}
				job.Err = job.Failure
			}
		}()
		go stopWith(jobCtx, draining, cancel)
		process, err := sendDirectory(jobCtx, c, job, dir, grant, trigger)
		if err != nil {
			if stopped := context.Cause(jobCtx); errors.Is(stopped, deployments.ErrStopping) || errors.Is(stopped, deployments.ErrCallerCanceled) {
				err = stopped
			}
			job.Err, job.Failure = err, c.Explain(jobCtx, explainUpload(err))
			c.Runner.Logger.WarnContext(jobCtx, "a directory was not deployed",
				slog.String("deployment", job.Version), slog.String("error", c.Redactor.Delivered(err.Error())))
			return
		}
		job.Process = &process
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
	timer := time.NewTimer(deployments.DrainTime)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
		cancel(deployments.ErrStopping)
	}
}

// sendDirectory packs a directory into the upload as it reads it, and then asks
// for the deployment.
func sendDirectory(ctx context.Context, c *tool.Call, job *deployments.Upload, dir *archive.Directory, grant zerops.UploadGrant, trigger func(context.Context) (zerops.Process, error)) (zerops.Process, error) {
	reader, writer := io.Pipe()
	packed := make(chan error, 1)
	go func() {
		_, err := dir.Pack(ctx, deployLimits(), writer, func(n int64) { job.Read.Store(n) })
		writer.CloseWithError(err)
		packed <- err
	}()
	err := c.API.Upload(ctx, grant, reader)
	reader.CloseWithError(io.ErrClosedPipe) // ends the packing where the upload ended first
	packErr := <-packed
	if err != nil {
		if packErr != nil && !errors.Is(packErr, io.ErrClosedPipe) && ctx.Err() == nil {
			return zerops.Process{}, packErr
		}
		return zerops.Process{}, err
	}
	job.Read.Store(job.Total)
	return trigger(ctx)
}

// AwaitUpload waits until an upload has ended and its deployment was asked for,
// for at most limit. It reports whether it has.
func AwaitUpload(ctx context.Context, c *tool.Call, job *deployments.Upload, limit time.Duration) bool {
	report := c.Progress(ctx)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	draining := request.Draining(ctx)
	for {
		select {
		case <-job.Done:
			return true
		case <-tick.C:
			report(job.Progress())
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		case <-draining:
			// The upload has a moment more, and ends by itself after it.
			draining = nil
			timer.Reset(deployments.DrainTime + tool.StopGrace)
		}
	}
}
