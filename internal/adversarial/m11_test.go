package adversarial_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestAdversarialM11 lets the platform compare, filter and sort by values that are
// hidden.
func TestAdversarialM11(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setServiceEnv(t, ownService(w), "PIN", "482913")
	p := w.serve(t, how{args: []string{"--read-only"}})
	client := fmt.Sprintf(`{"name":"clientId","operator":"eq","value":"%s"}`, w.sim.OrgID("Northwind Trading"))
	filter := func(name, operator, value string) string {
		return fmt.Sprintf(`"search":[%s,{"name":%q,"operator":%q,"value":%s}]`, client, name, operator, value)
	}
	sorted := func(name string) string {
		return fmt.Sprintf(`"search":[%s],"sort":[{"name":%q,"ascending":true}]`, client, name)
	}
	// The limit tells the searches of the attacks apart.
	search := func(operation, body string, limit int) result {
		return p.call("read_api", args{"operation": operation, "body": fmt.Sprintf(`{%s,"limit":%d}`, body, limit)})
	}
	for i, c := range []struct{ id, operation, body string }{
		{"filter", "PostUserDataSearch", filter("content", "eq", `"482913"`)},
		{"filter-not", "PostUserDataSearch", filter("content", "ne", `"482913"`)},
		{"filter-in", "PostUserDataSearch", filter("content", "in", `["482912","482913"]`)},
		{"filter-less", "PostUserDataSearch", filter("content", "lt", `"5"`)},
		{"filter-like", "PostUserDataSearch", filter("content", "like", `"48%"`)},
		{"filter-capital", "PostUserDataSearch", filter("Content", "eq", `"482913"`)},
		{"filter-path", "PostUserDataSearch", filter("userData.content", "eq", `"482913"`)},
		{"filter-blanks", "PostUserDataSearch", filter(" content ", "eq", `"482913"`)},
		{"sort", "PostUserDataSearch", sorted("content")},
		{"sort-path", "PostServiceStackSearch", sorted("userData.content")},
		{"text", "PostUserDataSearch", fmt.Sprintf(`"search":[%s],"text":"482913"`, client)},
		{"project-filter", "PostProjectSearch", filter("envList.content", "eq", `"482913"`)},
		{"project-sort", "PostProjectSearch", sorted("envList.content")},
		{"service-filter", "PostServiceStackSearch", filter("userData.content", "eq", `"482913"`)},
		{"version-filter", "PostAppVersionSearch", filter("userDataList.content", "eq", `"482913"`)},
		{"duplicate-field", "PostUserDataSearch", fmt.Sprintf(`"search":[%s],`, client) + filter("content", "eq", `"482913"`)},
	} {
		attack(t, "M11/"+c.id, func(*testing.T) error {
			r := search(c.operation, c.body, 100+i)
			if err := r.mustBe("invalid_arguments", "secret_withheld", "blocked", "unsupported"); err != nil {
				return err
			}
			if w.asked(c.operation, fmt.Sprintf(`"limit":%d`, 100+i)) {
				return errors.New("the search reached the platform, which refused it for a reason of its own")
			}
			return nil
		})
	}
	attack(t, "M11/by-key", func(t *testing.T) error {
		if r := search("PostUserDataSearch", filter("key", "eq", `"PIN"`), 99); r.isError || !w.asked("PostUserDataSearch", `"limit":99`) {
			t.Fatalf("a search by key is refused: %s", r.text)
		}
		return nil
	})
}

// asked reports whether a request of an operation had a text in its body.
func (w *world) asked(operation, text string) bool {
	for _, r := range w.requests() {
		if r.Operation == operation && strings.Contains(string(r.Body), text) {
			return true
		}
	}
	return false
}
