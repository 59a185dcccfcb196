// Package projects reads what a project is, as far as more than one room needs it.
// It uses the kernel.
package projects
