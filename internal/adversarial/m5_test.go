package adversarial_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// shape is a credential that no list of known values holds: it is hidden by how it
// looks and where it stands.
type shape struct{ id, text, secret string }

func shapes() []shape {
	jwt := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
	return []shape{
		{"address", "postgres://admin:correcthorse@db:5432/x", "correcthorse"},
		{"escaped-address", `postgres:\/\/admin:correcthorse@db:5432`, "correcthorse"},
		{"user-token-address", "https://0123456789abcdefXYZ@github.com/a/b", "0123456789abcdefXYZ"},
		{"authorization", "Authorization: Basic YWRtaW46Y29ycmVjdGhvcnNl", "YWRtaW46Y29ycmVjdGhvcnNl"},
		{"bearer", "sent with Bearer abcDEF123456ghi789", "abcDEF123456ghi789"},
		{"jwt", "got " + jwt, jwt},
		{"pem", "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAcorrecthorse\n-----END RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEAcorrecthorse"},
		{"github", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "ghp_0123456789abcdefghijABCDEFGHIJ012345"},
		{"github-fine", "github_pat_0123456789abcdefghijABCD", "github_pat_0123456789abcdefghijABCD"},
		{"gitlab", "glpat-0123456789abcdefghij", "glpat-0123456789abcdefghij"},
		{"aws", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"},
		{"aws-temporary", "ASIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"},
		{"stripe", "sk_live_0123456789abcdefghijABCD", "sk_live_0123456789abcdefghijABCD"},
		{"slack", "xoxb-0123456789-abcdefghij", "xoxb-0123456789-abcdefghij"},
		{"npm", "npm_0123456789abcdefghijABCDEFGHIJ012345", "npm_0123456789abcdefghijABCDEFGHIJ012345"},
		{"google", "AIzaSyA0123456789abcdefghijABCDEFGHIJK", "AIzaSyA0123456789abcdefghijABCDEFGHIJK"},
		{"query", "GET https://x.example/?access_token=correcthorse0&x=1", "correcthorse0"},
		{"password", "password=correcthorse", "correcthorse"},
		{"json-password", `{"db_password":"correcthorse"}`, "correcthorse"},
		{"secret", "client_secret: correcthorse", "correcthorse"},
		{"token", "session_token=correcthorse99", "correcthorse99"},
		{"api-key", "API_KEY=correcthorse", "correcthorse"},
	}
}

// takenApart are programs that spell out every text of an answer, and how to put the
// letters together again.
func takenApart() map[string]string {
	return map[string]string{
		"split":        `[..|strings|split("")]`,
		"explode":      `[..|strings|explode]`,
		"slices":       `[..|strings|[.[:19],.[19:24],.[24:]]]`,
		"base64":       `[..|strings|@base64]`,
		"upper-case":   `[..|strings|ascii_upcase]`,
		"reversed":     `[..|strings|split("")|reverse|join("")]`,
		"between":      `[..|strings|split("")|join(" ")]`,
		"without-mark": `[..|strings|gsub("[:/=@]";" ")]`,
		"as-keys":      `[..|strings|split("")|map({(.):1})]`,
		"escaped":      `[..|strings|@uri]`,
		"scan":         `[..|strings|[scan(".")]]`,
		"captured":     `[..|strings|[match(".";"g")|.string]]`,
		"as-text":      `[..|strings|tojson|split("")]`,
		"trimmed":      `[..|strings|ltrimstr("postgres://admin:"),ltrimstr("password="),ltrimstr("ghp_"),ltrimstr("Authorization: ")]`,
	}
}

// shows reports whether an answer tells a secret in one of the ways in which a
// program could have spelled it.
func shows(text, secret string) bool {
	var plain strings.Builder
	for _, r := range text {
		if !strings.ContainsRune(" \",[]{}:", r) {
			plain.WriteRune(r)
		}
	}
	var codes []string
	for _, r := range secret {
		codes = append(codes, fmt.Sprint(r))
	}
	back := []rune(secret)
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	bare := strings.NewReplacer(":", "", " ", "").Replace(secret)
	for _, spelled := range []string{bare, strings.ToUpper(bare), string(back)} {
		if strings.Contains(plain.String(), spelled) || strings.Contains(text, spelled) {
			return true
		}
	}
	return strings.Contains(text, strings.Join(codes, ",")) || inBase64(text, secret)
}

func inBase64(text, secret string) bool {
	var all any
	if json.Unmarshal([]byte(text), &all) != nil {
		return false
	}
	found := false
	var walk func(v any)
	walk = func(v any) {
		switch value := v.(type) {
		case map[string]any:
			for _, member := range value {
				walk(member)
			}
		case []any:
			for _, item := range value {
				walk(item)
			}
		case string:
			raw, err := base64.StdEncoding.DecodeString(value)
			found = found || err == nil && strings.Contains(string(raw), secret)
		}
	}
	walk(all)
	return found
}

// TestAdversarialM5 takes apart by jq what only patterns hide.
func TestAdversarialM5(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The descriptions of projects hold one shape each.
	projects := map[string]string{}
	org := w.sim.OrgID("Northwind Trading")
	for _, s := range shapes() {
		made := w.api(t, http.MethodPost, "/client/"+org+"/project", map[string]any{"name": "shape-" + s.id, "description": s.text, "mode": "LIGHT", "tagList": []string{}, "envVariables": []any{}})
		projects[s.id], _ = made["id"].(string)
	}
	p := w.serve(t, how{args: []string{"--read-only", "--api-rate-limit", "0"}})
	for id, program := range takenApart() {
		attack(t, "M5/"+id, func(*testing.T) error {
			var found []error
			for _, s := range shapes() {
				found = append(found, told(p.call("read_api", args{"operation": "GetProject", "path": on(projects[s.id]), "jq": "[.description]|" + program}), s))
			}
			return first(found)
		})
	}
	attack(t, "M5/whole", func(*testing.T) error {
		var found []error
		for _, s := range shapes() {
			found = append(found, told(p.call("read_api", args{"operation": "GetProject", "path": on(projects[s.id])}), s))
			found = append(found, told(p.call("get_project", args{"project": projects[s.id]}), s))
		}
		return first(found)
	})
	attack(t, "M5/search", func(*testing.T) error {
		body := fmt.Sprintf(`{"search":[{"name":"clientId","operator":"eq","value":"%s"}],"limit":200}`, org)
		r := p.call("read_api", args{"operation": "PostProjectSearch", "body": body, "jq": `[.items[]|select(.name|startswith("shape-"))|.description|explode]`})
		var found []error
		for _, s := range shapes() {
			found = append(found, told(r, s))
		}
		return first(found)
	})
}

// told is an attack's success where an answer shows the secret of a shape.
func told(r result, s shape) error {
	if shows(r.text, s.secret) {
		return fmt.Errorf("%s shows the %s: %s", r.tool, s.id, short(r.text))
	}
	return nil
}
