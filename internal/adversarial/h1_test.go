package adversarial_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// reading is a call of read_api whose answer holds the twins' secrets.
type reading struct {
	name string
	args func(w *world) args
}

func readings() []reading {
	of := func(operation string, path func(w *world) string) reading {
		return reading{operation, func(w *world) args {
			return args{"operation": operation, "path": []map[string]any{{"name": "id", "value": path(w)}}}
		}}
	}
	service := func(w *world) string { return w.service(twinProject, twinService) }
	search := func(operation string) reading {
		return reading{operation, func(w *world) args {
			body := fmt.Sprintf(`{"search":[{"name":"clientId","operator":"eq","value":"%s"}],"limit":100}`, w.sim.OrgID("Northwind Trading"))
			return args{"operation": operation, "body": body}
		}}
	}
	return []reading{
		of("GetServiceStackUserData", service),
		of("GetServiceStackEnv", service),
		of("GetServiceStack", service),
		search("PostUserDataSearch"),
		search("PostProjectSearch"),
	}
}

// jqAttack is a program that is made of a guess, as a literal of jq.
type jqAttack struct {
	id      string
	program func(guess string) string
}

// everywhere reports the programs that are tried on every reading; what the others
// do does not depend on where the values come from.
func (a jqAttack) everywhere() bool {
	return a.id == "literal" || a.id == "slices" || a.id == "sort"
}

func jqAttacks() []jqAttack {
	plain := func(program string) func(string) string { return func(string) string { return program } }
	with := func(program string) func(string) string {
		return func(guess string) string {
			literal, _ := json.Marshal(guess)
			return strings.ReplaceAll(program, "GUESS", string(literal))
		}
	}
	return []jqAttack{
		{"literal", with(`GUESS`)},
		{"list-of-guesses", with(`[GUESS, "000000", GUESS]`)},
		{"object-key", with(`{(GUESS): 1}`)},
		{"inside-a-text", with(`"the value is " + GUESS + " or so"`)},
		{"implode", func(guess string) string {
			codes := make([]string, 0, len(guess))
			for _, r := range guess {
				codes = append(codes, fmt.Sprint(r))
			}
			return "[" + strings.Join(codes, ",") + "]|implode"
		}},
		{"joined-letters", func(guess string) string {
			raw, _ := json.Marshal(strings.Split(guess, ""))
			return string(raw) + `|join("")`
		}},
		{"base64", with(`GUESS|@base64`)},
		{"escaped", with(`GUESS|@uri`)},
		{"error-text", with(`error(GUESS)`)},
		{"type-error", with(`GUESS|keys`)},
		{"equals", with(`[..|strings|select(. == GUESS)]|length`)},
		{"starts-with", with(`[..|strings|select(startswith(GUESS))]|length`)},
		{"contains", with(`[..|strings|select(contains(GUESS))]|length`)},
		{"test", with(`[..|strings|select(test(GUESS|gsub("[^a-zA-Z0-9]";".")))]|length`)},
		{"index", with(`[..|strings|index(GUESS)]`)},
		{"trim", with(`[..|strings|ltrimstr(GUESS)]`)},
		{"compare", with(`[..|strings|. < GUESS]`)},
		{"slices", plain(`[..|objects|select(has("content"))|.content|[.[0:1],.[1:2],.[2:3],.[3:]]]`)},
		{"explode", plain(`[..|objects|select(has("content"))|.content|explode]`)},
		{"split", plain(`[..|objects|select(has("content"))|.content|split("")]`)},
		{"length", plain(`[..|objects|select(has("content"))|.content|length,utf8bytelength]`)},
		{"sort", plain(`[..|objects|select(has("content"))]|sort_by(.content)|map(.key)`)},
		{"group", plain(`[..|objects|select(has("content"))]|group_by(.content)|map(map(.key))`)},
		{"unique", plain(`[..|objects|select(has("content"))]|unique_by(.content)|map(.key)`)},
		{"maximum", plain(`[..|objects|select(has("content"))]|max_by(.content)|.key`)},
		{"upper-case", plain(`[..|objects|select(has("content"))|.content|ascii_upcase,@base64,@uri,tojson]`)},
		{"number", plain(`[..|objects|select(has("content"))|.content|tonumber?]`)},
		{"whole", plain(`.`)},
	}
}

// TestAdversarialH1 guesses variables through jq.
func TestAdversarialH1(t *testing.T) {
	t.Parallel()
	pair := newTwins(t, how{args: []string{"--read-only"}}, guessables(), nil)
	for _, a := range jqAttacks() {
		attack(t, "H1/"+a.id, func(*testing.T) error {
			var found []error
			sources := readings()
			if !a.everywhere() {
				sources = sources[:1]
			}
			for _, from := range sources {
				arguments := from.args(pair.accounts[0])
				done := map[string]bool{}
				for _, g := range guessables() {
					for _, guess := range g.guesses() {
						if program := a.program(guess); !done[program] {
							done[program] = true
							found = append(found, pair.tells("read_api", arguments.with("jq", program)))
						}
					}
				}
			}
			return first(found)
		})
	}
}

