package tools_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"zerops-mcp/tools/tooltest"
)

// programs asks for what jq makes of answers that hold secrets.
func (w *guessing) programs() {
	org := w.Sim.OrgID("Northwind Trading")
	terms := []any{tooltest.Args{"name": "clientId", "operator": "eq", "value": org}, tooltest.Args{"name": "projectId", "operator": "eq", "value": w.staging}}
	sources := []tooltest.Args{
		{"operation": "GetServiceStackEnv", "path": tooltest.Args{"id": w.api}},
		{"operation": "GetServiceStackUserData", "path": tooltest.Args{"id": w.api}},
		{"operation": "PostUserDataSearch", "body": tooltest.Args{"search": terms}},
		{"operation": "GetProject", "path": tooltest.Args{"id": w.staging}},
		{"operation": "GetProcess", "path": tooltest.Args{"id": w.process}},
		{"operation": "GetAppVersion", "path": tooltest.Args{"id": w.uploaded}},
		{"operation": "GetProjectProcess", "path": tooltest.Args{"id": w.staging}},
		{"operation": "GetProjectExport", "path": tooltest.Args{"id": w.staging}},
		{"operation": "GetServiceStackAppVersion", "path": tooltest.Args{"id": w.Sim.ServiceID(tooltest.Staging, "worker")}},
		{"operation": "PostProjectSearch", "body": tooltest.Args{"search": terms[:1]}},
		{"operation": "PostAppVersionSearch", "body": tooltest.Args{"search": terms[:1]}},
	}
	for _, of := range sources {
		w.ask("read_api", of)
	}
	all := jqPrograms()
	if len(all) < 250 {
		w.T.Errorf("only %d programs", len(all))
	}
	for _, program := range all {
		if skipped(program, 4) {
			continue
		}
		from := sources
		if !*guessingWhole {
			// Variables are what most programs are about.
			at := turn(program, 2*len(sources))
			from = []tooltest.Args{sources[max(0, at-len(sources))]}
		}
		for _, of := range from {
			w.ask("read_api", with(of, "jq", program))
		}
	}
}

func with(a tooltest.Args, name string, value any) tooltest.Args {
	b := tooltest.Args{name: value}
	maps.Copy(b, a)
	return b
}

