package zerops_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"zerops-mcp/zerops"
)

// TestSecretsShowNothing formats and writes what holds a secret in every way there is.
func TestSecretsShowNothing(t *testing.T) {
	t.Parallel()
	const value = "Hf8sKd2pQ6wZr4Tn0Lmc"
	var v zerops.Variable
	if err := json.Unmarshal([]byte(`{"id":"1","key":"LICENCE","content":"`+value+`"}`), &v); err != nil || v.Content.OpenForRedactor() != value {
		t.Fatalf("read %v, %v", v.Content.OpenForRedactor(), err)
	}
	type hiding struct{ inner zerops.Variable } // fingerprint methods of unexported fields are not called
	for name, holder := range map[string]any{
		"secret": v.Content, "pointer": &v.Content, "variable": v, "list": []zerops.Variable{v}, "map": map[string]zerops.Secret{"a": v.Content}, "unexported": hiding{v}, "pointer to one": &hiding{v},
		"version": zerops.AppVersion{Variables: []zerops.Variable{v}}, "location": zerops.RoutedLocation{Config: zerops.NewSecret(value)},
		"settings": zerops.HTTPRouting{Routes: []zerops.RoutedLocation{{Config: zerops.NewSecret(value)}}}.Settings(),
	} {
		var shown strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T"} {
			fmt.Fprintf(&shown, verb, holder)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("held", holder))
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", slog.Any("held", holder))
		written, err := json.Marshal(holder)
		if name != "unexported" && name != "pointer to one" && name != "settings" && err == nil {
			t.Errorf("%s is written as JSON: %s", name, written)
		}
		if name == "settings" { // the body that sends it back
			written = nil
			log.Reset()
		}
		for _, text := range []string{shown.String(), log.String(), string(written)} {
			if strings.Contains(text, value[:6]) || strings.Contains(text, fmt.Sprintf("%x", value[:6])) {
				t.Errorf("%s shows the value: %s", name, text)
			}
		}
	}
	if reflect.TypeFor[zerops.Secret]().Comparable() || reflect.TypeFor[zerops.Variable]().Comparable() {
		t.Error("secrets can be compared")
	}
	var broken zerops.Secret
	if err := json.Unmarshal([]byte(`"\ud8"`), &broken); err != nil && strings.Contains(err.Error(), "ud8") {
		t.Errorf("an error quotes it: %v", err)
	}
}

// TestWhatMayBeToldOfAVariable: nothing of values that could be found by asking.
func TestWhatMayBeToldOfAVariable(t *testing.T) {
	t.Parallel()
	key := []byte("a key of the test")
	variable := func(key, value string) zerops.Variable {
		return zerops.Variable{Key: key, Content: zerops.NewSecret(value)}
	}
	for value, guessable := range map[string]bool{
		"": true, "4711": true, "hummingbird": true, "Tr0ub4dor&3": true, zerops.RedactedContent: true, "production": true, "aaaaaaaaaaaaaaaaaaaaaaaa": true, "1234567890123456": true,
		"abcdefghijklmnop": true, "4711471147114711": true, "postgresql://db:4711@db/db": true, "postgresql://app:hunter2@db.example.com:5432/shop?sslmode=disable": true,
		"https://shop.northwind.example.com/assets/images": true, "api.eu.mailgun.net:8443": true, "admin@northwind.example.com": true, `{"pin":"4711","door":"0815"}`: true,
		"host=db port=5432 user=shop password=4711": true, "northwind-staging": true, "password12345678": true, "user:hunter2": true,
		"Hf8sKd2pQ6wZr4Tn0Lmc": false, "postgresql://app:Hf8sKd2pQ6wZr4Tn0Lmc@db/db": false, "https://hooks.example.com/services/T0263XK7Q/Hf8sKd2pQ6wZr4Tn": false,
		"host=db user=shop password=Hf8sKd2pQ6wZr4Tn": false, "9f86d081884c7d659a2feaa0c55ad015": false, "kettle anvil umbrella vortex": false,
	} {
		v := variable("KEY", value)
		names := map[string]bool{"northwind": true, "db": true, "shop": true}
		if got := v.Content.Guessable(names); got != guessable {
			t.Errorf("%q: can be guessed is %v", value, got)
		}
		same, told := v.Holds("KEY", value, names)
		fingerprint, length, ok := v.Fingerprint(key, names)
		if told == guessable || same == guessable || ok == guessable || (fingerprint == "") != guessable || (length == 0) != guessable {
			t.Errorf("%q: same %v, told %v, fingerprint %q, length %d, %v", value, same, told, fingerprint, length, ok)
		}
		if _, told := v.Holds("OTHER", value, names); told {
			t.Errorf("%q is compared under another key", value)
		}
		if _, told := v.SameAs(variable("OTHER", value), names); told {
			t.Errorf("%q is compared with another key", value)
		}
	}
	if v := variable("NODE_ENV", "production"); v.Setting() != "production" {
		t.Errorf("NODE_ENV is %q", v.Setting())
	}
	for _, v := range []zerops.Variable{variable("NODE_ENV", "hunter2"), variable("PIN", "production")} {
		if v.Setting() != "" {
			t.Errorf("%s tells %q", v.Key, v.Setting())
		}
	}
}

// TestReferencesAreNames: what only looks like a reference is a part of the value.
func TestReferencesAreNames(t *testing.T) {
	t.Parallel()
	s := zerops.NewSecret("${db_password}${hunter2}${4711} ${db_password}")
	got := s.References(func(name string) bool { return name == "db_password" })
	if len(got) != 1 || got[0] != "db_password" || !s.RefersTo("db") || s.RefersTo("d") {
		t.Errorf("references %q", got)
	}
}