// first is the first error of many, and how many there were.
func first(all []error) error {
	count := 0
	var one error
	for _, err := range all {
		if err != nil {
			count++
			if one == nil {
				one = err
			}
		}
	}
	if one == nil {
		return nil
	}
	return fmt.Errorf("%d of %d: %w", count, len(all), one)
}

// TestAdversarialH1Elsewhere guesses through what other tools make of their own
// arguments and of what they read.
func TestAdversarialH1Elsewhere(t *testing.T) {
	t.Parallel()
	pair := newTwins(t, how{}, guessables(), nil)
	w := pair.accounts[0]
	service, project := w.service(twinProject, twinService), w.project(twinProject)
	onService := args{"service": service}
	each := func(try func(g guessable, guess string) error) error {
		var found []error
		for _, g := range guessables() {
			for _, guess := range g.guesses() {
				found = append(found, try(g, guess))
			}
		}
		return first(found)
	}
	attack(t, "H1/write-api-jq", func(*testing.T) error {
		return each(func(_ guessable, guess string) error {
			literal, _ := json.Marshal(guess)
			return pair.tells("write_api", args{
				"operation": "PutServiceStackDebug", "path": []map[string]any{{"name": "id", "value": service}}, "body": `{"debugBuild":"NONE"}`, "jq": string(literal),
			})
		})
	})
	attack(t, "H1/query-argument", func(*testing.T) error {
		return each(func(_ guessable, guess string) error {
			return pair.tells("read_api", args{
				"operation": "GetServiceStackUserData", "path": []map[string]any{{"name": "id", "value": service}},
				"query": []map[string]any{{"name": "keyContains", "value": guess}},
			})
		})
	})
	attack(t, "H1/compare-config-name", func(*testing.T) error {
		return each(func(_ guessable, guess string) error {
			return pair.tells("compare_config", args{"left": onService, "right": args{"project": project, "service": guess}, "what": "env"})
		})
	})
	attack(t, "H1/validate-yaml", func(*testing.T) error {
		return each(func(_ guessable, guess string) error {
			text := fmt.Sprintf("zerops:\n  - setup: api\n    build:\n      deployFiles: ./\n    run:\n      base: nodejs@22\n      envVariables:\n        GUESS: %q\n", guess)
			return pair.tells("validate_zerops_yaml", args{"service": service, "yaml": text})
		})
	})
	attack(t, "H1/read-tools", func(*testing.T) error {
		return errors.Join(
			pair.tells("get_service", onService), pair.tells("get_project", args{"project": project}), pair.tells("export_yaml", onService),
			pair.tells("export_yaml", args{"project": project}), pair.tells("diagnose_service", onService), pair.tells("list_deployments", onService),
			pair.tells("list_events", args{"project": project}), pair.tells("list_processes", args{"project": project}),
		)
	})
}

// TestAdversarialH1Fingerprints reads what lists tell of short values: neither
// length nor anything that can be compared.
func TestAdversarialH1Fingerprints(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var keys []string
	for _, g := range soft() {
		keys = append(keys, g.key)
		w.setServiceEnv(t, w.service(twinProject, twinService), g.key, g.value)
		w.setProjectEnv(t, w.project(twinProject), "PROJECT_"+g.key, g.value)
	}
	p := w.serve(t, how{env: []string{twinKey}})
	for id, from := range map[string]args{
		"service": {"project": twinProject, "service": twinService, "limit": 500}, "project": {"project": twinProject, "limit": 500},
	} {
		attack(t, "H1/fingerprint-of-"+id, func(t *testing.T) error {
			r := p.call("list_env", from)
			items, _ := r.object["items"].([]any)
			seen := 0
			for _, item := range items {
				row, _ := item.(map[string]any)
				key, _ := row["key"].(string)
				for _, short := range keys {
					if key != short && key != "PROJECT_"+short {
						continue
					}
					seen++
					for _, field := range []string{"fingerprint", "length"} {
						if row[field] != nil {
							return fmt.Errorf("%s has a %s: %v", key, field, row)
						}
					}
				}
			}
			if seen < len(keys) {
				t.Fatalf("list_env shows %d of the variables: %s", seen, r.text)
			}
			return nil
		})
	}
	attack(t, "H1/fingerprint-of-another-key", func(t *testing.T) error {
		// Whoever may set one variable must not compare it with all others.
		w := newWorld(t)
		const value = "q7Zx2LmN8vRt4KsW9pYd"
		w.setServiceEnv(t, w.service(twinProject, twinService), "THEIRS", value)
		w.setServiceEnv(t, w.service(twinProject, twinService), "MINE", value)
		r := w.serve(t, how{}).call("list_env", args{"project": twinProject, "service": twinService, "limit": 500})
		prints := map[string]any{}
		items, _ := r.object["items"].([]any)
		for _, item := range items {
			row, _ := item.(map[string]any)
			key, _ := row["key"].(string)
			prints[key] = row["fingerprint"]
		}
		if prints["MINE"] != nil && prints["MINE"] == prints["THEIRS"] {
			return fmt.Errorf("two keys show the same fingerprint %v", prints["MINE"])
		}
		return nil
	})
}
