// Package api has the tools that reach every operation of the API: search, describe,
// read and write. It uses readers and no other room.
package api
