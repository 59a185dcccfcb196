package manifest

import (
	"strings"
	"testing"

	"zerops-mcp/zerops"
)

func catalogue() Catalogue {
	kind := func(category string, names ...string) zerops.ServiceType {
		t := zerops.ServiceType{ID: names[0], Category: category}
		for _, name := range names {
			v := zerops.ServiceTypeVersion{Name: strings.TrimPrefix(name, "-"), Status: "ACTIVE", IsBuild: category == "BUILD"}
			if name != v.Name {
				v.Status = "DISABLED"
			}
			t.Versions = append(t.Versions, v)
		}
		return t
	}
	return NewCatalogue([]zerops.ServiceType{
		kind("USER", "-nodejs@18", "nodejs@20", "nodejs@22", "alpine/nodejs@22", "ubuntu/nodejs@22"), kind("USER", "php-nginx@8.4"), kind("USER", "php-apache@8.4"),
		kind("USER", "go@1"), kind("USER", "static@1"), kind("USER", "ubuntu@24.04"), kind("USER", "docker@26.1"), kind("USER", "rust@stable"),
		kind("STANDARD", "postgresql@18", "postgresql:ha@18", "postgresql:single@18"), kind("STANDARD", "valkey@7.2"), kind("STANDARD", "nats@2.12", "meilisearch@1.44"),
		kind("OBJECT_STORAGE", "object-storage"), kind("A_NEW_ONE", "local-storage"), kind("CORE", "core"), kind("BUILD", "zbuild@1"),
	})
}

// TestCatalogue writes types as people do.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	k := catalogue()
	for name, want := range map[string][3]string{ // for a service, to run, to build; "" is fine
		"nodejs@22":          {},
		"ubuntu/nodejs@22":   {},
		"nodejs@latest":      {},
		"nodejs@22.11":       {},
		"golang@1":           {},
		"go@1.22":            {},
		"static":             {},
		"static@latest":      {},
		"24.04":              {},
		"docker@26":          {},
		"rust@nightly":       {},
		"php-nginx@8.4+1.28": {},
		"<@pickRandom(<a>)>": {},
		"php@8.4":            {"builds only; to run there are php-nginx@8.4, php-apache@8.4", "builds only; to run there are php-nginx@8.4, php-apache@8.4", ""},
		"nodejs@18":          {"of this type there are nodejs@20, nodejs@22", "of this type there are nodejs@20, nodejs@22", "of this type there are nodejs@20"},
		"nodejss@22":         {"close ones: nodejs@20", "close ones: nodejs@20", "close ones: nodejs@20"},
		"keydb@6":            {"in its place there are valkey@7.2", "not in the platform's", "not in the platform's"},
		"rabbitmq@3.9":       {"in its place there are nats@2.12", "not in the platform's", "not in the platform's"},
		"postgresql@18":      {"", "not in the platform's", "not in the platform's"},
		"postgresql:ha@18":   {"", "not in the platform's", "not in the platform's"},
		"objectstorage":      {"", "", "not in the platform's"},
		"local-storage":      {"", "", "not in the platform's"},
		"core":               {"not in the platform's", "not in the platform's", "not in the platform's"},
	} {
		for use, words := range want {
			if got := k.Doubt(name, Use(use)); !strings.Contains(got, words) || (got == "") != (words == "") {
				t.Errorf("%s, use %d: %q, want %q", name, use, got, words)
			}
		}
		if got := (Catalogue{}).Doubt(name, UseService); got != "" {
			t.Errorf("without a catalogue, %s: %q", name, got)
		}
	}
	for name, want := range map[string]bool{"postgresql@18": true, "postgresql:ha@18": false, "valkey@7.2": false, "nodejs@22": false, "object-storage": false, "none@1": false} {
		if got := k.NeedsMode(name); got != want {
			t.Errorf("%s needs a mode: %t", name, got)
		}
	}
}
