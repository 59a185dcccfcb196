package storage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zerops-mcp/tools/facts/storage"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Tools are the tools of the toolset storage.
func Tools() []*tool.Tool {
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "list_backups", Title: "List backups", Effect: zerops.Reads,
			Description: "Backups of a service, newest first, with schedule and limits.",
			Operations:  []zerops.Operation{zerops.GetServiceStackBackup},
		}, listBackups),
		tool.Define(tool.Spec{
			Name: "create_backup", Title: "Create backup", Effect: zerops.Creates,
			Description: "Back a service up now. Only backups with a protected tag (list_backups) are kept for good.",
			Operations:  []zerops.Operation{zerops.PostServiceStackBackup},
			LookAgain:   tool.LookAgain{OfService: "list_backups", OfProject: "get_project"},
		}, createBackup),
		tool.Define(tool.Spec{
			Name: "delete_backup", Title: "Delete backup", Effect: zerops.Destroys, Idempotent: true,
			Description: "Delete a backup for good. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.DeleteServiceStackBackup},
			LookAgain:   tool.LookAgain{OfService: "list_backups", OfProject: "get_project"},
		}, deleteBackup),
		tool.Define(tool.Spec{
			Name: "get_backup_link", Title: "Get backup link", Effect: zerops.Reads, Secret: true,
			Description: "A temporary download address of a backup; whoever has it can read all data.",
			Operations:  []zerops.Operation{zerops.PostServiceStackBackupDownloadUrl},
		}, getBackupLink),
		tool.Define(tool.Spec{
			Name: "mount_storage", Title: "Mount storage", Effect: zerops.Updates, Idempotent: true,
			Description: "Mount a shared storage (deprecated; zerops.yaml mounts local storage by run.volume) into a runtime of the same project, at /mnt/ and its hostname.",
			Operations:  []zerops.Operation{zerops.PutServiceStackConnectSharedStorage},
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, mountStorage),
		tool.Define(tool.Spec{
			Name: "unmount_storage", Title: "Unmount storage", Effect: zerops.Destroys, Idempotent: true,
			Description: "Take a shared storage away from a runtime; its data stays. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.PutServiceStackDisconnectSharedStorage},
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, unmountStorage),
	)
}

type listBackupsIn struct {
	tool.OnService
	tool.Paging
}

type listBackupsOut struct {
	tool.Page[storage.Backup]
	Schedule      string   `json:"schedule,omitempty"`
	MaxFiles      int      `json:"max_files,omitempty"`
	MaxGB         int      `json:"max_gib,omitempty"`
	ProtectedTags []string `json:"protected_tags"`
}

