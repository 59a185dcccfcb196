package storage

import (
	"cmp"

	"zerops-mcp/zerops"
)

// MountStatus is how the connection of a service with a shared storage stands: empty
// where there is none.
func MountStatus(s zerops.Service, storageID string) string {
	for _, connected := range s.Connected {
		if connected.Service.ID == storageID {
			return cmp.Or(connected.Status, "ACTIVE")
		}
	}
	return ""
}
