package simulator

import (
	"slices"
	"strings"
	"time"
)

// States of a process (platform §3.9).
const (
	processPending  = "PENDING"
	processRunning  = "RUNNING"
	processFinished = "FINISHED"
	processFailed   = "FAILED"
	processCanceled = "CANCELED"
)

// pendingTime is how long the platform leaves a process in its queue that has
// nothing to wait for.
const pendingTime = 500 * time.Millisecond

// maxHistory bounds the processes and the notifications that are kept.
const maxHistory = 5000

// process is one asynchronous job.
type process struct {
	id, clientID, projectID, serviceID string
	services                           []string
	status, action                     string
	sequence                           int
	created, lastUpdate                time.Time
	started, finished                  *time.Time
	by                                 actor
	bySystem                           bool
	canceledBy                         *actor
	versionID                          string
	meta                               object
	problem                            *problem
	executor                           string

	phases  []phase
	job     job
	waits   []*process
	stalled bool
	next    *event
}

// phase is a part of a job. Its work may end the process by returning a problem.
type phase struct {
	takes time.Duration
	work  func() *problem
}

// job describes a process to start.
type job struct {
	action   string
	project  *project
	services []*service
	version  *version
	by       actor
	takes    time.Duration
	// begin runs when the process leaves the queue.
	begin func()
	// phases run after begin, one after the other, before the rest of takes is over.
	phases []phase
	// finish makes the change that the process was for.
	finish func()
	// fail undoes or marks what begin did.
	fail func(problem)
	// doomed is the problem with which the process will end.
	doomed *problem
	// after are processes to wait for, beside those of the same services.
	after    []*process
	meta     object
	executor string
}

func (p *process) over() bool {
	return p.status == processFinished || p.status == processFailed || p.status == processCanceled
}

// start puts a job in the queue and returns its process.
func (w *world) start(j job) *process {
	p := &process{
		id: w.ids.next(), clientID: j.project.clientID, projectID: j.project.id,
		status: processPending, action: j.action, sequence: w.nextSequence(),
		created: w.now, lastUpdate: w.now, by: j.by, bySystem: j.by.kind == "SYSTEM",
		meta: j.meta, executor: j.executor, job: j,
	}
	if p.executor == "" {
		p.executor = "MAIN"
	}
	if j.version != nil {
		p.versionID = j.version.id
	}
	for _, s := range j.services {
		p.services = append(p.services, s.id)
	}
	if len(p.services) == 1 {
		p.serviceID = p.services[0]
	}
	p.waits = append(p.waits, j.after...)
	for _, other := range w.processes.all() {
		if !other.over() && slices.ContainsFunc(other.services, func(id string) bool { return slices.Contains(p.services, id) }) {
			p.waits = append(p.waits, other)
		}
	}
	p.phases = append(p.phases, phase{takes: pendingTime, work: func() *problem {
		started := w.now
		p.status, p.started = processRunning, &started
		if j.begin != nil {
			j.begin()
		}
		return nil
	}})
	p.phases = append(p.phases, j.phases...)
	p.phases = append(p.phases, phase{takes: j.takes, work: func() *problem {
		if problem := w.planned(j.action); problem != nil {
			return problem
		}
		return j.doomed
	}})
	w.processes.put(p.id, p)
	w.arm(p)
	return p
}

// arm schedules the next step of a process that has nothing to wait for.
func (w *world) arm(p *process) {
	p.waits = slices.DeleteFunc(p.waits, (*process).over)
	if p.over() || len(p.waits) > 0 || w.byPoll || len(p.phases) == 0 {
		return
	}
	p.next = w.schedule(w.now.Add(w.scaled(p.phases[0].takes)), func() { w.step(p) })
}

// step moves a process on by one phase.
func (w *world) step(p *process) {
	p.waits = slices.DeleteFunc(p.waits, (*process).over)
	if p.over() || len(p.waits) > 0 {
		return
	}
	if w.isHeld(p.action) {
		p.stalled = true
		return
	}
	current := p.phases[0]
	p.phases = p.phases[1:]
	problem := current.work()
	p.lastUpdate = w.now
	switch {
	case p.over():
		return // The work cancelled it.
	case problem != nil:
		w.end(p, processFailed, problem)
	case len(p.phases) == 0:
		w.end(p, processFinished, nil)
	default:
		w.processes.put(p.id, p)
		w.arm(p)
	}
}

// end closes a process and wakes those that waited for it.
func (w *world) end(p *process, status string, cause *problem) {
	finished := w.now
	p.status, p.finished, p.lastUpdate, p.phases = status, &finished, finished, nil
	if cause != nil && cause.code != "" {
		p.problem = cause // Some failures have no reason at all.
	}
	if p.next != nil {
		p.next.dead = true
	}
	switch {
	case status == processFinished && p.job.finish != nil:
		p.job.finish()
	case status != processFinished && p.job.fail != nil:
		if cause == nil {
			cause = &problem{code: "processCanceled", message: "Process was canceled"}
		}
		p.job.fail(*cause)
	}
	p.job = job{}
	w.processes.put(p.id, p)
	w.notify(p)
	w.processes.trim(maxHistory, (*process).over)
	w.notifications.trim(maxHistory, func(*notification) bool { return true })
	for _, other := range w.processes.all() {
		if slices.Contains(other.waits, p) {
			w.arm(other)
		}
	}
}

// abandon cancels the processes of a service, or of a whole project, that do not end
// by themselves: what is to be deleted waits for the others.
func (w *world) abandon(projectID, serviceID string) {
	for _, id := range slices.Clone(w.processes.order) {
		p, ok := w.processes.get(id)
		if ok && !p.over() && len(p.phases) == 0 && p.projectID == projectID && (serviceID == "" || slices.Contains(p.services, serviceID)) {
			w.end(p, processCanceled, nil)
		}
	}
}

// failurePlan is a failure that a test has ordered.
type failurePlan struct {
	action string
	problem
}

// planned takes the first ordered failure of an action, or of any.
func (w *world) planned(action string) *problem {
	for i, plan := range w.plans {
		if plan.action == action || plan.action == "" {
			w.plans = slices.Delete(w.plans, i, i+1)
			return &plan.problem
		}
	}
	return nil
}

func (w *world) isHeld(action string) bool {
	return slices.ContainsFunc(w.held, func(held string) bool { return held == "" || held == action })
}

// FailNext makes the next process of an action, such as "stack.restart", or of
// any where it is empty, end FAILED with the given error.
func (s *Simulator) FailNext(action, code, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.plans = append(s.world.plans, &failurePlan{action: action, problem: problem{code: code, message: message}})
}

// Hold makes processes of an action stand still wherever they are, and those of
// every action where it is empty, until Release.
func (s *Simulator) Hold(action string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.held = append(s.world.held, action)
}

// Release ends every Hold; the processes go on.
func (s *Simulator) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.held = nil
	for _, p := range s.world.processes.all() {
		if p.stalled {
			p.stalled = false
			s.world.arm(p)
		}
	}
}

// hiddenAction reports whether a row is the platform's own housekeeping.
func hiddenAction(p *process) bool { return strings.HasPrefix(p.action, "zL7Master.") }
