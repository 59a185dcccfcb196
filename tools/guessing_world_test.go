package tools_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// wire is between the server and the account. Once it is sealed it answers everything
// that would write with a refusal which quotes the account, so that any call can be made
// and none changes anything.
type wire struct {
	next    http.RoundTripper
	refusal string
	reveal  string // what stands for the marks; empty: the marks
	sealed  atomic.Bool
	sent    atomic.Int32
}

// mark is what the secret of the control takes the place of.
const mark = "qqmark"

// carriers are the places from which text of the platform comes, by the word before a mark.
func carriers() []string {
	return []string{"description", "tag", "log", "failure", "git", "refusal"}
}

func marked(way string) string { return way + mark }

func (w *wire) seal() { w.sealed.Store(true) }

// RoundTrip refuses or passes a request on, and shows the secret of the control.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.sent.Add(1)
	reads := r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/search") || strings.HasSuffix(r.URL.Path, "-by-search") || strings.HasSuffix(r.URL.Path, "-validation")
	var answer *http.Response
	if w.sealed.Load() && !reads {
		if r.Body != nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
		}
		text, err := json.Marshal(map[string]any{"error": map[string]any{
			"code": "userDataInvalid", "message": "not while " + w.refusal + " " + marked("refusal"), "meta": []any{map[string]any{"metadata": map[string]any{"env": []string{w.refusal}}}},
		}})
		if err != nil {
			return nil, err
		}
		answer = &http.Response{
			StatusCode: http.StatusBadRequest, Status: "400 Bad Request", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(text)), Request: r,
		}
	} else {
		var err error
		if answer, err = w.next.RoundTrip(r); err != nil {
			return nil, err
		}
	}
	if w.reveal == "" || answer.StatusCode == http.StatusSwitchingProtocols {
		return answer, nil
	}
	raw, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, err
	}
	raw = bytes.ReplaceAll(raw, []byte(mark), []byte(w.reveal))
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	answer.Header.Del("Content-Length")
	return answer, nil
}

// put sends a request of a person who uses the GUI.
func (w *guessing) put(method, path string, body any) {
	w.T.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		w.T.Fatal(err)
	}
	r, err := http.NewRequestWithContext(w.T.Context(), method, w.URL+"/api/rest/public"+path, bytes.NewReader(raw))
	if err != nil {
		w.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+simulator.OwnerToken)
	r.Header.Set("Content-Type", "application/json")
	answer, err := w.wire.next.RoundTrip(r)
	if err != nil {
		w.T.Fatal(err)
	}
	text, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		w.T.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, text)
	}
}

func (w *guessing) variable(at, key, value string, sensitive bool) {
	w.T.Helper()
	w.put(http.MethodPost, at, map[string]any{"key": key, "content": value, "sensitive": sensitive})
}

// seed puts the secrets into the account, and into what applications and people write.
func (w *guessing) seed(s guessableSecrets) {
	w.T.Helper()
	w.staging, w.api, w.images = w.Sim.ProjectID(tooltest.Staging), w.Sim.ServiceID(tooltest.Staging, "api"), w.Sim.ServiceID("mobile-api", "images")
	for _, at := range []string{w.api, w.images} {
		for i, key := range []string{"DOOR_PIN", "FAVORITE", "ADMIN_PASSWORD", "RECORDS_URL", "MASK"} {
			w.variable("/service-stack/"+at+"/user-data", key, s.each()[i], true)
		}
		w.variable("/service-stack/"+at+"/user-data", "LOGIN_PASSWORD", s.word, false)
	}
	for i, of := range []guessableSecrets{s, likely()} {
		at := "/project/" + w.Sim.ProjectID([]string{tooltest.Staging, "mobile-api"}[i]) + "/env"
		w.variable(at, "SHARED_PIN", of.pin, true)
		w.variable(at, "NICKNAME", of.word, true)
		w.variable(at, "SHARED_URL", of.address(), true)
	}
	w.put(http.MethodGet, "/user/info", nil)
	described := "For guests: " + s.told() + " " + marked("description")
	w.Call("update_project", tooltest.Args{"project": tooltest.Staging, "description": described, "tags": []string{"staging", "pin:" + s.pin, marked("tag")}}).Ok()
	w.Sim.FailNext("stack.restart", "restartFailed", "cannot apply "+s.told()+" "+marked("failure"))
	w.process = w.Call("restart_service", tooltest.Args{"service": w.api}).Status("failed").Str("processes.0.id")
	w.uploaded = w.Call("deploy_service", tooltest.Args{"service": w.images, "directory": "."}).Status("done").Str("deployment.id")
	w.put(http.MethodPut, "/service-stack/"+w.Sim.ServiceID(tooltest.Staging, "worker")+"/trigger-pipeline", map[string]any{
		"buildFromGit": "https://robot:" + s.framed + "@github.com/northwind/" + marked("git"), "userData": []any{},
	})
	w.put(http.MethodGet, "/user/info", nil)
	w.version = fmt.Sprint(w.Call("list_deployments", tooltest.Args{"service": w.api, "status": []string{"ACTIVE"}}).Items()[0]["id"])
	w.logs(s)
}

// logs are lines that tell secrets behind their keys, and what visitors can cause.
func (w *guessing) logs(s guessableSecrets) {
	var lines []simulator.LogLine
	for i, text := range []string{
		"boot with DOOR_PIN=" + s.pin + " FAVORITE=" + s.word + " done=yes", "FAVORITE: " + s.word, `{"level":"error","msg":"bad login","ADMIN_PASSWORD":"` + s.password + `","FAVORITE":"` + s.word + `"}`,
		`{"msg":"nested {\"DOOR_PIN\":\"` + s.pin + `\"}"}`, `{"msg":"x","DOOR\u005fPIN":"` + s.pin + `"}`, `{"msg":"y","DOOR_PIN":` + s.pin + `,"z":1}`, "doorPin='" + s.pin + "'", "SHARED_PIN = " + s.pin, "NICKNAME=" + s.word,
		`{"msg":"see FAVORITE\u003d` + s.word + `"}`, "export ADMIN_PASSWORD=\"" + s.password + `"`, "dial " + s.address() + ": refused", "RECORDS_URL=" + s.address(), "MASK=" + s.lookalike, marked("log"),
	} {
		lines = append(lines, simulator.LogLine{At: time.Now().Add(-time.Duration(i+1) * time.Second), Severity: 3, Text: text})
	}
	for _, guess := range moreGuesses() {
		lines = append(lines, simulator.LogLine{At: time.Now().Add(-time.Minute), Severity: 4, Text: "GET /?q=" + guess + " 404"}, simulator.LogLine{At: time.Now().Add(-time.Minute), Severity: 4, Text: "no user " + guess})
	}
	w.Sim.AddLog(w.api, lines...)
}
