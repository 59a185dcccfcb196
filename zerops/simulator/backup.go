package simulator

import (
	"slices"
	"strings"
	"time"
)

// backup is one backup of a service; its name is the time and serves as its id.
type backup struct {
	name string
	size int64
	tags []string
	made time.Time
}

const backupName = "2006-01-02 15:04:05"

func backupRoutes() []route {
	return []route{
		// The form of these two is UNVERIFIED beyond their path (platform §10.3).
		{op: "GetProjectBackup", method: "GET", path: "/project/{id}/backup", handle: listProjectBackups},
		{op: "DeleteProjectBackup", method: "DELETE", path: "/project/{id}/backup/{date}", handle: deleteProjectBackup},
		{op: "GetServiceStackBackup", handle: listBackups},
		{op: "PostServiceStackBackup", handle: createBackup},
		{op: "PutServiceStackBackup", handle: retagBackup},
		{op: "DeleteServiceStackBackup", handle: deleteBackup},
		{op: "PostServiceStackBackupDownloadUrl", handle: backupLink},
		{op: "PutServiceStackBackupConfig", handle: configureBackups},
	}
}

// backupService returns the service in the path if its kind has backups.
func (c *call) backupService(what need) (*service, error) {
	s, err := c.service(what)
	if err != nil {
		return nil, err
	}
	if !s.kind().backup {
		return nil, refuse("backupUnsupportedStackType", "Backup is not supported for this service stack type")
	}
	return s, nil
}

func (c *call) backup(s *service) (*backup, error) {
	for _, b := range c.world.backups[s.id] {
		if b.name == c.path("date") {
			return b, nil
		}
	}
	return nil, missing("backupNotFound", "Backup")
}

func listBackups(c *call) (any, error) {
	s, err := c.backupService(toRead)
	if err != nil {
		return nil, err
	}
	files := []object{}
	for _, b := range slices.Backward(c.world.backups[s.id]) {
		files = append(files, b.view(s.id))
	}
	view := object{"files": files, "backupPeriod": s.backupPeriod, "retentionPolicy": nil, "defaultRetentionPolicy": defaultRetention()}
	if s.retention != nil {
		view["retentionPolicy"] = s.retention
	}
	return view, nil
}

func (b *backup) view(serviceID string) object {
	return object{
		"path": serviceID + "/" + b.name + ".tar.gz", "name": b.name, "size": b.size, "metadata": object{"tags": strings.Join(b.tags, ",")},
	}
}

// listProjectBackups are those of all services of a project.
func listProjectBackups(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	files := []object{}
	for _, s := range c.world.servicesOf(p) {
		for _, b := range slices.Backward(c.world.backups[s.id]) {
			files = append(files, b.view(s.id))
		}
	}
	return object{"files": files, "backupPeriod": nil, "retentionPolicy": nil, "defaultRetentionPolicy": defaultRetention()}, nil
}

func deleteProjectBackup(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	for _, s := range c.world.servicesOf(p) {
		kept := slices.DeleteFunc(slices.Clone(c.world.backups[s.id]), func(b *backup) bool { return b.name == c.path("date") })
		if len(kept) < len(c.world.backups[s.id]) {
			c.world.backups[s.id] = kept
			return success(), nil
		}
	}
	return nil, missing("backupNotFound", "Backup")
}

func defaultRetention() object {
	return object{
		"maxTotalFiles": 50, "maxTotalGiB": 25, "protectedTags": []string{"protected"}, "minDaily": 7, "maxDaily": 7,
		"minWeekly": 4, "maxWeekly": 4, "minMonthly": 3, "maxMonthly": 3,
	}
}

// backupTags reads and checks the tags of a request.
func (c *call) backupTags() ([]string, error) {
	var body struct {
		Tags []string `json:"tags"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	total := 0
	for _, tag := range body.Tags {
		if tag == "" || len(tag) > 24 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_") != "" {
			return nil, withFields("backupTagNameFormat", "Backup tag name format is invalid", map[string][]string{"tags": {tag}})
		}
		total += len(tag)
	}
	if total > 240 {
		return nil, refuse("backupTotalTagLength", "Total length of backup tags is too long")
	}
	return body.Tags, nil
}

// createBackup has no process: what is still in work after ten seconds appears in
// the list later.
func createBackup(c *call) (any, error) {
	s, err := c.backupService(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.runnable(s); err != nil {
		return nil, err
	}
	tags, err := c.backupTags()
	if err != nil {
		return nil, err
	}
	w := c.world
	slow := s.effectiveScaling().minDisk >= 20
	made := &backup{name: w.now.UTC().Format(backupName), size: 48_211_007, tags: tags, made: w.now}
	store := func() { w.backups[s.id] = append(w.backups[s.id], made) }
	if slow {
		w.schedule(w.now.Add(w.scaled(40*time.Second)), store)
	} else {
		store()
	}
	return object{"success": true, "async": slow}, nil
}

func retagBackup(c *call) (any, error) {
	s, err := c.backupService(toWrite)
	if err != nil {
		return nil, err
	}
	b, err := c.backup(s)
	if err != nil {
		return nil, err
	}
	if b.tags, err = c.backupTags(); err != nil {
		return nil, err
	}
	return success(), nil
}

func deleteBackup(c *call) (any, error) {
	s, err := c.backupService(toWrite)
	if err != nil {
		return nil, err
	}
	b, err := c.backup(s)
	if err != nil {
		return nil, err
	}
	c.world.backups[s.id] = slices.DeleteFunc(c.world.backups[s.id], func(known *backup) bool { return known == b })
	return success(), nil
}

// backupLink hands out a temporary address that is a credential.
func backupLink(c *call) (any, error) {
	s, err := c.backupService(toWrite)
	if err != nil {
		return nil, err
	}
	if _, err := c.backup(s); err != nil {
		return nil, err
	}
	return object{"url": c.world.permitDownload("backup", "")}, nil
}

func configureBackups(c *call) (any, error) {
	s, err := c.backupService(toWrite)
	if err != nil {
		return nil, err
	}
	var body struct {
		BackupPeriod    *string `json:"backupPeriod"`
		RetentionPolicy object  `json:"retentionPolicy"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.BackupPeriod != nil {
		if len(strings.Fields(*body.BackupPeriod)) != 5 {
			return nil, badField("backupPeriod", "invalid cron expression")
		}
		s.backupPeriod = *body.BackupPeriod
	}
	s.retention = body.RetentionPolicy
	return object{"process": nil}, nil
}

// seedBackups gives the services that have backups one for each of some nights.
func (w *world) seedBackups() {
	for _, s := range w.services.all() {
		if !s.kind().backup || s.status != "ACTIVE" {
			continue
		}
		for night := range 5 {
			made := bucketStart(w.born.UTC(), "1d").AddDate(0, 0, night-4).Add(17 * time.Minute)
			if made.Before(s.created) || made.After(w.born) {
				continue
			}
			b := &backup{name: made.Format(backupName), size: 40_000_000 + int64(night)*1_234_567, tags: []string{"daily"}, made: made}
			if night == 0 {
				b.tags = []string{"protected", "before-migration"}
			}
			w.backups[s.id] = append(w.backups[s.id], b)
		}
	}
}