// Cut keeps schedule and limits.
func (o listBackupsOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

func listBackups(ctx context.Context, c *tool.Call, in *listBackupsIn) (*listBackupsOut, error) {
	s, err := c.Service(ctx, in.OnService)
	if err != nil {
		return nil, err
	}
	kept, err := c.API.Backups(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	views := []storage.Backup{}
	for _, b := range storage.NewestFirst(kept.Files) {
		views = append(views, storage.ViewBackup(b))
	}
	shown, err := tool.Paginate(views, in.Paging, s.ID)
	out := listBackupsOut{Page: shown, Schedule: tool.Clean(kept.Period, 80), ProtectedTags: []string{}}
	limits := kept.Retention
	if limits == nil {
		limits = kept.Default
	}
	if limits != nil {
		out.MaxFiles, out.MaxGB = limits.MaxFiles, limits.MaxGiB
		for _, tag := range limits.ProtectedTags[:min(len(limits.ProtectedTags), 20)] {
			out.ProtectedTags = append(out.ProtectedTags, tool.Clean(tag, 40))
		}
	}
	return &out, err
}

type createBackupIn struct {
	tool.OnService
	Tags []string `json:"tags,omitempty" jsonschema:"maxItems=20" jsonschema_description:"up to 24 letters, digits, : - _"`
	tool.Waiting
}

type backupChangeOut struct {
	tool.ChangeResult
	Backup  *storage.Backup `json:"backup,omitempty"`
	Removed *bool           `json:"removed,omitempty"`
}

// Polling of the list of backups: a dump has no process to follow.
const (
	firstBackupPoll   = 500 * time.Millisecond
	slowestBackupPoll = 5 * time.Second
)

func createBackup(ctx context.Context, c *tool.Call, in *createBackupIn) (*backupChangeOut, error) {
	s, err := c.Service(ctx, in.OnService)
	if err != nil {
		return nil, err
	}
	before, err := c.API.Backups(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	if _, err = tool.Change(ctx, c, func(ctx context.Context) (bool, error) { return c.API.CreateBackup(ctx, s.ID, in.Tags) }); err != nil {
		return nil, err
	}
	limit, clamped := c.Budget(in.Waiting)
	made, err := awaitBackup(ctx, c, s.ID, before.Files, limit)
	if err != nil {
		return &backupChangeOut{ChangeResult: c.Unread(ctx, tool.ChangeResult{Status: tool.StatusInProgress}, err, lookAtBackups(s))}, nil
	}
	if made != nil {
		view := storage.ViewBackup(*made)
		return &backupChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusDone}, Backup: &view}, nil
	}
	out := backupChangeOut{ChangeResult: tool.ChangeResult{
		Status: tool.StatusInProgress, Message: "the backup goes on; it is done once list_backups shows it",
		Next: new(lookAtBackups(s)),
	}}
	if clamped {
		out.Message += fmt.Sprintf(" (waited %s, the most this server allows)", limit)
	}
	return &out, nil
}

func lookAtBackups(s zerops.Service) tool.Next {
	return tool.Next{Tool: "list_backups", Arguments: tool.NextArgs{Service: s.ID}}
}

// awaitBackup polls the list until it has a backup that was not there before. It
// looks at least once.
func awaitBackup(ctx context.Context, c *tool.Call, serviceID string, before []zerops.Backup, limit time.Duration) (*zerops.Backup, error) {
	known := map[string]bool{}
	for _, b := range before {
		known[b.Name] = true
	}
	report := c.Progress(ctx)
	deadline := time.Now().Add(limit)
	for wait := firstBackupPoll; ; wait = min(wait*3/2, slowestBackupPoll) {
		now, err := c.API.Backups(ctx, serviceID)
		if err != nil {
			return nil, err
		}
		for _, b := range storage.NewestFirst(now.Files) {
			if !known[b.Name] {
				return &b, nil
			}
		}
		left := time.Until(deadline)
		if left <= 0 || !tool.Delay(ctx, min(wait, left)) {
			return nil, nil
		}
		report("the backup is being made")
	}
}

type onBackup struct {
	tool.OnService
	Backup string `json:"backup" jsonschema:"minLength=1" jsonschema_description:"its name, as in list_backups"`
}

type deleteBackupIn struct {
	onBackup
	Confirm string `json:"confirm,omitempty"`
}

// backup finds a backup by its name; nil where there is none.
func backup(ctx context.Context, c *tool.Call, in onBackup) (zerops.Service, *zerops.Backup, []zerops.Backup, error) {
	s, err := c.Service(ctx, in.OnService)
	if err != nil {
		return s, nil, nil, err
	}
	kept, err := c.API.Backups(ctx, s.ID)
	if err != nil {
		return s, nil, nil, err
	}
	for _, b := range kept.Files {
		if b.Name == strings.TrimSpace(in.Backup) {
			return s, &b, kept.Files, nil
		}
	}
	return s, nil, storage.NewestFirst(kept.Files), nil
}

func deleteBackup(ctx context.Context, c *tool.Call, in *deleteBackupIn) (*backupChangeOut, error) {
	type kept struct {
		service zerops.Service
		backup  zerops.Backup
	}
	target, err := tool.Confirm(ctx, c, func(ctx context.Context) (kept, *tool.Plan, error) {
		s, b, all, err := backup(ctx, c, in.onBackup)
		if err != nil {
			return kept{}, nil, err
		}
		if b == nil {
			return kept{}, nil, tool.Idle(backupChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged, Message: noBackup(s, in.Backup, all)}, Removed: new(true)})
		}
		return kept{s, *b}, backupDeletion(s, *b, len(all)-1), nil
	})
	if err != nil {
		return nil, err
	}
	s := target.service
	_, err = tool.Change(ctx, c, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.API.DeleteBackup(ctx, s.ID, target.backup.Name)
	})
	if err != nil {
		return nil, err
	}
	for _, wait := range []time.Duration{200 * time.Millisecond, time.Second, 2 * time.Second, 0} {
		if _, left, _, err := backup(ctx, c, in.onBackup); err != nil {
			return &backupChangeOut{ChangeResult: c.Unread(ctx, tool.ChangeResult{Status: tool.StatusDone}, err, lookAtBackups(s))}, nil
		} else if left == nil {
			return &backupChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusDone}, Removed: new(true)}, nil
		}
		if wait == 0 || !tool.Delay(ctx, wait) {
			break
		}
	}
	return &backupChangeOut{ChangeResult: tool.ChangeResult{
		Status: tool.StatusInProgress, Message: "the platform accepted the deletion but still shows the backup",
		Next: new(lookAtBackups(s)),
	}, Removed: new(false)}, nil
}

