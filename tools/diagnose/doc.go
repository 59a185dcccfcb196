// Package diagnose finds out why a service or its deployment fails: it gathers
// evidence, matches rules, and ranks the causes. It uses readers and no other room.
package diagnose
