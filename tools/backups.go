package tools

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"zerops-mcp/zerops"
)

// storageTools are the tools of the toolset storage.
func storageTools() []*tool {
	return []*tool{
		define(spec{
			Name: "list_backups", Title: "List backups", Effect: zerops.Reads,
			Description: "Backups of a service, newest first, with schedule and limits.",
		}, listBackups),
		define(spec{
			Name: "create_backup", Title: "Create backup", Effect: zerops.Creates,
			Description: "Back a service up now. Only backups with a protected tag (list_backups) are kept for good.",
		}, createBackup),
		define(spec{
			Name: "delete_backup", Title: "Delete backup", Effect: zerops.Destroys, Idempotent: true,
			Description: "Delete a backup for good. Needs confirmation.",
		}, deleteBackup),
		define(spec{
			Name: "get_backup_link", Title: "Get backup link", Effect: zerops.Reads, Secret: true,
			Description: "A temporary download address of a backup; whoever has it can read all data.",
		}, getBackupLink),
		define(spec{
			Name: "mount_storage", Title: "Mount storage", Effect: zerops.Updates, Idempotent: true,
			Description: "Mount a shared storage into a runtime of the same project, at /mnt/ and its hostname.",
		}, mountStorage),
		define(spec{
			Name: "unmount_storage", Title: "Unmount storage", Effect: zerops.Destroys, Idempotent: true,
			Description: "Take a shared storage away from a runtime; its data stays. Needs confirmation.",
		}, unmountStorage),
	}
}

type listBackupsIn struct {
	onService
	paging
}

type listBackupsOut struct {
	page[backupView]
	Schedule      string   `json:"schedule,omitempty"`
	MaxFiles      int      `json:"max_files,omitempty"`
	MaxGB         int      `json:"max_gib,omitempty"`
	ProtectedTags []string `json:"protected_tags"`
}

// Cut keeps schedule and limits.
func (o listBackupsOut) Cut(n int) any {
	o.page = o.first(n)
	return o
}

type backupView struct {
	Backup    string     `json:"backup"`
	Created   *time.Time `json:"created,omitempty"`
	SizeBytes int64      `json:"size_bytes"`
	Tags      []string   `json:"tags"`
}

// backupTime is how the platform writes the time that names a backup.
const backupTime = "2006-01-02 15:04:05"

func viewBackup(b zerops.Backup) backupView {
	v := backupView{Backup: clean(b.Name, 80), SizeBytes: b.Size, Tags: []string{}}
	if at, err := time.Parse(backupTime, b.Name); err == nil {
		v.Created = new(at.UTC())
	}
	tags := b.Tags()
	for _, tag := range tags[:min(len(tags), 20)] {
		if tag = clean(strings.TrimSpace(tag), 40); tag != "" {
			v.Tags = append(v.Tags, tag)
		}
	}
	return v
}

func listBackups(ctx context.Context, c *call, in listBackupsIn) (listBackupsOut, error) {
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return listBackupsOut{}, err
	}
	kept, err := c.api.Backups(ctx, s.ID)
	if err != nil {
		return listBackupsOut{}, err
	}
	views := []backupView{}
	for _, b := range newestFirst(kept.Files) {
		views = append(views, viewBackup(b))
	}
	shown, err := paginate(views, in.paging, s.ID)
	out := listBackupsOut{page: shown, Schedule: clean(kept.Period, 80), ProtectedTags: []string{}}
	limits := kept.Retention
	if limits == nil {
		limits = kept.Default
	}
	if limits != nil {
		out.MaxFiles, out.MaxGB = limits.MaxFiles, limits.MaxGiB
		for _, tag := range limits.ProtectedTags[:min(len(limits.ProtectedTags), 20)] {
			out.ProtectedTags = append(out.ProtectedTags, clean(tag, 40))
		}
	}
	return out, err
}

// newestFirst sorts by name, which is a time.
func newestFirst(files []zerops.Backup) []zerops.Backup {
	files = slices.Clone(files)
	sort.SliceStable(files, func(i, j int) bool { return files[i].Name > files[j].Name })
	return files
}

type createBackupIn struct {
	onService
	Tags []string `json:"tags,omitempty" jsonschema:"maxItems=20" jsonschema_description:"up to 24 letters, digits, : - _"`
	waiting
}

type backupChangeOut struct {
	frame
	Backup  *backupView `json:"backup,omitempty"`
	Removed *bool       `json:"removed,omitempty"`
}

// Polling of the list of backups: a dump has no process to follow.
const (
	firstBackupPoll   = 500 * time.Millisecond
	slowestBackupPoll = 5 * time.Second
)

func createBackup(ctx context.Context, c *call, in createBackupIn) (backupChangeOut, error) {
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return backupChangeOut{}, err
	}
	before, err := c.api.Backups(ctx, s.ID)
	if err != nil {
		return backupChangeOut{}, err
	}
	if _, err = change(ctx, c, func(ctx context.Context) (bool, error) { return c.api.CreateBackup(ctx, s.ID, in.Tags) }); err != nil {
		return backupChangeOut{}, err
	}
	limit, clamped := c.budget(in.waiting)
	made, err := c.awaitBackup(ctx, s.ID, before.Files, limit)
	if err != nil {
		return backupChangeOut{frame: c.unread(ctx, frame{Status: statusInProgress}, err, lookAtBackups(s))}, nil
	}
	if made != nil {
		view := viewBackup(*made)
		return backupChangeOut{frame: frame{Status: statusDone}, Backup: &view}, nil
	}
	out := backupChangeOut{frame: frame{
		Status: statusInProgress, Message: "the backup goes on; it is done once list_backups shows it",
		Next: new(lookAtBackups(s)),
	}}
	if clamped {
		out.Message += fmt.Sprintf(" (waited %s, the most this server allows)", limit)
	}
	return out, nil
}

