// Package storage has the tools of backups and of storage that services mount. It
// uses readers and no other room.
package storage
