package adversarial_test

import (
	"fmt"
	"regexp"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// TestAdversarialH2Logs guesses variables by what a log search finds and shows. The
// application prints its own variables; the other lines are what a visitor can
// cause: the same in both accounts.
func TestAdversarialH2Logs(t *testing.T) {
	t.Parallel()
	pair := newTwins(t, how{args: []string{"--read-only"}}, guessables(), func(w *world, value func(guessable) string) {
		var lines []simulator.LogLine
		say := func(format string, parts ...any) {
			lines = append(lines, simulator.LogLine{Text: fmt.Sprintf(format, parts...)})
		}
		for _, g := range guessables() {
			say("%s=%s", g.key, value(g))
			say(`export %s="%s"`, g.key, value(g))
			for _, guess := range g.likely() {
				say(`203.0.113.7 "GET /login?code=%s HTTP/1.1" 401`, guess)
			}
			for _, guess := range append(g.likely(), g.other[:4]) {
				say("unknown user %s", guess)
			}
		}
		w.addLog(w.service(twinProject, twinService), lines...)
	})
	service := pair.accounts[0].service(twinProject, twinService)
	search := args{"services": []string{service}, "limit": 200}
	each := func(tool string, arguments func(guess string) args) error {
		var found []error
		for _, g := range guessables() {
			for _, guess := range g.likely() {
				found = append(found, pair.tells(tool, arguments(guess)))
			}
		}
		return first(found)
	}
	attack(t, "H2/logs-shown", func(*testing.T) error { return pair.tells("search_logs", search) })
	attack(t, "H2/logs-contains", func(*testing.T) error {
		return each("search_logs", func(guess string) args { return search.with("contains", guess) })
	})
	attack(t, "H2/logs-contains-with-key", func(*testing.T) error {
		var found []error
		for _, g := range guessables() {
			for _, guess := range g.likely() {
				found = append(found, pair.tells("search_logs", search.with("contains", g.key+"="+guess)))
			}
		}
		return first(found)
	})
	attack(t, "H2/logs-regex", func(*testing.T) error {
		return each("search_logs", func(guess string) args { return search.with("regex", "=\"?"+regexp.QuoteMeta(guess)) })
	})
	attack(t, "H2/logs-regex-or-mask", func(*testing.T) error {
		return each("search_logs", func(guess string) args {
			return search.with("regex", "code=("+regexp.QuoteMeta(guess)+`|\[redacted\]|\*+)`)
		})
	})
	attack(t, "H2/logs-regex-not-mask", func(*testing.T) error {
		return each("search_logs", func(guess string) args { return search.with("regex", "unknown user [^\\[]").with("contains", guess) })
	})
	attack(t, "H2/logs-mask-alone", func(*testing.T) error {
		return first([]error{
			pair.tells("search_logs", search.with("contains", "redacted")), pair.tells("search_logs", search.with("contains", "code=[")),
			pair.tells("search_logs", search.with("regex", `user \[redacted\]`)), pair.tells("search_logs", search.with("regex", `^.{0,30}$`)),
		})
	})
	attack(t, "H2/logs-all-services", func(*testing.T) error {
		return each("search_logs", func(guess string) args {
			return args{"project": twinProject, "contains": guess, "limit": 200, "source": "all"}
		})
	})
	attack(t, "H2/logs-page-by-page", func(*testing.T) error {
		return each("search_logs", func(guess string) args { return search.with("contains", guess).with("limit", 1) })
	})
	attack(t, "H2/diagnosis", func(*testing.T) error { return pair.tells("diagnose_service", args{"service": service}) })
}

// TestAdversarialH2Variables guesses variables by what the tools of variables say
// to calls that write nothing.
func TestAdversarialH2Variables(t *testing.T) {
	t.Parallel()
	pair := newTwins(t, how{}, soft(), func(w *world, _ func(guessable) string) {
		for _, g := range soft() {
			w.setServiceEnv(t, w.service("eshop-production", twinService), g.key, g.value)
		}
	})
	service, project := pair.accounts[0].service(twinProject, twinService), pair.accounts[0].project(twinProject)
	var keys []string
	for _, g := range soft() {
		keys = append(append(keys, g.guesses()...), g.other)
	}
	attack(t, "H2/delete-keys", func(*testing.T) error { return pair.tells("delete_env", args{"service": service, "keys": keys}) })
	attack(t, "H2/delete-keys-of-project", func(*testing.T) error {
		// What could be a key is looked for again until the index has caught up.
		var impossible []string
		for _, key := range keys {
			impossible = append(impossible, "0"+key, key+"%")
		}
		return pair.tells("delete_env", args{"project": project, "keys": impossible})
	})
	attack(t, "H2/delete-keys-planned", func(*testing.T) error {
		return pair.tells("delete_env", args{"service": service, "keys": append([]string{"PIN", "PORT"}, keys...)})
	})
	attack(t, "H2/delete-keys-beside-text", func(*testing.T) error {
		var longer []string
		for _, key := range keys {
			longer = append(longer, "x"+key+"y")
		}
		return pair.tells("delete_env", args{"service": service, "keys": longer})
	})
	attack(t, "H2/list", func(*testing.T) error {
		return first([]error{
			pair.tells("list_env", args{"service": service, "limit": 500}), pair.tells("list_env", args{"project": project, "limit": 500}),
		})
	})
	attack(t, "H2/compare-same-key", func(*testing.T) error {
		// Whoever knows the value in production must not learn whether staging has it.
		var found []error
		for _, what := range []string{"env", "all"} {
			left := args{"project": "eshop-production", "service": twinService}
			found = append(found, pair.tells("compare_config", args{"left": left, "right": args{"service": service}, "what": what}))
		}
		return first(found)
	})
	guessByRefusals(t, pair, keys)
}

// guessByRefusals guesses by calls that are refused.
func guessByRefusals(t *testing.T, pair *twins, keys []string) {
	t.Helper()
	service, project := pair.accounts[0].service(twinProject, twinService), pair.accounts[0].project(twinProject)
	attack(t, "H2/set-refused", func(*testing.T) error {
		var found []error
		for _, g := range soft() {
			for _, guess := range []string{g.value, g.other, g.value[:3]} {
				for _, bad := range []string{"9BAD", "BAD KEY", "ZEROPS_X", "PATH"} {
					found = append(found, pair.tells("set_env", args{
						"service": service, "variables": []map[string]any{{"key": g.key, "value": guess}, {"key": bad, "value": guess}, {"key": g.key, "value": guess}},
					}))
				}
			}
		}
		return first(found)
	})
	attack(t, "H2/set-key-is-guess", func(*testing.T) error {
		var found []error
		for _, key := range keys {
			found = append(found, pair.tells("set_env", args{"service": service, "variables": []map[string]any{{"key": "1" + key, "value": "x"}}}))
			found = append(found, pair.tells("set_env", args{"service": service, "variables": []map[string]any{{"key": key + "%", "value": "x"}}}))
		}
		return first(found)
	})
	attack(t, "H2/names-of-services", func(*testing.T) error {
		var found []error
		for _, key := range keys {
			found = append(found, pair.tells("search_logs", args{"project": project, "services": []string{twinService, key}}))
			found = append(found, pair.tells("get_service", args{"project": project, "service": key}))
			found = append(found, pair.tells("mount_storage", args{"service": service, "storage": key}))
			found = append(found, pair.tells("deploy_service", args{"service": service, "setup": key, "zerops_yaml": "zerops:\n  - setup: x\n", "git_url": "not a url " + key}))
		}
		return first(found)
	})
	attack(t, "H2/write-api-refused", func(*testing.T) error {
		var found []error
		for _, key := range keys {
			found = append(found, pair.tells("write_api", args{
				"operation": "PostServiceStackUserData", "path": []map[string]any{{"name": "id", "value": service}},
				"body": fmt.Sprintf(`{"key":"PIN","content":%q,"sensitive":true}`, key), // there already
			}))
		}
		return first(found)
	})
}
