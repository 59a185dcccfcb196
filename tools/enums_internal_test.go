package tools

import (
	"encoding/json"
	"strings"
	"testing"
)

// ownWords are the only closed lists that schemas of tools may have, each with the
// reason why the platform cannot make it wrong: what the platform can extend passes
// as it is, and is remarked on where it is not known.
func ownWords() map[string]string {
	return map[string]string{
		// States and findings that this server makes itself.
		"done in_progress failed unchanged confirmation_required":                         "how a change ended, in our words",
		"upload queue build prepare deploy active replaced canceled":                      "phases of a deployment, as we divide it",
		"open succeeded failed canceled abandoned":                                        "outcomes of a deployment, as we judge them",
		"build prepare deploy readiness runtime resources environment subdomain platform": "where our diagnosis places a cause",
		"high medium low":                          "how sure our diagnosis is",
		"healthy warnings working failing unknown": "verdicts of our diagnosis",
		"created updated unchanged deleted absent failed unknown not_attempted": "what became of a variable in our call",
		"done in_progress failed unchanged unknown not_attempted":               "what became of one service of several in our call",
		"user project zerops_yaml platform unknown":                             "our words for where a variable comes from",
		"services env scaling types":                                            "the parts that our comparison has",
		"different only_left only_right unknown":                                "what our comparison finds",
		"process deployment notification":                                       "the lists that our timeline merges",
		"user integration_token":                                                "our words for whom a token belongs to; others are told as a user's",
		"organizations projects none":                                           "our words for what a token reaches",
		"integration personal":                                                  "the two lists of tokens that we read",
		"reads creates updates destroys":                                        "the effects that our catalogue gives operations",
		"read_api write_api none":                                               "which of our tools reaches an operation",
		// What our tools offer to do.
		"restart reload":                   "the two operations behind our tool",
		"minute hour day week month":       "intervals that we translate",
		"metrics costs":                    "what we draw",
		"project service day":              "how we group costs for a picture",
		"organization project service day": "how we group costs",
		"zerops import guide":              "the documents that we explain",
		"runtime build web all":            "parts of logs, as we divide them",
		"emergency alert critical error warning notice info debug": "RFC 5424",
		"env scaling types all": "the parts that our comparison has",
		"account auth backup billing catalogue cdn deploy env git log member metric notification org process project recipe routing service storage token vpn": "the areas of our catalogue",
		// Of the internet.
		"tcp udp":   "the protocols that a public port can have on the internet",
		"ipv4 ipv6": "the families of addresses on the internet",
	}
}

// TestSchemasCloseNoListOfThePlatform walks through the schemas of all tools.
func TestSchemasCloseNoListOfThePlatform(t *testing.T) {
	t.Parallel()
	allowed, used := ownWords(), map[string]bool{}
	for _, tl := range allTools(toolsets()) {
		for part, raw := range map[string]json.RawMessage{"input": tl.InputSchema(), "output": tl.OutputSchema()} {
			if len(raw) == 0 {
				continue // a picture has no output schema
			}
			var schema any
			if err := json.Unmarshal(raw, &schema); err != nil {
				t.Fatalf("%s: %v", tl.Name, err)
			}
			closedLists(schema, "", func(place string, words []string) {
				list := strings.Join(words, " ")
				if used[list] = true; allowed[list] == "" {
					t.Errorf("%s, %s: %s takes only %v; if the platform can extend that, leave the list open and name examples in the description", tl.Name, part, place, words)
				}
			})
		}
	}
	for list, reason := range allowed {
		if !used[list] {
			t.Errorf("no schema has the list %q (%s)", list, reason)
		}
	}
}

// closedLists finds every enum and const in a schema; members named so are none.
func closedLists(v any, place string, found func(place string, words []string)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			closedLists(item, place, found)
		}
	case map[string]any:
		for key, value := range v {
			switch list, isList := value.([]any); {
			case key == "enum" && isList:
				var words []string
				for _, word := range list {
					text, _ := word.(string)
					words = append(words, text)
				}
				found(place, words)
			case key == "const" && !strings.HasSuffix(place, "/properties"):
				text, _ := value.(string)
				found(place, []string{text})
			default:
				closedLists(value, place+"/"+key, found)
			}
		}
	}
}
