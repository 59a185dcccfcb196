// Package deployments has the tools that list and show deployments. It uses readers
// and no other room.
package deployments
