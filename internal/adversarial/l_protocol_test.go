package adversarial_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

// TestAdversarialLNames says two things in one message, of which one reader sees
// the first and another the second.
func TestAdversarialLNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.listen(t, how{args: []string{"--http-auth", "server", "--allow-full-access"}, env: []string{"ZMCP_ACCESS_KEYS=ci:" + accessKeyA}})
	const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	call := func(params string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{` + params + `}}`
	}
	restart := fmt.Sprintf(`{"service":"%s"}`, sibling(w))
	for id, message := range map[string]string{
		"name-in-capitals":      call(`"name":"whoami","NAME":"restart_service","arguments":` + restart + `,` + meta),
		"name-in-capitals-1st":  call(`"NAME":"restart_service","name":"whoami","arguments":{},` + meta),
		"name-twice":            call(`"name":"whoami","name":"restart_service","arguments":` + restart + `,` + meta),
		"arguments-twice":       call(`"name":"whoami","arguments":{},"arguments":` + restart + `,` + meta),
		"arguments-in-capitals": call(`"name":"whoami","arguments":{},"Arguments":{"x":1},` + meta),
		"argument-twice":        call(`"name":"whoami","arguments":{"_a":1,"_a":2},` + meta),
		"argument-in-capitals":  call(`"name":"list_projects","arguments":{"limit":1,"Limit":2},` + meta),
		"nested-argument":       call(`"name":"whoami","arguments":{"_x":[{"key":"A","key":"B"}]},` + meta),
		"meta-twice":            call(`"name":"whoami","arguments":{},"_meta":{},` + meta),
		"inside-meta":           call(`"name":"whoami","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}`),
		"method-twice":          `{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"whoami","arguments":{},` + meta + `}}`,
		"method-in-capitals":    `{"jsonrpc":"2.0","id":1,"method":"tools/call","Method":"tools/list","params":{"name":"whoami","arguments":{},` + meta + `}}`,
		"params-twice":          `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{},"params":{"name":"whoami","arguments":{},` + meta + `}}`,
		"escaped-twice":         call(`"name":"whoami","n\u0061me":"restart_service","arguments":` + restart + `,` + meta),
		"long-s":                call(`"name":"whoami","argumentſ":{"x":1},"arguments":{},` + meta),
	} {
		attack(t, "L/json-"+id, func(t *testing.T) error {
			status, answer := r.post(t, accessKeyA, "whoami", []byte(message))
			if result, _ := answer["result"].(map[string]any); status >= 400 || answer["error"] != nil || result["isError"] == true {
				return nil
			}
			raw, _ := json.Marshal(answer)
			return fmt.Errorf("the message is taken: %d %s", status, short(string(raw)))
		})
	}
}

