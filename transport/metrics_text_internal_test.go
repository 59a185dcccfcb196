package transport

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestMetricsText(t *testing.T) {
	t.Parallel()
	m := NewMetrics()
	m.Call("list_projects", "ok", 20*time.Millisecond)
	m.Call("list_projects", "not_found", time.Minute)
	m.APIRequest("GetProject", 200, 1, 5*time.Millisecond)
	m.APIRequest("GetProject", 0, 2, 0)
	var text strings.Builder
	if err := m.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"zerops_mcp_sessions 0",
		`zerops_mcp_tool_calls_total{tool="list_projects",outcome="ok"} 1`,
		`zerops_mcp_tool_calls_total{tool="list_projects",outcome="not_found"} 1`,
		`zerops_mcp_tool_call_seconds_bucket{tool="list_projects",le="0.01"} 0`,
		`zerops_mcp_tool_call_seconds_bucket{tool="list_projects",le="0.025"} 1`,
		`zerops_mcp_tool_call_seconds_bucket{tool="list_projects",le="10"} 1`,
		`zerops_mcp_tool_call_seconds_bucket{tool="list_projects",le="+Inf"} 2`,
		`zerops_mcp_tool_call_seconds_sum{tool="list_projects"} 60.02`,
		`zerops_mcp_tool_call_seconds_count{tool="list_projects"} 2`,
		`zerops_mcp_api_requests_total{operation="GetProject",status="none"} 1`,
		`zerops_mcp_api_retries_total{operation="GetProject"} 1`,
		`zerops_mcp_api_request_seconds_bucket{le="0.005"} 2`,
		"zerops_mcp_api_request_seconds_count 2",
	} {
		if !strings.Contains("\n"+text.String(), "\n"+line+"\n") {
			t.Errorf("%s is missing in\n%s", line, text.String())
		}
	}
	if !strings.Contains(text.String(), "\ngo_goroutines ") {
		t.Error("nothing is said of the process")
	}
	if m.Write(refusing{}) == nil {
		t.Error("who cannot write is not told")
	}
}

// refusing takes nothing.
type refusing struct{}

func (refusing) Write([]byte) (int, error) { return 0, errors.New("refused") }