// jqPrograms are programs that would tell a value if they ever got to see one: all that
// a grammar makes of where values are and what is done with them.
func jqPrograms() []string {
	all := []string{
		`.`, `keys`, `tojson | length`, `tojson | @base64`, `tojson | explode`, `[paths] | length`, `[paths(strings)]`, `[leaf_paths] | map(length)`, `env`, `$ENV`, `$ENV | length`, `input`, `inputs`, `[limit(3; inputs)]`, `input_line_number`,
		`$__loc__`, `[.. | strings] | sort`, `[.. | strings] | map(length)`, `[.. | strings | length] | add`, `[.. | numbers] | add`, `[.. | scalars] | unique`, `[.. | strings] | group_by(length) | map(length)`, `getpath(["items",0,"content"])`,
		`[paths as $p | getpath($p) | strings | utf8bytelength]`, `to_entries`, `with_entries(.value |= tojson)`, `walk(if type == "string" then ascii_upcase else . end)`, `walk(if type == "string" then length else . end)`, `[tostream] | length`, `[tostream | select(length == 2) | .[1] | strings] | join("|")`,
		`reduce (.. | strings) as $s (0; . + ($s | length))`, `[foreach (.. | strings) as $s (""; . + $s[0:1])]`, `[.. | strings | explode | add]`, `[.. | strings | explode | min]`, `[.. | strings | ascii_downcase] | sort | first`, `[.. | strings | splits(" ")]`,
		`[.. | strings | sub("[0-9]"; "d")]`, `[.. | strings | gsub("[a-z]"; "l")]`, `[.. | strings | scan("[0-9]+")]`, `[.. | strings | capture("(?<n>[0-9]{6})")]`, `[.. | strings | match("[0-9]+").length]`, `[.. | strings | @uri]`, `[.. | strings | @html, @sh, @json, @text, @csv?, @base32]`, `[.. | strings | @base64d?]`,
		`[.. | strings | tojson | fromjson]`, `[.. | strings | ascii?]`, `[.. | strings | implode?]`, `[.. | strings | tonumber?]`, `[.. | strings | tonumber? | . % 10]`, `[.. | strings | test("^[0-9]{6}$")]`, `[.. | strings | indices("4")]`, `first(.. | strings | select(test("4829")))`, `[.. | strings | ltrimstr("4")]`,
		`[.. | strings | rtrimstr("3")]`, `[.. | strings | trim, ltrim, rtrim] | length`, `error`, `error(tojson)`, `halt_error`, `debug`, `stderr`, `tojson | error`, `try error(tojson) catch length`, `try error(tojson) catch .[100:140]`, `.. |= tojson`, `del(.. | strings | select(length > 8))?`, `[.. | strings | . as [$a] ?// $a | $a]`, `limit(5; .. | strings)`,
		`isvalid(.items[0].content | tonumber)`, `[splits("a")?]`, `ascii`, `[.. | strings | ascii_downcase | explode | map(. % 7)]`, `. as $x | [range(0; 30)] | map($x | tojson | .[. : . + 1]?)`, `tojson | [range(0; length; 97) as $i | .[$i:$i+7]]`, `tojson | [match("PIN.{0,40}"; "g").string]`, `label $out | foreach (.. | strings) as $s (0; . + 1; if ($s | startswith("4")) then ., break $out else empty end)`,
		`def f: if type == "string" then explode | reverse | implode else . end; walk(f)`, `def r: if length > 0 then (.[0:1], (.[1:] | r)) else empty end; [.items[0].content | strings | r]`, `input_filename`, `ltrimstr("x") | type`, `now | type`, `getpath(["error"])`, `splits("x")?`, `@json "v: \(.)"`, `@base64 "\(.)"`, `"\(.. | strings)"`, `[.. | objects | keys_unsorted] | length`,
		`pick(.items[0].content)?`, `have_literal_numbers?`, `[.. | strings | toarray?]`, `abs?`, `[.. | strings | trimstr("4")?]`, `[.. | strings | ltrimstr("482")] | map(length)`, `tojson | test("48291")`, `[.. | strings | select(. >= "48" and . < "49")] | length`, `INDEX(.items[]?; .content) | keys`, `[.items[]? | .content] | INDEX(.) | length`, `IN(.items[]?.content; "482913")`, `any(.items[]?.content; . == "482913")`, `all(.items[]?.content; length > 5)`, `[.items[]?.content] | inside(["482913","tangerine"])`,
		`[.items[]?.content] | contains(["482913"])`, `[.items[]?.content] - ["482913","tangerine","hunter2!"] | length`, `[.items[]?.content] | combinations? // 0`, `[.items[]?.content] | transpose? // 0`, `[.items[]?.content] | flatten | length`, `[.items[]?.content | ascii_downcase] | bsearch("482913")`, `.items? | map(select(.content? | . != null)) | sort_by(.content) | map(.key)`, `.items? | group_by(.content) | map(length)`,
		`.items? | unique_by(.content) | length`, `.items? | min_by(.content) | .key`, `.items? | max_by(.content) | .key`, `.items? | map({(.content): .key}) | add`, `.items? | sort_by(.content | length) | map(.key)`, `[.items[]? | .content | strings | length] | add`, `ltrimstr("4829") | tojson | length`, `[.items[]? | select(.content | test("^4"))] | length`, `tojson | ascii_downcase | indices("pin")`, `getpath(["items", 0]) | has("content")`,
	}
	where := []string{`.items[]? | select(.key == "DOOR_PIN").content`, `.items[]? | select(.key | test("FAVORITE|PASSWORD")).content`, `.items[]?.content`, `.. | strings`}
	what := []string{
		`.`, `length`, `utf8bytelength`, `split("")`, `.[0:1]`, `.[1:]`, `.[-1:]`, `.[:-1]`, `tojson`, `tojson | length`, `@base64`, `@uri`, `explode`, `explode | reverse | implode`, `ascii_upcase`, `tonumber? // "none"`, `fromjson? // "none"`, `type`, `test("^[0-9]+$")`, `test("^4")`, `. < "5"`, `. > "m"`,
		`ltrimstr("4")`, `rtrimstr("3")`, `index("9")`, `splits("2")`, `sub("4"; "")`, `. + "x" | length`, `. * 2`, `. == .`, `error`, `length % 7`, `length > 6`, `[., "482913"] | unique | length`, `[., "482913"] | sort | first`, `. as $v | {($v): 1} | keys`, `@html`, `@sh`, `@json`, `@csv "\([.])"`, `ascii_downcase | explode | add`,
	}
	for _, from := range where {
		for _, do := range what {
			all = append(all, from+" | "+do, "["+from+" | "+do+"] | sort | tojson | length")
		}
	}
	literal := []string{`%`, `"a " + % + " b"`, `.items[]?.content == %`, `[.items[]? | select(.content == %) | .key]`, `[.. | strings | contains(%)]`, `[.. | strings | startswith(%), endswith(%)]`, `[.. | strings | split(%) | length]`, `{(%): 1}`, `[%, (.items[]?.content)] | unique | length`, `[.. | strings | indices(%)]`, `[.. | strings | ltrimstr(%)]`, `[.. | strings] | index(%)`, `if (tojson | contains(%)) then 1 else 0 end`, `[.. | strings | . < %]`, `[.. | strings | . == %] | any`, `tojson | gsub(%; "") | length`, `[%] | inside([.. | strings])`, `[.. | strings | ascii_downcase | . == %]`, `error(%)`, `{a: %} * (.items[0]? // {})`}
	for _, pattern := range literal {
		for _, guess := range tried(pattern) {
			if quoted, err := json.Marshal(guess); err == nil {
				all = append(all, strings.ReplaceAll(pattern, "%", string(quoted)))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
