// Package logs has the tool that searches logs: it scans, filters and merges lines of
// services and builds. It uses readers and no other room.
package logs
