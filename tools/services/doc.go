// Package services has the tools that list, show, create, scale, start, stop and
// delete services. It uses readers and no other room.
package services
