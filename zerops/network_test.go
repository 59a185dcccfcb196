package zerops_test

import (
	"encoding/json"
	"slices"
	"testing"

	"zerops-mcp/zerops"
)

func TestBackupTags(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][]string{
		`{}`:                                nil,
		`{"metadata":null}`:                 nil,
		`{"metadata":{"tags":"a,b"}}`:       {"a", "b"},
		`{"metadata":{"Tags":["a","b"]}}`:   {"a", "b"},
		`{"metadata":{"tags":"[\"a\"]"}}`:   {"a"},
		`{"metadata":{"tags":""}}`:          nil,
		`{"metadata":{"tags":7}}`:           nil,
		`{"metadata":{"File_name":"x.gz"}}`: nil,
	} {
		var b zerops.Backup
		if err := json.Unmarshal([]byte(raw), &b); err != nil {
			t.Fatal(err)
		}
		if got := b.Tags(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}

func TestRoutingSettingsLoseNothing(t *testing.T) {
	t.Parallel()
	const raw = `{"id":"r","sslEnabled":true,"cdnEnabled":true,"domains":[{"domainName":"a.example.com"},{"domainName":"b.example.com"}],
		"locations":[{"path":"/","port":80,"serviceStackId":"s","config":{"basicAuth":{"enabled":true,"realm":"","users":[{"username":"u","password":"obviously-fake-pass","comment":""}]},"future":{"x":1}}},
		{"path":"/api","port":3000,"serviceStackId":"t","config":null}]}`
	var r zerops.HTTPRouting
	if err := json.Unmarshal([]byte(raw), &r); err != nil {
		t.Fatal(err)
	}
	sent, err := json.Marshal(r.Settings())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"sslEnabled":true,"cdnEnabled":true,"domains":["a.example.com","b.example.com"],"locations":[{"path":"/","port":80,"serviceStackId":"s","config":{"basicAuth":{"enabled":true,"realm":"","users":[{"username":"u","password":"obviously-fake-pass","comment":""}]},"future":{"x":1}}},{"path":"/api","port":3000,"serviceStackId":"t","config":null}]}`
	if string(sent) != want {
		t.Errorf("sent %s\nwant %s", sent, want)
	}
	if got := r.Routes[0].Passwords(); len(got) != 1 || got[0].OpenForRedactor() != "obviously-fake-pass" {
		t.Errorf("passwords %q", got)
	}
	if got := r.Routes[1].Passwords(); got != nil {
		t.Errorf("passwords %q", got)
	}
}

// FuzzLocationConfig: rules come from outside and must never stop a list; what is
// read of them stands in them.
func FuzzLocationConfig(f *testing.F) {
	f.Add([]byte(`{"basicAuth":{"users":[{"password":"x"}]}}`))
	f.Add([]byte(`{"basicAuth":[]}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"basicAuth":{"users":[7,{"password":null}]}}`))
	f.Fuzz(func(t *testing.T, config []byte) {
		var passwords []string
		for _, password := range (zerops.RoutedLocation{Config: zerops.NewSecret(string(config))}).Passwords() {
			passwords = append(passwords, password.OpenForRedactor())
		}
		tags := zerops.Backup{Metadata: map[string]json.RawMessage{"tags": config}}.Tags()
		size := 0
		for _, text := range append(passwords, tags...) {
			size += len(text)
		}
		if size > 6*len(config) || !json.Valid(config) && size > 0 { // twice, and what is no UTF-8 grows to three bytes
			t.Errorf("%q gave %q and %q", config, passwords, tags)
		}
	})
}
