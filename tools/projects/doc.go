// Package projects has the tools of account, projects and team: who calls, which
// projects there are, their lifecycle, members and tokens. It uses readers and no
// other room.
package projects
