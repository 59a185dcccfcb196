package adversarial_test

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// messages are the texts of the lines that a log search answered.
func (r result) messages() []string {
	var all []string
	items, _ := r.object["items"].([]any)
	for _, item := range items {
		row, _ := item.(map[string]any)
		text, _ := row["message"].(string)
		all = append(all, text)
	}
	return all
}

// said plants a line in the log of worker and reads it back.
func said(t *testing.T, w *world, p *program, id, line string) string {
	t.Helper()
	mark := "planted by " + id + ": "
	w.addLog(sibling(w), simulator.LogLine{Text: mark + line})
	r := p.call("search_logs", args{"services": []string{sibling(w)}, "contains": mark})
	all := r.messages()
	i := slices.IndexFunc(all, func(text string) bool { return strings.HasPrefix(text, mark) })
	if i < 0 {
		t.Fatalf("the line is not in the answer: %s", r.text)
	}
	return all[i]
}

// TestAdversarialLSpellings has a variable printed in another spelling.
func TestAdversarialLSpellings(t *testing.T) {
	t.Parallel()
	const value = "aZ9/kQ+7xR=3mT&vW1<dF"
	lower := regexp.MustCompile(`%[0-9A-F]{2}`).ReplaceAllStringFunc(url.QueryEscape(value), strings.ToLower)
	unicode := strings.NewReplacer("&", `\u0026`, "<", `\u003c`).Replace(value)
	for id, c := range map[string]struct{ value, line, tells string }{
		"link-inside-value":   {"Zk3](x9QpLm7TrW2vNd5", "config Zk3](x9QpLm7TrW2vNd5 loaded", "x9QpLm7TrW2vNd5"},
		"reference-in-value":  {"[Zk3]: x9QpLm7TrW2vNd5", "[Zk3]: x9QpLm7TrW2vNd5", "x9QpLm7TrW2vNd5"},
		"invisible-in-line":   {value, "config aZ9/kQ+7\u200bxR=3mT&vW1<dF", "xR=3mT&vW1<dF"},
		"color-in-line":       {value, "config aZ9/kQ+7\x1b[31mxR=3mT&vW1<dF\x1b[0m", "xR=3mT&vW1<dF"},
		"percent-upper-case":  {value, "GET /?v=" + url.QueryEscape(value), url.QueryEscape(value)},
		"percent-lower-case":  {value, "GET /?v=" + lower, lower},
		"percent-twice":       {value, "GET /?v=" + url.QueryEscape(url.QueryEscape(value)), url.QueryEscape(url.QueryEscape(value))},
		"json-unicode":        {value, `{"v":"` + unicode + `"}`, unicode},
		"json-slashes":        {value, `{"v":"` + strings.ReplaceAll(value, "/", `\/`) + `"}`, strings.ReplaceAll(value, "/", `\/`)},
		"html-entities":       {value, "<b>" + html.EscapeString(value) + "</b>", html.EscapeString(value)},
		"html-numbers":        {value, "<b>" + strings.NewReplacer("&", "&#38;", "<", "&#60;").Replace(value) + "</b>", "&#38;vW1&#60;dF"},
		"base64":              {value, "auth " + base64.StdEncoding.EncodeToString([]byte(value)), base64.StdEncoding.EncodeToString([]byte(value))[:24]},
		"base64-url":          {value, "auth " + base64.RawURLEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value))[:24]},
		"base64-behind-a-one": {value, "auth " + base64.StdEncoding.EncodeToString([]byte("u:"+value)), base64.StdEncoding.EncodeToString([]byte("u:" + value))[4:24]},
	} {
		attack(t, "L/log-"+id, func(t *testing.T) error {
			w := newWorld(t)
			w.setServiceEnv(t, sibling(w), "LICENCE", c.value)
			if text := said(t, w, w.serve(t, how{}), id, c.line); strings.Contains(text, c.tells) {
				return fmt.Errorf("the log shows %s", text)
			}
			return nil
		})
	}
}

