package deployments

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

const (
	// maxUploads bounds the uploads of one server that run at once, maxKnownUploads
	// those that are remembered.
	maxUploads      = 4
	maxKnownUploads = 64
	// UploadTime bounds one upload: 2 GB at 10 Mbit/s.
	UploadTime = 30 * time.Minute
	// DrainTime is how long an upload may go on once the server is about to end.
	DrainTime = 8 * time.Second
)

// Uploads are the uploads of this server. They outlive the call that began them,
// because a large directory takes longer than clients wait; the version then
// tells how it went on. It is a cache: a server that restarts forgets it.
type Uploads struct {
	mu   sync.Mutex
	jobs []*Upload // oldest first
}

// Upload is the way of one directory to the platform and into its pipeline.
type Upload struct {
	Service, Version string
	Total            int64 // bytes of the files
	Read             atomic.Int64
	Cancel           context.CancelCauseFunc

	Done    chan struct{} // closed when the fields below are set
	Process *zerops.Process
	Err     error
	Failure *tool.Failure // err in words
}

// Find returns the upload of a version, nil where this server made none.
func (u *Uploads) Find(version string) *Upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, job := range u.jobs {
		if job.Version == version {
			return job
		}
	}
	return nil
}

// Running returns the upload to a service that is under way, nil where there is
// none.
func (u *Uploads) Running(service string) *Upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, job := range u.jobs {
		if job.Service == service && !job.Ended() {
			return job
		}
	}
	return nil
}

// Add remembers an upload. It refuses one too many, and a second to a service.
func (u *Uploads) Add(job *Upload) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	busy := 0
	for _, other := range u.jobs {
		if other.Ended() {
			continue
		}
		if busy++; other.Service == job.Service || busy >= maxUploads {
			return &tool.Failure{Code: request.CodeConflict, Message: "this server is busy with other uploads; nothing was deployed", Hint: "Wait for them, then repeat.", Retryable: true}
		}
	}
	if len(u.jobs) >= maxKnownUploads {
		for i, other := range u.jobs {
			if other.Ended() {
				u.jobs = append(u.jobs[:i:i], u.jobs[i+1:]...)
				break
			}
		}
	}
	u.jobs = append(u.jobs, job)
	return nil
}

// Ended reports that the upload is over, whether or not it arrived.
func (u *Upload) Ended() bool {
	select {
	case <-u.Done:
		return true
	default:
		return false
	}
}

// Progress says how far an upload is.
func (u *Upload) Progress() string {
	read := min(u.Read.Load(), u.Total)
	if read == u.Total {
		return "uploaded, asking for the deployment"
	}
	return fmt.Sprintf("uploading: %s of %s read", megabytes(read), megabytes(u.Total))
}

// Describe adds what only this server knows to the view of a version that is
// still UPLOADING.
func (u *Upload) Describe(view *View) {
	switch {
	case !u.Ended():
		view.Error = u.Progress()
		view.Outcome = "open"
	case u.Err != nil:
		view.Error = tool.Clean(u.Failure.Message, 400)
		view.Outcome = "failed"
	}
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// ErrStopping ends an upload because the server ends.
var ErrStopping = errors.New("the server was stopped during the upload; nothing was deployed")

// ErrCallerCanceled ends an upload because somebody cancelled the deployment.
var ErrCallerCanceled = errors.New("the upload was cancelled; nothing was deployed")
