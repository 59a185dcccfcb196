package compare

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// account is a simulated API with a client of its own. It works out each answer
// once and then remembers it, so that the time of the simulator, which a real API
// takes on another machine, does not hide that of the program that is measured.
type account struct {
	sim    *simulator.Simulator
	server *httptest.Server
	client *zerops.Client

	mu       sync.Mutex
	delay    time.Duration // of each answer
	answers  map[string]*httptest.ResponseRecorder
	requests int
}

func openAccount() (*account, error) {
	a := &account{sim: simulator.New(simulator.WithPace(0), simulator.WithIndexLag(0))}
	a.server = httptest.NewServer(a)
	api, err := zerops.NewAPI(zerops.APIOptions{Address: a.server.URL})
	if err != nil {
		return nil, err
	}
	a.client = api.Client(simulator.OwnerToken)
	return a, nil
}

func (a *account) close() { a.server.Close() }

// remember starts remembering; each answer then takes so long.
func (a *account) remember(delay time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers, a.delay = make(map[string]*httptest.ResponseRecorder), delay
}

// ServeHTTP answers a request.
func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.requests++
	remembers, delay := a.answers != nil, a.delay
	a.mu.Unlock()
	if !remembers {
		a.sim.ServeHTTP(w, r)
		return
	}
	if measure.Pause(r.Context(), delay) != nil {
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	key := r.Method + " " + r.URL.String() + " " + string(body)
	a.mu.Lock()
	answer := a.answers[key]
	a.mu.Unlock()
	if answer == nil {
		answer = httptest.NewRecorder()
		r.Body = io.NopCloser(bytes.NewReader(body))
		a.sim.ServeHTTP(answer, r)
		a.mu.Lock()
		a.answers[key] = answer
		a.mu.Unlock()
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// count runs do and returns how many requests it took.
func (a *account) count(do func() error) (int, error) {
	a.mu.Lock()
	a.requests = 0
	a.mu.Unlock()
	err := do()
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests, err
}

// organizations are those of the owner.
func (a *account) organizations(ctx context.Context) ([]zerops.Organization, error) {
	user, err := a.client.User(ctx)
	var all []zerops.Organization
	for _, m := range user.ActiveMemberships() {
		all = append(all, zerops.Organization{ID: m.OrganizationID, Name: m.Organization.Name})
	}
	return all, err
}

// listProjects does the requests of list_projects with the client alone.
func (a *account) listProjects(ctx context.Context) error {
	organizations, err := a.organizations(ctx)
	if err != nil {
		return err
	}
	if _, _, err = a.client.Projects(ctx, organizations, zerops.ListOptions{}); err != nil {
		return err
	}
	for _, err := range zerops.FanOut(len(organizations), func(i int) error {
		_, _, err := zerops.Collect(a.client.OrganizationServices(ctx, organizations[i].ID), 0)
		return err
	}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// fill adds projects with services to the first organisation.
func (a *account) fill(ctx context.Context, projects, services int) (firstID string, err error) {
	organizations, err := a.organizations(ctx)
	if err != nil {
		return "", err
	}
	for p := range projects {
		var yaml strings.Builder
		fmt.Fprintf(&yaml, "project:\n  name: measured-%03d\nservices:\n", p)
		for s := range services {
			fmt.Fprintf(&yaml, "  - hostname: app%d\n    type: nodejs@22\n    startWithoutCode: true\n", s)
		}
		made, err := a.client.ImportProject(ctx, organizations[0].ID, yaml.String())
		if err != nil {
			return "", err
		}
		if firstID == "" {
			firstID = made.ProjectID
		}
	}
	return firstID, nil
}
