package deployments_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

const secretWord = "obviously-fake-word-482913"

const deployedYAML = `# how we deploy
zerops:
  - setup: app
    build:
      base: nodejs@22
      deployFiles: ./
    run:
      base: nodejs@22
      ports:
        - port: 4000
          httpSupport: true
      envVariables:
        API_KEY: ` + secretWord + `
        DB_URL: ${db_connectionString}
      start: node main.js
`

// deployed uploads a directory and returns the deployment.
func deployed(t *testing.T, change ...func(*tooltest.Setup)) (*tooltest.Harness, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"zerops.yaml": deployedYAML, "main.js": "// it runs"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h, service := tooltest.Deployable(t, dir, change...)
	r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": dir, "setup": "app"}).Status("done")
	return h, r.Str("deployment.id")
}

func withYAML(h *tooltest.Harness, deployment string) tooltest.Result {
	return h.Call("get_deployment", tooltest.Args{"deployment": deployment, "include_yaml": true}).Ok()
}

func TestDeployedYAML(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		options []simulator.Option
		from    string
		asked   int
	}{
		"newer platform": {nil, "archive", 1},
		"older platform": {[]simulator.Option{simulator.WithYamlInVersions()}, "record", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, id := deployed(t, func(s *tooltest.Setup) { s.Sim = append(s.Sim, row.options...) })
			if r := h.Call("get_deployment", tooltest.Args{"deployment": id}).Ok(); r.Get("yaml") != nil || h.Sim.Calls("GetAppVersionAppCode") != 0 {
				t.Errorf("nobody asked for it: %s", r.Raw)
			}
			r := withYAML(h, id)
			text := r.Str("yaml.text")
			if r.Get("yaml.available") != true || !strings.Contains(r.Str("yaml.from"), row.from) || r.Get("yaml.masked") != 1.0 {
				t.Errorf("got %s", r.Raw)
			}
			for _, want := range []string{`API_KEY: "[redacted]"`, "DB_URL: ${db_connectionString}", "port: 4000", "start: node main.js"} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in\n%s", want, text)
				}
			}
			if strings.Contains(string(r.Raw), secretWord) || h.Sim.Calls("GetAppVersionAppCode") != row.asked {
				t.Errorf("%d requests for the archive, %s", h.Sim.Calls("GetAppVersionAppCode"), r.Raw)
			}
			if strings.Contains(h.Logs.String(), "downloadToken") {
				t.Error("the address of the archive is in our own log")
			}
		})
	}
}

func TestDeployedYAMLThatCannotBeHad(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	r := withYAML(h, activeOf(h, "eshop-production", "worker"))
	if why := r.Str("yaml.why"); r.Get("yaml.available") != false || !strings.Contains(why, "build from Git") {
		t.Errorf("of a connected repository: %s", r.Raw)
	}
	id := activeOf(h, "eshop-staging", "api")
	h.Sim.Fail(simulator.Fault{Operation: "GetAppVersionAppCode", Status: 400, Code: "appVersionDataNotAvailable", Message: "App version data is not available", Times: 1})
	if r = withYAML(h, id); r.Get("yaml.available") != false || r.Get("status") != "ACTIVE" {
		t.Errorf("without data: %s", r.Raw)
	}
	// What the caller may not do costs the file only.
	h = tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.OrgReadToken })
	if r = withYAML(h, id); r.Get("yaml.available") != false || r.Get("status") != "ACTIVE" {
		t.Errorf("with a token that reads: %s", r.Raw)
	}
}

func activeOf(h *tooltest.Harness, project, service string) string {
	h.T.Helper()
	return h.Call("list_deployments", tooltest.Args{"project": project, "service": service, "status": "ACTIVE"}).Items()[0]["id"].(string)
}

// archiveServer answers in place of the storage that archives come from.
type archiveServer struct {
	next   http.RoundTripper
	answer func(*http.Request) *http.Response
}

