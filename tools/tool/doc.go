// Package tool is the kernel of the tools: it defines what a tool is, checks its
// arguments, runs it, asks for confirmation, follows the work of the platform, and
// writes results and failures through one exit that cleans and redacts them.
//
// A handler gets a [Call] and uses it in this order: it finds what it works on
// ([Call.Project], [Call.Service]), confirms ([Confirm], which guards the targets,
// asks, and reads them again), changes ([Change]), follows ([Call.Follow]), and reads
// back what it claims. The kernel knows no tool by name and no domain of the
// platform; it uses package request and the API client only.
//
// Comments of the kernel and of all rooms cite the behavior of the platform by
// section, as in "(platform §4.3)". The sections are those of docs/platform.md.
package tool