// TestAdversarialLCallers uses what belongs to another caller.
func TestAdversarialLCallers(t *testing.T) {
	t.Parallel()
	keys := how{args: []string{"--http-auth", "server", "--allow-full-access"}, env: []string{"ZMCP_ACCESS_KEYS=a:" + accessKeyA + ",b:" + accessKeyB}}
	for id, c := range map[string]struct {
		tool string
		args func(w *world) args
	}{
		"stop":      {"stop_service", func(w *world) args { return args{"service": sibling(w)} }},
		"write-api": {"write_api", withBody("PutProjectRequestIpv4", "", ownProject)},
		"delete":    {"delete_env", func(w *world) args { return args{"service": ownService(w), "keys": []string{"JWT_PRIVATE_KEY"}} }},
	} {
		for _, more := range [][]string{nil, {"--stateless"}} {
			name := "L/access-keys-share-" + id
			h := keys
			if more != nil {
				name += "-stateless"
				h.args, h.env = append(append([]string{}, keys.args...), more...), append(append([]string{}, keys.env...), sharedKey)
			}
			attack(t, name, func(t *testing.T) error {
				w := newWorld(t)
				r := w.listen(t, h)
				question := r.connect(t, accessKeyA, how{version: newest}).call(c.tool, c.args(w))
				if question.isError {
					return w.untouched("a refusal")
				}
				other := r.connect(t, accessKeyB, how{version: newest}).call(c.tool, c.args(w).with("confirm", question.confirmation()))
				return errors.Join(other.mustBe("confirmation_invalid"), w.untouched("another caller's yes"))
			})
		}
	}
	gateway := func(t *testing.T) (*world, *remote) {
		w := newWorld(t)
		return w, w.listen(t, how{args: []string{"--http-auth", "caller", "--stateless"}, env: []string{sharedKey}})
	}
	const guesses = 60
	attack(t, "L/gateway-guesses-tokens", func(t *testing.T) error {
		w, r := gateway(t)
		for i := range guesses {
			r.raw(t, fmt.Sprintf("guess-%04d-of-a-token-that-nobody-has", i), "whoami", args{}, `{}`, nil)
		}
		if n := w.sentAtAll(); n >= guesses {
			return fmt.Errorf("%d guesses of tokens reached the platform as %d requests", guesses, n)
		}
		return nil
	})
	attack(t, "L/gateway-guesses-beside-a-caller", func(t *testing.T) error {
		w, r := gateway(t)
		r.raw(t, simulator.OwnerToken, "whoami", args{}, `{}`, nil)
		for i := range guesses {
			r.raw(t, fmt.Sprintf("guess-%04d-of-a-token-that-nobody-has", i), "list_projects", args{}, `{}`, nil)
			if i%20 == 19 {
				if got := r.raw(t, simulator.OwnerToken, "list_projects", args{}, `{}`, nil); got == nil || got["isError"] == true {
					return fmt.Errorf("a caller whom the platform knows is held up by %d guesses of others: %v", i+1, got)
				}
			}
		}
		if n := w.sentAtAll(); n >= 3*guesses {
			return fmt.Errorf("%d guesses reached the platform as %d requests", guesses, n)
		}
		return nil
	})
	attack(t, "L/gateway-forwards-any-string", func(t *testing.T) error {
		w, r := gateway(t)
		for _, text := range []string{"short", "with+other/signs=in-it-of-base64", "{\"json\":\"is no token at all\"}", "a,b,c,d,e,f,g,h,i,j,k,l,m", strings.Repeat("x", 513)} {
			r.raw(t, text, "whoami", args{}, `{}`, nil)
		}
		if n := w.sentAtAll(); n > 0 {
			return fmt.Errorf("what is no token reached the platform as %d requests", n)
		}
		return nil
	})
}

// sentAtAll counts the requests of the program, reads too.
func (w *world) sentAtAll() int { return len(w.requests()) }

// TestAdversarialLCosts makes the program compute much for little. How long the same
// takes without the trick says how busy this machine is.
func TestAdversarialLCosts(t *testing.T) {
	t.Parallel()
	compare := func(what string, spare time.Duration, plain, costly func() result) error {
		took := func(run func() result) (time.Duration, bool) {
			started := time.Now()
			r := run()
			return time.Since(started), !r.isError
		}
		usual, _ := took(plain)
		long, done := took(costly)
		if done && long > 4*usual+spare {
			return fmt.Errorf("%s took %s instead of %s", what, long.Round(10*time.Millisecond), usual.Round(10*time.Millisecond))
		}
		return nil
	}
	attack(t, "L/ignore-rules", func(t *testing.T) error {
		d, w := newTree(t), newWorld(t)
		for i := range 40 {
			d.write(t, filepath.Join(d.app, "lib", fmt.Sprintf("aaaabbbbcccc%d.js", i)), "x")
		}
		p := w.serve(t, how{args: []string{"--deploy-root", d.root}, dir: d.root})
		deploy := func() result { return p.call("deploy_service", args{"service": sibling(w), "directory": "app"}) }
		return compare("a deploy with many ignore rules", 500*time.Millisecond, deploy, func() result {
			var rules strings.Builder
			for i := 0; rules.Len() < 1<<20-64; i++ {
				fmt.Fprintf(&rules, "*a*b*c%d\n", i)
			}
			d.write(t, filepath.Join(d.app, ".deployignore"), rules.String())
			return deploy()
		})
	})
	attack(t, "L/costly-regex", func(t *testing.T) error {
		w := newWorld(t)
		var lines []simulator.LogLine
		for range 24 / slowdown {
			lines = append(lines, simulator.LogLine{Text: strings.Repeat("ab", 4000)})
		}
		w.addLog(sibling(w), lines...)
		p := w.serve(t, how{})
		search := func(expr string) func() result {
			return func() result { return p.call("search_logs", args{"services": []string{sibling(w)}, "regex": expr}) }
		}
		return compare("a search", 10*time.Second, search(`abc$`), search(`(.*a){30}(.*b){30}(.*a){30}(.*b){30}c$`))
	})
}
