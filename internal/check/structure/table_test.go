package structure_test

import (
	"slices"
	"strings"
)

// ban is a package of others that may not be imported, as a prefix; one that ends in
// "$" is meant exactly.
type ban struct{ pkg, why string }

// noMCP, noHTTP and noTesting are bans of several rows.
func noMCP() ban     { return ban{"github.com/mark3labs/mcp-go", "only tools and transports know MCP"} }
func noHTTP() ban    { return ban{"net/http$", "requests are made by zerops only"} }
func noTesting() ban { return ban{"testing$", "the simulator is part of the product (--demo)"} }

// row says what one package of the product may import.
type row struct {
	dir string
	// floors are whole groups of packages that it may use.
	floors []string
	// arrows are single packages that it may use, and does: each is worth a reason.
	arrows []string
	// never are packages of others that it may not use.
	never []ban
	// why tells whoever runs into the rule what stands against it.
	why string
}

// readers are the packages of the lower floor in the order of who may use whom: a
// reader uses those of earlier lines only.
func readers() [][]string {
	return [][]string{
		{"tools/facts/services", "tools/facts/network", "tools/facts/storage"},
		{"tools/facts/costs"},
		{"tools/facts/env"},
		{"tools/facts/logs", "tools/facts/manifest"},
		{"tools/facts/deployments", "tools/facts/own", "tools/facts/effects"},
		{"tools/facts/projects"},
	}
}

// rooms are the packages of the upper floor. Each may use every reader and none of
// its neighbors but those named here.
func rooms() map[string][]string {
	return map[string][]string{
		"tools/projects":    nil,
		"tools/services":    nil,
		"tools/storage":     nil,
		"tools/network":     nil,
		"tools/env":         nil,
		"tools/logs":        nil,
		"tools/manifest":    nil,
		"tools/deployments": nil,
		"tools/diagnose":    nil,
		"tools/deploy":      {"tools/diagnose", "tools/deploy/archive"}, // a failed deployment is explained at once
		"tools/observe":     {"tools/deploy", "tools/observe/plot"},     // wait_for follows uploads, too
		"tools/api":         nil,
	}
}

// table is every package of the product. What is not in it does not belong to the
// product, so nothing in it may be imported by the product.
func table() []row {
	const leaf = "a leaf imports nothing of ours"
	inTools := []ban{noHTTP()}
	rows := []row{
		{dir: "", arrows: []string{"internal/cli", "transport"}, why: "main claims the streams and hands over"},
		{
			dir: "internal/cli", arrows: []string{
				"internal/install", "internal/phrase", "internal/settings", "transport", "tools", "tools/request", "tools/tool", "zerops", "zerops/simulator",
			},
			why: "the command line wires the parts together and knows no room",
		},
		{dir: "internal/phrase", never: []ban{noMCP(), noHTTP()}, why: leaf},
		{dir: "internal/settings", arrows: []string{"internal/phrase", "zerops"}, never: []ban{noMCP()}, why: "settings know what the API accepts, and nothing above it"},
		{dir: "internal/install", arrows: []string{"internal/phrase"}, never: []ban{noMCP()}, why: "entries in the files of assistants have nothing to do with the rest"},
		{dir: "tools/deploy/archive", never: []ban{noMCP(), noHTTP()}, why: leaf},
		{dir: "tools/observe/plot", never: []ban{{"github.com/", "the standard library draws"}, {"golang.org/", "the standard library draws"}}, why: "a leaf: it knows nothing of what it draws"},
		{dir: "transport", arrows: []string{"tools/request", "zerops"}, why: "a transport hands messages over and knows no tool"},
		{
			dir: "tools", floors: []string{"rooms", "readers"}, arrows: []string{"tools/guides", "tools/request", "tools/tool", "zerops"},
			never: inTools, why: "the facade puts the rooms together; it knows neither transports nor the command line",
		},
		{dir: "tools/guides", arrows: []string{"tools/request", "tools/tool"}, never: inTools, why: "guides are text"},
		{dir: "tools/request", never: append([]ban{noMCP()}, inTools...), why: leaf},
		{dir: "tools/tool", arrows: []string{"internal/phrase", "tools/request", "zerops"}, never: inTools, why: "the kernel knows no tool by name and no domain of the platform"},
		{dir: "zerops", never: []ban{noMCP()}, why: "zerops knows no MCP, and dependencies point towards it"},
		{dir: "zerops/simulator", never: []ban{noMCP(), noTesting()}, why: "the simulator is part of the product (--demo) and knows neither MCP nor the client"},
	}
	kernel := []string{"kernel"}
	for i, line := range readers() {
		below := slices.Concat(readers()[:i]...)
		for _, dir := range line {
			rows = append(rows, row{
				dir: dir, floors: append(slices.Clone(kernel), below...), never: append([]ban{noMCP()}, inTools...),
				why: "a reader has no tools and uses readers below it only",
			})
		}
	}
	for dir, arrows := range rooms() {
		rows = append(rows, row{
			dir: dir, floors: []string{"kernel", "readers", "internal/phrase", "tools/guides"}, arrows: arrows, never: inTools,
			why: "a room uses the kernel and the readers, and no other room but those that the table names",
		})
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.dir, b.dir) })
	return rows
}

// may are the packages of ours that a row allows, sorted.
func (r row) may() []string {
	var all []string
	for _, floor := range r.floors {
		switch floor {
		case "kernel":
			all = append(all, "tools/request", "tools/tool", "zerops")
		case "readers":
			all = append(all, slices.Concat(readers()...)...)
		case "rooms":
			for dir := range rooms() {
				all = append(all, dir)
			}
		default:
			all = append(all, floor)
		}
	}
	all = append(all, r.arrows...)
	slices.Sort(all)
	return slices.Compact(all)
}