// RoundTrip answers downloads.
func (a archiveServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, "/object-storage/download") {
		return a.next.RoundTrip(r)
	}
	if r.Header.Get("Authorization") != "" {
		return nil, fmt.Errorf("the token was sent to %s", r.URL.Path)
	}
	answer := a.answer(r)
	answer.Header, answer.Request = http.Header{}, r
	return answer, nil
}

// slowly is a body that gives a little every second for ever.
type slowly struct{ r *http.Request }

// Read waits and gives a byte.
func (s slowly) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		p[0] = 0x1f
		return 1, nil
	case <-s.r.Context().Done():
		return 0, s.r.Context().Err()
	}
}

// TestArchivesOfOthers is about storage that answers badly: the rest of the deployment
// is shown within seconds.
func TestArchivesOfOthers(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answer func(*http.Request) *http.Response
		why    string
	}{
		"too slow": {func(r *http.Request) *http.Response {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(io.MultiReader(bytes.NewReader([]byte{0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0}), slowly{r}))}
		}, "10 s"},
		"too large": {func(*http.Request) *http.Response {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&hugeTar{})}
		}, "64 MB"},
		"no archive": {func(*http.Request) *http.Response {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(strings.Repeat("<html>", 200)))}
		}, "no tar archive"},
		"gone": {func(*http.Request) *http.Response {
			return &http.Response{StatusCode: http.StatusGone, Body: http.NoBody}
		}, "410"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := tooltest.Start(t, tooltest.InProcess, func(s *tooltest.Setup) {
					s.API = func(o *zerops.APIOptions) { o.Transport = archiveServer{o.Transport, row.answer} }
				})
				id := activeOf(h, "eshop-staging", "api")
				began := time.Now()
				r := withYAML(h, id)
				if r.Get("yaml.available") != false || !strings.Contains(r.Str("yaml.why"), row.why) || time.Since(began) > 11*time.Second {
					t.Errorf("after %v: %s", time.Since(began), r.Raw)
				}
			})
		})
	}
}

// hugeTar is a tar archive whose first file has 10 GB.
type hugeTar struct{ read int }

// Read gives the header and then the file.
func (h *hugeTar) Read(p []byte) (int, error) {
	const header = "big\x00"
	clear(p)
	if h.read == 0 {
		block := make([]byte, 512)
		copy(block, header)
		copy(block[100:], "0000644\x00")
		copy(block[124:], "112402762000")
		block[156] = '0'
		copy(block[148:], "        ")
		sum := 0
		for _, b := range block {
			sum += int(b)
		}
		copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
		h.read = copy(p, block)
		return h.read, nil
	}
	return len(p), nil
}

// TestDeployedYAMLHidesWhatPeopleLeaveInIt looks for values outside the stores of
// variables: in comments, below keys that mean nothing, in commands.
func TestDeployedYAMLHidesWhatPeopleLeaveInIt(t *testing.T) {
	t.Parallel()
	const yaml = `# DB_PASS=canary-one-77
zerops:
  - setup: app # JWT_KEY: canary-two-77
    # envVariables:
    #   STRIPE: canary-three-77
    build:
      base: nodejs@22
      deployFiles: ./
      buildCommands:
        - export DB_PASS=canary-four-77 && npm ci
    envVariabels:
      A: canary-five-77
    environment:
      - {name: A, value: canary-six-77}
    run:
      base: nodejs@22
      start: node main.js
      env:
        B: canary-seven-77
x-shared:
  I: canary-eight-77
`
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "zerops.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	h, service := tooltest.Deployable(t, dir, func(s *tooltest.Setup) { s.Sim = append(s.Sim, simulator.WithYamlInVersions()) })
	id := h.Call("deploy_service", tooltest.Args{"service": service, "directory": dir, "setup": "app"}).Str("deployment.id")
	r := withYAML(h, id)
	if text := r.Str("yaml.text"); strings.Contains(text, "canary") || !strings.Contains(text, "node main.js") {
		t.Errorf("got %s", r.Raw)
	}
}
