// Package structure checks how the code is laid out: which package may import which
// (one table, from which the rules of the linter are written as well), how large
// files, types and functions may be, and that CONTRIBUTING leads to a tool that
// works. It consists of tests.
package structure
