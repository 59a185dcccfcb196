package tools

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// FuzzArguments calls every tool with arguments of any form, up to the first
// request, which fails: the answer is one of the protocol, in bounds and without a
// defect of ours, and what the checker accepts can be decoded and is accepted again.
func FuzzArguments(f *testing.F) {
	seeds := []string{
		`{}`, `null`, `[]`, `"{}"`, `{"project":"x","limit":"3","status":["A"]}`, `{"variables":{"A":1}}`, `{"processes":"[\"a\"]"}`, `{"_x":{"y":[1,2,{}]}}`, `{"limit":1e999}`, `{"confirm":"\u0000"}`,
		`{"service":"AAAAAAAAAAAAAAAAAAAAAA","since":"7d","cursor":"AAAA","yaml":"services: [{hostname: a}]","directory":"../x","git_url":"https://u:p@h/x","domain":"*.a","jq":".a","wait_seconds":0}`,
	}
	s := refusing(f)
	var names []string
	for _, t := range s.runner.Tools() {
		names = append(names, t.Name)
	}
	for i := range names {
		f.Add(uint8(i), seeds[i%len(seeds)])
		f.Add(uint8(i), seeds[len(seeds)-1-i%(len(seeds)/2)])
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		if !json.Valid([]byte(text)) {
			return // never gets this far
		}
		name := names[int(which)%len(names)]
		message := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + name + `","arguments":` + text + `}}`
		raw, err := json.Marshal(s.HandleMessage(t.Context(), s.mcp, json.RawMessage(message)))
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Result struct {
				IsError bool `json:"isError"`
				Content []struct {
					Text string `json:"text"`
				} `json:"content"`
			} `json:"result"`
			Error *struct{ Code int } `json:"error"`
		}
		if err := json.Unmarshal(raw, &answer); err != nil || (answer.Error == nil) == (len(answer.Result.Content) == 0) || answer.Error != nil && answer.Error.Code == mcp.INTERNAL_ERROR {
			t.Fatalf("%s %s: %.500s, %v", name, text, raw, err)
		}
		for _, content := range answer.Result.Content {
			if len(content.Text) > tool.MaxResult || !json.Valid([]byte(content.Text)) || strings.Contains(content.Text, `"code":"internal"`) || strings.Contains(content.Text, fuzzToken) {
				t.Fatalf("%s %s: %.500s", name, text, content.Text)
			}
		}
		checkAgain(t, s.runner.Tool(name), text)
	})
}

// checkAgain checks what the checker lets through.
func checkAgain(t *testing.T, name *tool.Tool, text string) {
	t.Helper()
	s, err := name.Input()
	if err != nil {
		t.Fatal(err)
	}
	out, err := tool.CheckArguments(s, json.RawMessage(text))
	if err != nil {
		return
	}
	again, err := tool.CheckArguments(s, out)
	if err != nil || string(again) != string(out) {
		t.Fatalf("%s: accepted %s as %s, then as %s, %v", name.Name, text, out, again, err)
	}
	if err := json.Unmarshal(out, reflect.New(name.In).Interface()); err != nil {
		t.Fatalf("%s: accepted arguments cannot be decoded: %v", name.Name, err)
	}
}

const fuzzToken = "obviously-fake-fuzz-token"

// refusing is a server of all tools whose every request is refused at once.
func refusing(f *testing.F) *Server {
	f.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: "http://127.0.0.1:1", RequestsPerSecond: 1 << 20, Transport: refusal{}})
	if err != nil {
		f.Fatal(err)
	}
	s, err := New(tool.Config{
		API: api, Toolsets: []string{"all"}, AllowSecrets: true, Confirm: tool.ConfirmNever, Version: "test", Logger: slog.New(slog.DiscardHandler),
		Credential: func(context.Context) request.Credential {
			return request.Credential{Token: fuzzToken, Source: "ZEROPS_TOKEN"}
		},
	})
	if err != nil {
		f.Fatal(err)
	}
	return s
}

type refusal struct{}

// RoundTrip answers that the token may not do this.
func (refusal) RoundTrip(r *http.Request) (*http.Response, error) {
	const body = `{"error":{"code":"insufficientPermissions","message":"Bearer ` + fuzzToken + `"}}`
	return &http.Response{
		StatusCode: http.StatusForbidden, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}, nil
}
