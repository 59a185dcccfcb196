package zerops_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/zerops"
)

func TestDeploymentOutcome(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) zerops.Time { return zerops.Time{Time: now.Add(-d)} }
	process := func(status string, finished time.Duration) *zerops.Process {
		p := &zerops.Process{ID: "P", Status: status}
		if finished > 0 {
			p.Finished = ago(finished)
		}
		return p
	}
	for _, tc := range []struct {
		name    string
		version string
		changed time.Duration
		process *zerops.Process
		want    zerops.DeploymentOutcome
	}{
		{"building", zerops.VersionBuilding, time.Minute, process("RUNNING", 0), zerops.DeploymentOpen},
		{"active, but its process goes on", zerops.VersionActive, time.Second, process("RUNNING", 0), zerops.DeploymentOpen},
		{"active", zerops.VersionActive, time.Second, process("FINISHED", time.Second), zerops.DeploymentSucceeded},
		{"active long ago", zerops.VersionActive, time.Hour, nil, zerops.DeploymentSucceeded},
		{"replaced", zerops.VersionBackup, time.Hour, process("FINISHED", time.Hour), zerops.DeploymentSucceeded},
		{"rollback about to begin", zerops.VersionBackup, time.Hour, process("PENDING", 0), zerops.DeploymentOpen},
		{"rollback just finished", zerops.VersionBackup, time.Hour, process("FINISHED", time.Second), zerops.DeploymentOpen},
		{"rollback failed", zerops.VersionBackup, time.Hour, process("FAILED", time.Second), zerops.DeploymentFailed},
		{"dead before its container", zerops.VersionWaitingToBuild, time.Minute, process("FAILED", time.Minute), zerops.DeploymentFailed},
		{"waiting and nothing works on it", zerops.VersionWaitingToBuild, time.Hour, nil, zerops.DeploymentAbandoned},
		{"waiting for a moment", zerops.VersionWaitingToBuild, time.Second, nil, zerops.DeploymentOpen},
		{"somebody uploads", zerops.VersionUploading, 5 * time.Minute, nil, zerops.DeploymentOpen},
		{"nobody uploads any more", zerops.VersionUploading, time.Hour, nil, zerops.DeploymentAbandoned},
		{"build failed, process still ends", zerops.VersionBuildFailed, time.Second, process("RUNNING", 0), zerops.DeploymentFailed},
		{"cancelled", zerops.VersionCancelled, time.Second, process("CANCELED", time.Second), zerops.DeploymentCanceled},
		{"cancelled, other spelling", zerops.VersionWaitingToBuild, time.Second, process("CANCELLED", time.Second), zerops.DeploymentCanceled},
		{"finished, version behind", zerops.VersionDeploying, time.Second, process("FINISHED", time.Second), zerops.DeploymentOpen},
		{"finished, version stuck", zerops.VersionDeploying, time.Hour, process("FINISHED", time.Hour), zerops.DeploymentAbandoned},
		{"a status of tomorrow", "POLISHING", time.Second, process("RUNNING", 0), zerops.DeploymentOpen},
		{"a process of tomorrow", zerops.VersionActive, time.Second, process("POLISHED", time.Second), zerops.DeploymentSucceeded},
		{"a process of tomorrow, nothing runs", zerops.VersionDeploying, time.Second, process("POLISHED", time.Second), zerops.DeploymentFailed},
		{"a failure of tomorrow", "POLISHING_FAILED", time.Second, nil, zerops.DeploymentFailed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := zerops.Deployment{Version: zerops.AppVersion{ID: "V", Status: tc.version, LastUpdate: ago(tc.changed)}, Process: tc.process}
			if got := d.Outcome(now); got != tc.want {
				t.Errorf("outcome %d, want %d", got, tc.want)
			}
		})
	}
}

const (
	versionID = "vvvvvvvvvvvvvvvvvvvvvv"
	processID = "pppppppppppppppppppppr"
	serviceID = "ssssssssssssssssssssss"
)

// TestWaitForDeploymentsWatchesBoth follows a version whose process fails while
// the version itself never moves, and one that outlives a passing fault.
func TestWaitForDeploymentsWatchesBoth(t *testing.T) {
	t.Parallel()
	after := func(rounds int, before, then string) func(int) string {
		return func(round int) string {
			if round < rounds {
				return before
			}
			return then
		}
	}
	for _, tc := range []struct {
		name             string
		version, process func(round int) string
		want             zerops.DeploymentOutcome
	}{
		{"the process fails and the version stands still", after(0, "", zerops.VersionWaitingToBuild), after(3, "RUNNING", "FAILED"), zerops.DeploymentFailed},
		{"both succeed", after(5, zerops.VersionBuilding, zerops.VersionActive), after(5, "RUNNING", "FINISHED"), zerops.DeploymentSucceeded},
		{"the version trails its process", after(9, zerops.VersionDeploying, zerops.VersionActive), after(4, "RUNNING", "FINISHED"), zerops.DeploymentSucceeded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rounds := 0
				var finished time.Time
				answer := func(r *http.Request) any {
					if strings.Contains(r.URL.Path, "/app-version/") {
						rounds++
						return map[string]any{"id": versionID, "serviceStackId": serviceID, "status": tc.version(rounds), "created": time.Now()}
					}
					row := map[string]any{"id": processID, "actionName": "stack.build", "status": tc.process(rounds), "appVersion": map[string]string{"id": versionID}, "created": time.Now()}
					if tc.process(rounds) != "RUNNING" {
						if finished.IsZero() {
							finished = time.Now()
						}
						row["finished"] = finished
					}
					if strings.HasPrefix(r.URL.Path, "/api/rest/public/process/") {
						return row
					}
					return map[string]any{"list": []any{row}, "totalCount": 1}
				}
				requests := 0
				api, err := zerops.NewAPI(zerops.APIOptions{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					if requests++; requests == 4 {
						return reply(503, "busy"), nil
					}
					raw, err := json.Marshal(answer(r))
					return reply(200, string(raw)), err
				})})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				seen := 0
				states, err := api.Client("fake-token-word").WaitForDeployments(ctx, []zerops.Deployment{{Version: zerops.AppVersion{ID: versionID, ServiceID: serviceID}}},
					func([]zerops.Deployment) { seen++ })
				if err != nil || states[0].Outcome(time.Now()) != tc.want || states[0].Process == nil {
					t.Errorf("%+v, error %v; want outcome %d", states[0], err, tc.want)
				}
				if seen < 3 {
					t.Errorf("told of %d rounds", seen)
				}
			})
		})
	}
}

func TestWaitForDeploymentsEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api, err := zerops.NewAPI(zerops.APIOptions{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/app-version/") {
				return reply(200, fmt.Sprintf(`{"id":%q,"serviceStackId":%q,"status":"BUILDING","lastUpdate":%q}`, versionID, serviceID, time.Now().Format(time.RFC3339))), nil
			}
			return reply(200, `{"list":[]}`), nil
		})})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		states, err := api.Client("fake-token-word").WaitForDeployments(ctx, []zerops.Deployment{{Version: zerops.AppVersion{ID: versionID}}}, nil)
		if err == nil || states[0].Version.Status != zerops.VersionBuilding {
			t.Errorf("%+v, error %v; want the last state and the end of the context", states[0], err)
		}
	})
}
