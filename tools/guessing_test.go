package tools_test

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

var guessingWhole = flag.Bool("guessing.whole", false, "let TestGuessingTellsNothing make every call in every world (some minutes)")

// guessableSecrets are secrets that somebody could find by trying. The framed one is the
// password in an address, the last may look like what stands where a secret was.
type guessableSecrets struct{ pin, word, password, framed, lookalike string }

// each returns the values as they stand in variables.
func (s guessableSecrets) each() []string {
	return []string{s.pin, s.word, s.password, s.address(), s.lookalike}
}

func (s guessableSecrets) address() string { return "postgresql://db:" + s.framed + "@db/db" }

// told is how programs print some of them.
func (s guessableSecrets) told() string {
	return "DOOR_PIN=" + s.pin + ` {"ADMIN_PASSWORD":"` + s.password + `"} ` + s.address()
}

// likely is what is guessed in every world.
func likely() guessableSecrets {
	return guessableSecrets{"482913", "tangerine", "hunter2!", "4711", tool.Redacted}
}

// worlds differ in guessable secrets only: of the same length, of others.
func worlds() map[string]guessableSecrets {
	return map[string]guessableSecrets{
		"the guesses are wrong":    {"771204", "raspberry", "s3cret#9", "9042", "[concealed"},
		"the beginnings are right": {"482777", "tangelo", "hunter3", "4700", "[redacted]+"},
		"the lengths are others":   {"9", "fig", "two words", "13", "x"},
		"all of it":                {"48", "tangelo", "s3cret#9", "9042", "REDACTED1"},
	}
}

// TestGuessingTellsNothing makes the same calls, none of which writes, in worlds that
// differ in guessable secrets. All answers are the same to the byte. By default one call
// of each kind is made in two worlds, with -guessing.whole all in all of them.
func TestGuessingTellsNothing(t *testing.T) {
	t.Parallel()
	compared := worlds()
	if !*guessingWhole {
		maps.DeleteFunc(compared, func(name string, _ guessableSecrets) bool { return name != "all of it" })
	}
	for name, asks := range map[string]bool{"by a second call": false, "by a person": true} {
		if asks && !*guessingWhole {
			continue
		}
		want := answersIn(t, likely(), variant{person: asks})
		if least := map[bool]int{true: 10_000, false: 450}[*guessingWhole]; len(want) < least {
			t.Errorf("only %d calls were made", len(want))
		}
		t.Logf("%d calls", len(want))
		for world, secrets := range compared {
			different := differences(want, answersIn(t, secrets, variant{person: asks}))
			for _, call := range first(20, different) {
				t.Errorf("%s, confirmed %s: %s\n%s", world, name, call, different[call])
			}
			if len(different) > 0 {
				t.Errorf("%s: %d of %d calls tell it", world, len(different), len(want))
			}
		}
	}
}

// TestGuessingWouldBeSeen is the control of the test above. In everything that the
// platform delivers a mark becomes a secret that no mask can know of: the comparison
// finds the calls that show it, by each of the ways that it can take.
func TestGuessingWouldBeSeen(t *testing.T) {
	t.Parallel()
	wrong := worlds()["all of it"]
	found := differences(answersIn(t, likely(), variant{unmasked: true}), answersIn(t, wrong, variant{unmasked: true}))
	for _, carrier := range carriers() {
		if !slices.ContainsFunc(slices.Collect(maps.Values(found)), func(d string) bool { return strings.Contains(d, carrier+wrong.pin) }) {
			t.Errorf("nobody would see a secret that comes by %s", carrier)
		}
	}
	if len(found) < 10 {
		t.Errorf("only %d calls tell a secret that stands everywhere", len(found))
	}
}

// differences are the calls that were answered differently, with what differs.
func differences(a, b map[string]string) map[string]string {
	found := map[string]string{}
	for call, answer := range a {
		if answer != b[call] {
			at := 0
			for at < min(len(answer), len(b[call])) && answer[at] == b[call][at] {
				at++
			}
			part := func(s string) string { return s[min(max(at-160, 0), len(s)):min(at+160, len(s))] }
			found[call] = part(answer) + "\n" + part(b[call])
		}
	}
	return found
}

