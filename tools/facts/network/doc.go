// Package network reads how services are reached from outside: domains with their
// routes and DNS records, public ports, and drafts of both that were never applied. It
// uses the kernel.
package network
