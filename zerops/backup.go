package zerops

import (
	"context"
	"encoding/json"
	"strings"
)

// Backup is one backup of a service. Its name is the time it was taken and
// identifies it (platform §4.13).
type Backup struct {
	Name string `json:"name"` // such as 2026-07-01 09:00:06
	Size int64  `json:"size"` // bytes
	// Metadata are texts that the platform keeps with the file, tags among them.
	Metadata map[string]json.RawMessage `json:"metadata"`
}

// Tags returns the tags of a backup. The platform writes metadata as texts, so a
// list may come as one, or separated by commas.
func (b Backup) Tags() []string {
	for name, raw := range b.Metadata {
		if !strings.EqualFold(name, "tags") {
			continue
		}
		var list []string
		if json.Unmarshal(raw, &list) == nil {
			return list
		}
		var text string
		if json.Unmarshal(raw, &text) != nil || text == "" {
			return nil
		}
		if json.Unmarshal([]byte(text), &list) == nil {
			return list
		}
		return strings.Split(text, ",")
	}
	return nil
}

// Backups is what a service keeps, and how often it is backed up.
type Backups struct {
	Files     whole[Backup]    `json:"files"`
	Period    string           `json:"backupPeriod"` // cron; empty or a word for none
	Retention *BackupRetention `json:"retentionPolicy"`
	Default   *BackupRetention `json:"defaultRetentionPolicy"`
}

// BackupRetention bounds what is kept.
type BackupRetention struct {
	MaxFiles      int      `json:"maxTotalFiles"`
	MaxGiB        int      `json:"maxTotalGiB"`
	ProtectedTags []string `json:"protectedTags"`
}

// Backups lists the backups of a service (operation GetServiceStackBackup).
func (c *Client) Backups(ctx context.Context, serviceID string) (Backups, error) {
	return fetch[Backups](ctx, c, Call{Operation: GetServiceStackBackup, Path: []string{serviceID}})
}

// CreateBackup starts a backup. It brings no process; async means that it goes on
// in the background, and only the list shows when it has ended (operation
// PostServiceStackBackup).
func (c *Client) CreateBackup(ctx context.Context, serviceID string, tags []string) (async bool, err error) {
	if tags == nil {
		tags = []string{}
	}
	answer, err := fetch[struct {
		Success *bool `json:"success"`
		Async   bool  `json:"async"`
	}](ctx, c, Call{Operation: PostServiceStackBackup, Path: []string{serviceID}, Body: struct {
		Tags []string `json:"tags"`
	}{tags}})
	if err == nil && answer.Success != nil && !*answer.Success {
		err = &Error{Operation: PostServiceStackBackup, Status: 200, Message: "the backup was not started and no reason given", Attempts: 1}
	}
	return answer.Async, err
}

// DeleteBackup deletes a backup for good (operation DeleteServiceStackBackup).
func (c *Client) DeleteBackup(ctx context.Context, serviceID, name string) error {
	_, err := c.Do(ctx, Call{Operation: DeleteServiceStackBackup, Path: []string{serviceID, name}})
	return err
}

// BackupLink makes a temporary address of a backup, which is a credential
// (operation PostServiceStackBackupDownloadUrl).
func (c *Client) BackupLink(ctx context.Context, serviceID, name string) (Secret, error) {
	answer, err := fetch[struct {
		URL Secret `json:"url"`
	}](ctx, c, Call{Operation: PostServiceStackBackupDownloadUrl, Path: []string{serviceID, name}, Body: empty{}})
	if err == nil && answer.URL.Empty() {
		err = malformed(PostServiceStackBackupDownloadUrl, errHollow)
	}
	return answer.URL, err
}
