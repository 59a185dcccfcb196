package storage

import (
	"slices"
	"sort"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Backup is a backup as all tools show it.
type Backup struct {
	Backup    string     `json:"backup"`
	Created   *time.Time `json:"created,omitempty"`
	SizeBytes int64      `json:"size_bytes"`
	Tags      []string   `json:"tags"`
}

// backupTime is how the platform writes the time that names a backup.
const backupTime = "2006-01-02 15:04:05"

// ViewBackup is a backup as all tools show it.
func ViewBackup(b zerops.Backup) Backup {
	v := Backup{Backup: tool.Clean(b.Name, 80), SizeBytes: b.Size, Tags: []string{}}
	if at, err := time.Parse(backupTime, b.Name); err == nil {
		v.Created = new(at.UTC())
	}
	tags := b.Tags()
	for _, tag := range tags[:min(len(tags), 20)] {
		if tag = tool.Clean(strings.TrimSpace(tag), 40); tag != "" {
			v.Tags = append(v.Tags, tag)
		}
	}
	return v
}

// NewestFirst sorts by name, which is a time.
func NewestFirst(files []zerops.Backup) []zerops.Backup {
	files = slices.Clone(files)
	sort.SliceStable(files, func(i, j int) bool { return files[i].Name > files[j].Name })
	return files
}

// BackupsSupported reports a service of a kind that the platform backs up
// (platform §3.7).
func BackupsSupported(s zerops.Service) bool {
	if s.Type.Category == "SHARED_STORAGE" {
		return true
	}
	name, _ := tool.CutAny(s.TypeID, "_@:")
	switch name {
	case "mariadb", "postgresql", "qdrant", "elasticsearch", "nats", "meilisearch":
		return true
	}
	return false
}
