// Package storage reads what services keep: their backups, and the storage that is
// mounted into them. It uses the kernel.
package storage
