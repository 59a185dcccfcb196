package tools_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

func TestBackups(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) {
				s.version = era
				twoStep(s)
			})
			db := args{"project": staging, "service": "db"}
			r := h.call("list_backups", db)
			before := r.items()
			if len(before) == 0 || before[0]["created"] == nil || before[0]["size_bytes"] == float64(0) || r.get("protected_tags.0") != "protected" {
				t.Fatalf("got %s", r.raw)
			}
			for i := 1; i < len(before); i++ {
				if before[i]["backup"].(string) > before[i-1]["backup"].(string) {
					t.Errorf("not newest first: %s", r.raw)
				}
			}
			made := h.call("create_backup", args{"project": staging, "service": "db", "tags": "protected"}).status("done")
			name := made.str("backup.backup")
			if made.get("backup.tags.0") != "protected" {
				t.Errorf("got %s", made.raw)
			}
			if now := h.call("list_backups", db).items(); len(now) != len(before)+1 || now[0]["backup"] != name {
				t.Errorf("list: %v", now)
			}
			remove := args{"project": staging, "service": "db", "backup": name}
			if first := h.call("delete_backup", remove).status("confirmation_required"); !strings.Contains(first.str("plan.summary"), name) {
				t.Errorf("plan: %s", first.raw)
			}
			if gone := h.confirmed("delete_backup", remove).status("done"); gone.get("removed") != true {
				t.Errorf("got %s", gone.raw)
			}
			again := h.call("delete_backup", remove).status("unchanged")
			if !strings.Contains(again.str("message"), before[0]["backup"].(string)) {
				t.Errorf("again: %s", again.raw)
			}
		})
	}
}

// TestSlowBackupIsFollowed: a backup brings no process, so the list is watched.
func TestSlowBackupIsFollowed(t *testing.T) {
	t.Parallel()
	slow := func(pace float64) *harness {
		h := start(t, func(s *setup) { s.sim = append(s.sim, simulator.WithPace(pace)) })
		// Large disks make backups that go on in the background.
		h.call("scale_service", args{"project": staging, "service": "db", "min_disk_gb": 20, "wait_seconds": 30}).status("done")
		return h
	}
	h := slow(0.03)
	if r := h.call("create_backup", args{"project": staging, "service": "db"}).status("done"); r.get("backup.created") == nil {
		t.Errorf("got %s", r.raw)
	}
	h = slow(0.1)
	r := h.call("create_backup", args{"project": staging, "service": "db", "wait_seconds": 0}).status("in_progress")
	if r.get("next.tool") != "list_backups" || r.get("next.arguments.service") == nil || r.get("backup") != nil {
		t.Errorf("got %s", r.raw)
	}
}

func TestBackupRefusalsAndFailures(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, tool := range []string{"list_backups", "create_backup"} {
		e := h.call(tool, args{"project": staging, "service": "app"}).fails("unsupported")
		if e["hint"] == nil {
			t.Errorf("%s: %v", tool, e)
		}
	}
	e := h.call("create_backup", args{"project": staging, "service": "db", "tags": []string{"no spaces allowed"}}).fails("invalid_arguments")
	if lookup(e, "fields.0.field") != "tags" {
		t.Errorf("got %v", e)
	}
	h.sim.Fail(simulator.Fault{Operation: "PostServiceStackBackup", Drop: simulator.DropAfter, Times: 1})
	e = h.call("create_backup", args{"project": staging, "service": "db"}).fails("uncertain")
	if lookup(e, "next.tool") != "list_backups" {
		t.Errorf("next: %v", e)
	}
	h = start(t, func(s *setup) { s.token = simulator.OrgReadToken })
	h.call("create_backup", args{"project": staging, "service": "db"}).fails("forbidden")

	h = start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmNever } })
	h.sim.Fail(simulator.Fault{Operation: "DeleteServiceStackBackup", Status: 503, Body: "<html>"})
	old := h.call("list_backups", args{"project": staging, "service": "db"}).items()[1]["backup"]
	h.call("delete_backup", args{"project": staging, "service": "db", "backup": old}).fails("uncertain")
	h.call("delete_backup", args{"project": "eshop-production", "service": "db", "backup": "2020-01-01 00:00:00"}).status("unchanged")
	kept := h.call("list_backups", args{"project": "eshop-production", "service": "db"}).items()[0]["backup"]
	h.call("delete_backup", args{"project": "eshop-production", "service": "db", "backup": kept}).fails("blocked")
}

