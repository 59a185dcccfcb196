package adversarial_test

import (
	"errors"
	"fmt"
	"testing"
)

// TestAdversarialHarness shows that the ways of driving the program reach it: an
// attack that fails only because its test never arrived would prove nothing.
func TestAdversarialHarness(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stop := args{"project": "eshop-staging", "service": "worker"}
	for _, version := range []string{today, newest} {
		attack(t, "harness/stdio-"+version, func(t *testing.T) error {
			w := newWorld(t)
			p := w.serve(t, how{version: version})
			first := p.call("stop_service", stop)
			if err := errors.Join(first.mustBe("confirmation_required"), w.untouched("the question")); err != nil {
				return err
			}
			return p.call("stop_service", stop.with("confirm", first.confirmation())).mustBe("done")
		})
		attack(t, "harness/person-"+version, func(t *testing.T) error {
			asked := ""
			p := newWorld(t).serve(t, how{version: version, person: saysYes("worker", func(message string) { asked = message })})
			if err := p.call("delete_service", stop).mustBe("done"); err != nil || asked == "" {
				return fmt.Errorf("asked %q, %w", asked, err)
			}
			return nil
		})
		attack(t, "harness/http-"+version, func(t *testing.T) error {
			r := w.listen(t, how{args: []string{"--http-auth", "server", "--read-only"}, env: []string{"ZMCP_ACCESS_KEYS=ci:" + accessKeyA}})
			p := r.connect(t, accessKeyA, how{version: version})
			return p.call("stop_service", stop).mustBe("read_only")
		})
	}
	attack(t, "harness/command-line", func(t *testing.T) error {
		w := newWorld(t)
		first := w.command(t, how{}, "stop_service", stop)
		if err := first.mustBe("confirmation_required"); err != nil {
			return err
		}
		return w.command(t, how{}, "stop_service", stop.with("confirm", first.confirmation())).mustBe("done")
	})
}
