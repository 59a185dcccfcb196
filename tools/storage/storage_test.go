package storage_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

func TestBackups(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) {
				s.Version = era
				tooltest.TwoStep(s)
			})
			db := tooltest.Args{"project": tooltest.Staging, "service": "db"}
			r := h.Call("list_backups", db)
			before := r.Items()
			if len(before) == 0 || before[0]["created"] == nil || before[0]["size_bytes"] == float64(0) || r.Get("protected_tags.0") != "protected" {
				t.Fatalf("got %s", r.Raw)
			}
			for i := 1; i < len(before); i++ {
				if before[i]["backup"].(string) > before[i-1]["backup"].(string) {
					t.Errorf("not newest first: %s", r.Raw)
				}
			}
			made := h.Call("create_backup", tooltest.Args{"project": tooltest.Staging, "service": "db", "tags": "protected"}).Status("done")
			name := made.Str("backup.backup")
			if made.Get("backup.tags.0") != "protected" {
				t.Errorf("got %s", made.Raw)
			}
			if now := h.Call("list_backups", db).Items(); len(now) != len(before)+1 || now[0]["backup"] != name {
				t.Errorf("list: %v", now)
			}
			remove := tooltest.Args{"project": tooltest.Staging, "service": "db", "backup": name}
			if first := h.Call("delete_backup", remove).Status("confirmation_required"); !strings.Contains(first.Str("plan.summary"), name) {
				t.Errorf("plan: %s", first.Raw)
			}
			if gone := h.Confirmed("delete_backup", remove).Status("done"); gone.Get("removed") != true {
				t.Errorf("got %s", gone.Raw)
			}
			again := h.Call("delete_backup", remove).Status("unchanged")
			if !strings.Contains(again.Str("message"), before[0]["backup"].(string)) {
				t.Errorf("again: %s", again.Raw)
			}
		})
	}
}

// TestSlowBackupIsFollowed: a backup brings no process, so the list is watched.
func TestSlowBackupIsFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(pace float64) *tooltest.Harness {
			h := tooltest.Start(t, tooltest.InProcess, func(s *tooltest.Setup) { s.Sim = append(s.Sim, simulator.WithPace(pace)) })
			// Large disks make backups that go on in the background.
			h.Call("scale_service", tooltest.Args{"project": tooltest.Staging, "service": "db", "min_disk_gb": 20, "wait_seconds": 30}).Status("done")
			return h
		}
		h := slow(0.03)
		if r := h.Call("create_backup", tooltest.Args{"project": tooltest.Staging, "service": "db"}).Status("done"); r.Get("backup.created") == nil {
			t.Errorf("got %s", r.Raw)
		}
		h = slow(0.1)
		r := h.Call("create_backup", tooltest.Args{"project": tooltest.Staging, "service": "db", "wait_seconds": 0}).Status("in_progress")
		if r.Get("next.tool") != "list_backups" || r.Get("next.arguments.service") == nil || r.Get("backup") != nil {
			t.Errorf("got %s", r.Raw)
		}
	})
}

func TestBackupRefusalsAndFailures(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	for _, tool := range []string{"list_backups", "create_backup"} {
		e := h.Call(tool, tooltest.Args{"project": tooltest.Staging, "service": "app"}).Fails("unsupported")
		if e["hint"] == nil {
			t.Errorf("%s: %v", tool, e)
		}
	}
	e := h.Call("create_backup", tooltest.Args{"project": tooltest.Staging, "service": "db", "tags": []string{"no spaces allowed"}}).Fails("invalid_arguments")
	if tooltest.Lookup(e, "fields.0.field") != "tags" {
		t.Errorf("got %v", e)
	}
	h.Sim.Fail(simulator.Fault{Operation: "PostServiceStackBackup", Drop: simulator.DropAfter, Times: 1})
	e = h.Call("create_backup", tooltest.Args{"project": tooltest.Staging, "service": "db"}).Fails("uncertain")
	if tooltest.Lookup(e, "next.tool") != "list_backups" {
		t.Errorf("next: %v", e)
	}
	h = tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.OrgReadToken })
	h.Call("create_backup", tooltest.Args{"project": tooltest.Staging, "service": "db"}).Fails("forbidden")

	h = tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmNever } })
	h.Sim.Fail(simulator.Fault{Operation: "DeleteServiceStackBackup", Status: 503, Body: "<html>"})
	old := h.Call("list_backups", tooltest.Args{"project": tooltest.Staging, "service": "db"}).Items()[1]["backup"]
	h.Call("delete_backup", tooltest.Args{"project": tooltest.Staging, "service": "db", "backup": old}).Fails("uncertain")
	h.Call("delete_backup", tooltest.Args{"project": "eshop-production", "service": "db", "backup": "2020-01-01 00:00:00"}).Status("unchanged")
	kept := h.Call("list_backups", tooltest.Args{"project": "eshop-production", "service": "db"}).Items()[0]["backup"]
	h.Call("delete_backup", tooltest.Args{"project": "eshop-production", "service": "db", "backup": kept}).Fails("blocked")
}