func TestBackupLinkIsASecret(t *testing.T) {
	t.Parallel()
	h := start(t)
	db := args{"project": staging, "service": "db"}
	name := h.call("list_backups", db).items()[0]["backup"]
	ask := args{"project": staging, "service": "db", "backup": name}
	h.call("get_backup_link", ask).fails("secret_withheld")
	for _, info := range h.server.Listed() {
		if info.Name == "get_backup_link" {
			t.Error("it is listed without --allow-secrets")
		}
	}
	if h.sent("PostServiceStackBackupDownloadUrl") != 0 {
		t.Error("a link was made all the same")
	}
	h = start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.AllowSecrets = true } })
	link := h.call("get_backup_link", ask).ok().str("url")
	if !strings.HasPrefix(link, h.url) || !strings.Contains(link, "downloadToken=") {
		t.Errorf("link %s", link)
	}
	if strings.Contains(h.logs.String(), "downloadToken") {
		t.Error("the link is in the log")
	}
	e := h.call("get_backup_link", args{"project": staging, "service": "db", "backup": "../../user/info"}).fails("not_found")
	if !strings.Contains(e["message"].(string), name.(string)) {
		t.Errorf("the newest are not named: %v", e)
	}
}

func TestMountStorage(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) {
				s.version = era
				twoStep(s)
			})
			h.call("create_service", args{"project": staging, "hostname": "share", "type": "shared-storage"}).status("done")
			mount := args{"project": staging, "service": "app", "storage": "share"}
			r := h.call("mount_storage", mount).status("done")
			if r.get("mounted") != true || r.get("path") != "/mnt/share" || r.get("mount_status") != "ACTIVE" {
				t.Errorf("got %s", r.raw)
			}
			h.call("mount_storage", mount).status("unchanged")
			if n := h.sent("PutServiceStackConnectSharedStorage"); n != 1 {
				t.Errorf("%d requests", n)
			}
			if first := h.call("unmount_storage", mount).status("confirmation_required"); !strings.Contains(first.str("plan.loses.0"), "/mnt/share") {
				t.Errorf("plan: %s", first.raw)
			}
			if gone := h.confirmed("unmount_storage", mount).status("done"); gone.get("mounted") != false {
				t.Errorf("got %s", gone.raw)
			}
			h.call("unmount_storage", mount).status("unchanged")
		})
	}
}

func TestMountRefusalsAndFailures(t *testing.T) {
	t.Parallel()
	h := start(t)
	e := h.call("mount_storage", args{"project": staging, "service": "app", "storage": "db"}).fails("unsupported")
	if !strings.Contains(e["message"].(string), "STANDARD") {
		t.Errorf("got %v", e)
	}
	h.call("mount_storage", args{"project": staging, "service": "app", "storage": "nothere"}).fails("not_found")
	// A storage of another project is none of this project.
	other := h.sim.ServiceID("eshop-production", "uploads")
	h.call("mount_storage", args{"project": staging, "service": "app", "storage": other}).fails("invalid_arguments")
	h.call("create_service", args{"project": staging, "hostname": "share", "type": "shared-storage"}).status("done")
	h.sim.FailNext("stack.sharedStorageConnect", "internalServerError", "no disk")
	r := h.call("mount_storage", args{"project": staging, "service": "app", "storage": "share"}).status("failed")
	if r.get("mounted") != false {
		t.Errorf("got %s", r.raw)
	}
	h.call("unmount_storage", args{"project": "eshop-production", "service": "app", "storage": "uploads"}).fails("blocked")
}

func TestUnmountAsksThePerson(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		h := start(t, func(s *setup) {
			s.version = era
			s.elicit = answer(mcp.ElicitationResponseActionDecline, nil)
		})
		h.call("create_service", args{"project": staging, "hostname": "share", "type": "shared-storage"}).status("done")
		h.call("mount_storage", args{"project": staging, "service": "app", "storage": "share"}).status("done")
		h.call("unmount_storage", args{"project": staging, "service": "app", "storage": "share"}).fails("declined")
		if n := h.sent("PutServiceStackDisconnectSharedStorage"); n != 0 {
			t.Errorf("%s: %d requests after a no", era, n)
		}
	}
}

// TestWaitingForABackupEndsInTime: the list never shows the backup, and the call
// ends all the same.
func TestWaitingForABackupEndsInTime(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) { c.MaxWait = time.Second }
		s.sim = append(s.sim, simulator.WithPace(0.02))
	})
	h.call("scale_service", args{"project": staging, "service": "db", "min_disk_gb": 20}).ok()
	started := time.Now()
	h.sim.Fail(simulator.Fault{Operation: "GetServiceStackBackup", Status: 200, Body: `{"files":[],"backupPeriod":""}`})
	r := h.call("create_backup", args{"project": staging, "service": "db", "wait_seconds": 600}).status("in_progress")
	if took := time.Since(started); took > 10*time.Second || !strings.Contains(r.str("message"), "1s") {
		t.Errorf("took %s: %s", took, r.raw)
	}
}