// TestAdversarialLMarkup has a client load something, or hides text, by what a log
// says.
func TestAdversarialLMarkup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.planted = true // by attacks that run side by side
	p := w.serve(t, how{})
	live := regexp.MustCompile(`(?i)<[a-z][a-z0-9]*[\s/][^<>]*(style|background|src|srcset|href|ping|action|formaction|poster|data|xlink:href)\s*=`)
	for id, line := range map[string]string{
		"style":       `<p style="background:url(https://evil.example/x.png)">hi</p>`,
		"background":  `<table background="https://evil.example/x.png"><tr><td>hi`,
		"cell":        `<td background=https://evil.example/x.png>hi`,
		"bgsound":     `<bgsound src="https://evil.example/x.wav">`,
		"ping":        `<a href="https://x.example" ping="https://evil.example/p">hi</a>`,
		"form":        `<form action="https://evil.example"><button>hi</button></form>`,
		"form-action": `<button formaction="https://evil.example">hi</button>`,
		"image":       `<img src="https://evil.example/x.png">`,
		"source-set":  `<picture><source srcset="https://evil.example/x.png"></picture>`,
		"slash":       `<img/src=https://evil.example/x.png>`,
		"upper-case":  `<TABLE BACKGROUND='https://evil.example/x.png'>`,
		"line-break":  "<p\nstyle=\"background:url(https://evil.example/x.png)\">",
		"math":        `<math><mtext><mglyph src="https://evil.example/x.png"></mtext></math>`,
		"marquee":     `<marquee background="https://evil.example/x.png">`,
	} {
		attack(t, "L/html-"+id, func(t *testing.T) error {
			if text := said(t, w, p, id, line); live.MatchString(text) {
				return fmt.Errorf("the log holds %q", text)
			}
			return nil
		})
	}
	for id, hidden := range map[string]string{
		"grapheme-joiner": "\u034f", "mongolian-1": "\u180b", "mongolian-2": "\u180c", "mongolian-3": "\u180d", "mongolian-4": "\u180f",
		"khmer-1": "\u17b4", "khmer-2": "\u17b5", "tags": "\U000e0041", "zero-width": "\u200b", "variation": "\ufe01", "hangul": "\u3164",
	} {
		attack(t, "L/invisible-"+id, func(t *testing.T) error {
			if text := said(t, w, p, id, "a"+hidden+"b"); strings.Contains(text, hidden) {
				return fmt.Errorf("the log holds %q", text)
			}
			return nil
		})
	}
}

// TestAdversarialLPlans guesses variables by what a plan says would change.
func TestAdversarialLPlans(t *testing.T) {
	t.Parallel()
	pair := newTwins(t, how{args: []string{"--confirm", "two-step"}}, soft(), nil)
	service, project := pair.accounts[0].service(twinProject, twinService), pair.accounts[0].project(twinProject)
	attack(t, "L/plan-oracle-service", func(*testing.T) error {
		var found []error
		for _, g := range soft() {
			for _, guess := range append(g.guesses(), g.other) {
				body := yamlBody("envFile", g.key+"="+guess+"\nJWT_PRIVATE_KEY=x\n")
				found = append(found, pair.tells("write_api", args{"operation": "PutServiceStackUserDataEnvFile", "path": on(service), "body": body}))
			}
		}
		return first(found)
	})
	attack(t, "L/plan-oracle-project", func(*testing.T) error {
		var found []error
		for _, g := range soft() {
			for _, guess := range append(g.guesses(), g.other) {
				body := yamlBody("envFile", "PROJECT_"+g.key+"="+guess+"\n")
				found = append(found, pair.tells("write_api", args{"operation": "PutProjectEnvFile", "path": on(project), "body": body}))
			}
		}
		return first(found)
	})
	attack(t, "L/plan-oracle-import", func(*testing.T) error {
		var found []error
		for _, g := range soft() {
			yaml := "services:\n  - hostname: api\n    type: nodejs@22\n    startWithoutCode: true\n    override: true\n    envSecrets:\n      " + g.key + ": '" + g.value + "'\n"
			found = append(found, pair.tells("replace_services_from_yaml", args{"project": project, "yaml": yaml}))
			found = append(found, pair.tells("import_yaml", args{"project": project, "yaml": yaml, "dry_run": true}))
		}
		return first(found)
	})
}