func lookAtBackups(s zerops.Service) next {
	return next{Tool: "list_backups", Arguments: nextArgs{Service: s.ID}}
}

// awaitBackup polls the list until it has a backup that was not there before. It
// looks at least once.
func (c *call) awaitBackup(ctx context.Context, serviceID string, before []zerops.Backup, limit time.Duration) (*zerops.Backup, error) {
	known := map[string]bool{}
	for _, b := range before {
		known[b.Name] = true
	}
	report := c.progress(ctx)
	deadline := time.Now().Add(limit)
	for wait := firstBackupPoll; ; wait = min(wait*3/2, slowestBackupPoll) {
		now, err := c.api.Backups(ctx, serviceID)
		if err != nil {
			return nil, err
		}
		for _, b := range newestFirst(now.Files) {
			if !known[b.Name] {
				return &b, nil
			}
		}
		left := time.Until(deadline)
		if left <= 0 || !delay(ctx, min(wait, left)) {
			return nil, nil
		}
		report("the backup is being made")
	}
}

type onBackup struct {
	onService
	Backup string `json:"backup" jsonschema:"minLength=1" jsonschema_description:"its name, as in list_backups"`
}

type deleteBackupIn struct {
	onBackup
	Confirm string `json:"confirm,omitempty"`
}

// backup finds a backup by its name; nil where there is none.
func (c *call) backup(ctx context.Context, in onBackup) (zerops.Service, *zerops.Backup, []zerops.Backup, error) {
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return s, nil, nil, err
	}
	kept, err := c.api.Backups(ctx, s.ID)
	if err != nil {
		return s, nil, nil, err
	}
	for _, b := range kept.Files {
		if b.Name == strings.TrimSpace(in.Backup) {
			return s, &b, kept.Files, nil
		}
	}
	return s, nil, newestFirst(kept.Files), nil
}

func deleteBackup(ctx context.Context, c *call, in deleteBackupIn) (backupChangeOut, error) {
	type kept struct {
		service zerops.Service
		backup  zerops.Backup
	}
	target, err := confirm(ctx, c, func(ctx context.Context) (kept, *plan, error) {
		s, b, all, err := c.backup(ctx, in.onBackup)
		if err != nil {
			return kept{}, nil, err
		}
		if b == nil {
			return kept{}, nil, idle(backupChangeOut{frame: frame{Status: statusUnchanged, Message: noBackup(s, in.Backup, all)}, Removed: new(true)})
		}
		return kept{s, *b}, backupDeletion(s, *b, len(all)-1), c.guard(ctx, s.ProjectID, s.ID)
	})
	if err != nil {
		return backupChangeOut{}, err
	}
	s := target.service
	_, err = change(ctx, c, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.api.DeleteBackup(ctx, s.ID, target.backup.Name)
	})
	if err != nil {
		return backupChangeOut{}, err
	}
	for _, wait := range []time.Duration{200 * time.Millisecond, time.Second, 2 * time.Second, 0} {
		if _, left, _, err := c.backup(ctx, in.onBackup); err != nil {
			return backupChangeOut{frame: c.unread(ctx, frame{Status: statusDone}, err, lookAtBackups(s))}, nil
		} else if left == nil {
			return backupChangeOut{frame: frame{Status: statusDone}, Removed: new(true)}, nil
		}
		if wait == 0 || !delay(ctx, wait) {
			break
		}
	}
	return backupChangeOut{frame: frame{
		Status: statusInProgress, Message: "the platform accepted the deletion but still shows the backup",
		Next: new(lookAtBackups(s)),
	}, Removed: new(false)}, nil
}

// backupDeletion names what goes with a backup. Its existence is what the action
// changes.
func backupDeletion(s zerops.Service, b zerops.Backup, others int) *plan {
	name := clean(b.Name, 80)
	return &plan{
		Summary: fmt.Sprintf("Delete the backup %q (%d bytes) of the service %q (%s) for good.", name, b.Size, clean(s.Name, 40), s.ID),
		Targets: []planTarget{{Kind: "backup", ID: s.ID, Name: name}},
		Loses:   []string{fmt.Sprintf("the data of that time; %d other backups stay", others)},
		typed:   b.Name,
		state:   []fact{is("the service", s.Name+" ("+s.ID+")"), is("the backup", b.Name), is("its size", strconv.FormatInt(b.Size, 10))},
	}
}

// noBackup says that a name is not in the list, and what is.
func noBackup(s zerops.Service, wanted string, newest []zerops.Backup) string {
	words := fmt.Sprintf("the service %q has no backup %q", clean(s.Name, 40), clean(wanted, 60))
	var names []string
	for _, b := range newest[:min(len(newest), 3)] {
		names = append(names, clean(b.Name, 60))
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

func getBackupLink(ctx context.Context, c *call, in onBackup) (backupLinkOut, error) {
	s, b, newest, err := c.backup(ctx, in)
	if err != nil {
		return backupLinkOut{}, err
	}
	if b == nil {
		return backupLinkOut{}, &failure{Code: codeNotFound, Message: noBackup(s, in.Backup, newest), Hint: "list_backups shows all."}
	}
	link, err := c.api.BackupLink(ctx, s.ID, b.Name)
	if err != nil {
		return backupLinkOut{}, err
	}
	if clean(link, maxText) != link || !strings.HasPrefix(link, "https://") && !c.server.cfg.API.Loopback() {
		return backupLinkOut{}, &failure{Code: codeUnavailable, Message: "the platform answered with something that is no https address"}
	}
	c.allow(link)
	return backupLinkOut{ServiceID: s.ID, Backup: clean(b.Name, 80), SizeBytes: b.Size, URL: link}, nil
}
