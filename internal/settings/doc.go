// Package settings turns a command line and an environment into one checked
// [Settings] value.
//
// One table, [Table], defines every setting: its flag, its variables, its
// default, what it means and which commands take it. Flags, environment,
// help, the reference in docs/settings.md and the strictness about unknown
// names all follow from that table, so that adding a setting is adding a row.
//
// A typo must never silently widen what an assistant may do. So unknown flags,
// unknown ZMCP_* variables and combinations that cannot work are errors, while
// what clients are known to leave behind (empty values, placeholders they did
// not expand, a bare --deploy-root) counts as unset and is warned about.
//
// The package reads no process state of its own: [Load] gets everything it
// looks at in a [Source].
package settings