// backupDeletion names what goes with a backup. Its existence is what the action
// changes.
func backupDeletion(s zerops.Service, b zerops.Backup, others int) *tool.Plan {
	name := tool.Clean(b.Name, 80)
	return &tool.Plan{
		Summary: fmt.Sprintf("Delete the backup %q (%d bytes) of the service %q (%s) for good.", name, b.Size, tool.Clean(s.Name, 40), s.ID),
		Targets: []tool.PlanTarget{{Kind: "backup", ID: s.ID, Name: name}},
		Loses:   []string{fmt.Sprintf("the data of that time; %d other backups stay", others)},
		Typed:   b.Name,
		State:   []tool.Fact{tool.Is("the service", s.Name+" ("+s.ID+")"), tool.Is("the backup", b.Name), tool.Is("its size", strconv.FormatInt(b.Size, 10))},
	}
}

// noBackup says that a name is not in the list, and what is.
func noBackup(s zerops.Service, wanted string, newest []zerops.Backup) string {
	words := fmt.Sprintf("the service %q has no backup %q", tool.Clean(s.Name, 40), tool.Clean(wanted, 60))
	var names []string
	for _, b := range newest[:min(len(newest), 3)] {
		names = append(names, tool.Clean(b.Name, 60))
	}
	if len(names) > 0 {
		words += "; the newest are " + strings.Join(names, ", ")
	}
	return words
}

type backupLinkOut struct {
	ServiceID string `json:"service_id"`
	Backup    string `json:"backup"`
	SizeBytes int64  `json:"size_bytes"`
	URL       string `json:"url"`
}

func getBackupLink(ctx context.Context, c *tool.Call, in *onBackup) (*backupLinkOut, error) {
	s, b, newest, err := backup(ctx, c, *in)
	if err != nil {
		return nil, err
	}
	if b == nil {
		return nil, &tool.Failure{Code: request.CodeNotFound, Message: noBackup(s, in.Backup, newest), Hint: "list_backups shows all."}
	}
	secret, err := c.API.BackupLink(ctx, s.ID, b.Name)
	if err != nil {
		return nil, err
	}
	link := secret.OpenForCaller()
	if tool.Clean(link, tool.MaxText) != link || !strings.HasPrefix(link, "https://") && !c.Runner.API().Loopback() {
		return nil, &tool.Failure{Code: request.CodeUnavailable, Message: "the platform answered with something that is no https address"}
	}
	c.Allow(link)
	return &backupLinkOut{ServiceID: s.ID, Backup: tool.Clean(b.Name, 80), SizeBytes: b.Size, URL: link}, nil
}