func first(n int, found map[string]string) []string {
	names := slices.Sorted(maps.Keys(found))
	return names[:min(n, len(names))]
}

// variant is how a world is asked.
type variant struct {
	person   bool // a person is asked, and says no; otherwise the plan is answered
	unmasked bool // the control
}

// answersIn seeds a world and returns its answers by call.
func answersIn(t *testing.T, secrets guessableSecrets, v variant) map[string]string {
	t.Helper()
	root := deployRoot(t)
	yaml := strings.Replace(exampleYAML, "      start: bun", "      envVariables:\n        DOOR_PIN: \""+secrets.pin+"\"\n        FAVORITE_PASSWORD: "+secrets.word+"\n        DATABASE_URL: "+secrets.address()+"\n      start: bun", 1)
	for name, text := range map[string]string{"zerops.yaml": yaml, ".env": "EXAMPLE_FROM_FILE=" + secrets.pin + "\nFAVORITE=" + secrets.word + "\n"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := &guessing{answers: map[string]string{}, secrets: secrets}
	synctest.Test(t, func(t *testing.T) {
		w.Harness = tooltest.Start(t, func(s *tooltest.Setup) {
			s.Network = func(sim *simulator.Simulator) http.RoundTripper {
				w.wire = &wire{next: sim.RoundTripper(), refusal: secrets.told()}
				if v.unmasked {
					w.wire.reveal = secrets.pin
				}
				return w.wire
			}
			s.Configure = func(c *tool.Config) {
				c.SigningKey, c.DeployRoots = []byte("a key for tests: 0123456789abcdef"), []string{root}
				if !v.person {
					c.Confirm = tool.ConfirmTwoStep
				}
			}
			if v.person {
				s.Elicit = w.declines
			}
		})
		w.seed(secrets)
		examples := examples(w.Harness)
		w.wire.seal()
		w.read()
		if v.unmasked {
			w.ask("set_env", tooltest.Args{"service": w.api, "variables": tooltest.Args{"DOOR_PIN": likely().pin}})
			return
		}
		w.programs()
		w.guess()
		w.everyArgument(examples)
		w.plan()
		w.others()
	})
	for call, answer := range w.answers {
		w.answers[call] = strings.ReplaceAll(answer, root, "root")
	}
	return w.answers
}

// guessing makes calls and keeps their answers.
type guessing struct {
	*tooltest.Harness
	wire                                             *wire
	secrets                                          guessableSecrets
	answers                                          map[string]string
	questions                                        strings.Builder // of the call under way
	staging, api, images, version, process, uploaded string
}

// declines is a person who is asked and says no.
func (w *guessing) declines(_ context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	fmt.Fprintf(&w.questions, "%+v", r.Params)
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionDecline}}, nil
}

// turn picks one of many where not all are tried, another one for each name.
func turn(name string, of int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return int(h.Sum32() % uint32(of))
}

// skipped are all but one of so many calls, where not all are made.
func skipped(name string, of int) bool { return !*guessingWhole && turn(name, of) != 0 }

// tried are the guesses that are tried for what has a name.
func tried(name string) []string {
	all := guesses()
	if *guessingWhole {
		return all
	}
	return []string{all[turn(name, len(all))]}
}

// guesses are texts that equal, begin, hold and spell secrets: those that are tried in
// every way.
func guesses() []string {
	s := likely()
	return []string{s.pin, s.word, s.password, s.address(), s.lookalike, s.pin[:3], s.word[:4], s.password[:3], "x" + s.pin + "y", s.word + "…", s.pin[:5] + "…", strings.Replace(s.address(), "4711", "4712", 1)}
}

// moreGuesses are those and others, for calls that take many at once.
func moreGuesses() []string {
	all := guesses()
	for _, secret := range likely().each() {
		all = append(all, secret[:len(secret)-1], secret[2:], "x"+secret+"y", strings.ToUpper(secret), secret+"…", secret[:5]+"…", base64.StdEncoding.EncodeToString([]byte(secret)))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// drawn is what is drawn by lot in each answer.
var drawn = regexp.MustCompile(`"confirm":"[^"]*"|confirm=[A-Za-z0-9_.-]+`)