func TestBackupLinkIsASecret(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	db := tooltest.Args{"project": tooltest.Staging, "service": "db"}
	name := h.Call("list_backups", db).Items()[0]["backup"]
	ask := tooltest.Args{"project": tooltest.Staging, "service": "db", "backup": name}
	h.Call("get_backup_link", ask).Fails("secret_withheld")
	for _, info := range h.Server.Listed() {
		if info.Name == "get_backup_link" {
			t.Error("it is listed without --allow-secrets")
		}
	}
	if h.Sent("PostServiceStackBackupDownloadUrl") != 0 {
		t.Error("a link was made all the same")
	}
	h = tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.AllowSecrets = true } })
	link := h.Call("get_backup_link", ask).Ok().Str("url")
	if !strings.HasPrefix(link, h.URL) || !strings.Contains(link, "downloadToken=") {
		t.Errorf("link %s", link)
	}
	if strings.Contains(h.Logs.String(), "downloadToken") {
		t.Error("the link is in the log")
	}
	e := h.Call("get_backup_link", tooltest.Args{"project": tooltest.Staging, "service": "db", "backup": "../../user/info"}).Fails("not_found")
	if !strings.Contains(e["message"].(string), name.(string)) {
		t.Errorf("the newest are not named: %v", e)
	}
}

func TestMountStorage(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) {
				s.Version = era
				tooltest.TwoStep(s)
			})
			h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "share", "type": "shared-storage"}).Status("done")
			mount := tooltest.Args{"project": tooltest.Staging, "service": "app", "storage": "share"}
			r := h.Call("mount_storage", mount).Status("done")
			if r.Get("mounted") != true || r.Get("path") != "/mnt/share" || r.Get("mount_status") != "ACTIVE" || !strings.Contains(r.Str("message"), "deprecated") {
				t.Errorf("got %s", r.Raw)
			}
			h.Call("mount_storage", mount).Status("unchanged")
			if n := h.Sent("PutServiceStackConnectSharedStorage"); n != 1 {
				t.Errorf("%d requests", n)
			}
			if first := h.Call("unmount_storage", mount).Status("confirmation_required"); !strings.Contains(first.Str("plan.loses.0"), "/mnt/share") {
				t.Errorf("plan: %s", first.Raw)
			}
			if gone := h.Confirmed("unmount_storage", mount).Status("done"); gone.Get("mounted") != false {
				t.Errorf("got %s", gone.Raw)
			}
			h.Call("unmount_storage", mount).Status("unchanged")
		})
	}
}

func TestMountRefusalsAndFailures(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	e := h.Call("mount_storage", tooltest.Args{"project": tooltest.Staging, "service": "app", "storage": "db"}).Fails("unsupported")
	if !strings.Contains(e["message"].(string), "STANDARD") {
		t.Errorf("got %v", e)
	}
	h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "disk", "type": "local-storage"}).Status("done")
	e = h.Call("mount_storage", tooltest.Args{"project": tooltest.Staging, "service": "app", "storage": "disk"}).Fails("unsupported")
	if hint, _ := e["hint"].(string); !strings.Contains(hint, "run.volume") || h.Sent("PutServiceStackConnectSharedStorage") != 0 {
		t.Errorf("got %v", e)
	}
	h.Call("mount_storage", tooltest.Args{"project": tooltest.Staging, "service": "app", "storage": "nothere"}).Fails("not_found")
	// A storage of another project is none of this project.
	other := h.Sim.ServiceID("eshop-production", "uploads")
	h.Call("mount_storage", tooltest.Args{"project": tooltest.Staging, "service": "app", "storage": other}).Fails("invalid_arguments")
	h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "share", "type": "shared-storage"}).Status("done")
	h.Sim.FailNext("stack.sharedStorageConnect", "internalServerError", "no disk")
	r := h.Call("mount_storage", tooltest.Args{"project": tooltest.Staging, "service": "app", "storage": "share"}).Status("failed")
	if r.Get("mounted") != false {
		t.Errorf("got %s", r.Raw)
	}
	h.Call("unmount_storage", tooltest.Args{"project": "eshop-production", "service": "app", "storage": "uploads"}).Fails("blocked")
}

func TestUnmountAsksThePerson(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		h := tooltest.Start(t, func(s *tooltest.Setup) {
			s.Version = era
			s.Elicit = tooltest.Answer(mcp.ElicitationResponseActionDecline, nil)
		})
		h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "share", "type": "shared-storage"}).Status("done")
		h.Call("mount_storage", tooltest.Args{"project": tooltest.Staging, "service": "app", "storage": "share"}).Status("done")
		h.Call("unmount_storage", tooltest.Args{"project": tooltest.Staging, "service": "app", "storage": "share"}).Fails("declined")
		if n := h.Sent("PutServiceStackDisconnectSharedStorage"); n != 0 {
			t.Errorf("%s: %d requests after a no", era, n)
		}
	}
}

// TestWaitingForABackupEndsInTime: the list never shows the backup, and the call
// ends all the same.
func TestWaitingForABackupEndsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := tooltest.Start(t, tooltest.InProcess, func(s *tooltest.Setup) {
			s.Configure = func(c *tool.Config) { c.MaxWait = time.Second }
			s.Sim = append(s.Sim, simulator.WithPace(0.02))
		})
		h.Call("scale_service", tooltest.Args{"project": tooltest.Staging, "service": "db", "min_disk_gb": 20}).Ok()
		started := time.Now()
		h.Sim.Fail(simulator.Fault{Operation: "GetServiceStackBackup", Status: 200, Body: `{"files":[],"backupPeriod":""}`})
		r := h.Call("create_backup", tooltest.Args{"project": tooltest.Staging, "service": "db", "wait_seconds": 600}).Status("in_progress")
		if took := time.Since(started); took > 10*time.Second || !strings.Contains(r.Str("message"), "1s") {
			t.Errorf("took %s: %s", took, r.Raw)
		}
	})
}
