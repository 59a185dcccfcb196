package zerops_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/zerops"
)

func TestPagingEndsAndIsBounded(t *testing.T) {
	t.Parallel()
	// A server that tells no total and caps pages below what was asked for.
	client, script := newClient(t, func(n int, _ *http.Request) (*http.Response, error) {
		if n > 3 {
			return respond(200, nil, `{"list":[]}`), nil
		}
		return respond(200, nil, fmt.Sprintf(`{"list":[{"id":"%d"},{"id":"%db"}]}`, n, n)), nil
	})
	projects, _, err := zerops.Collect(client.OrganizationProjects(t.Context(), id, zerops.ListOptions{}), 0)
	if err != nil || len(projects) != 6 {
		t.Errorf("%d projects, %v", len(projects), err)
	}
	if n := script.n.Load(); n != 4 {
		t.Errorf("%d requests", n)
	}
	// A server that ignores the offset.
	same, script := newClient(t, func(int, *http.Request) (*http.Response, error) {
		return respond(200, nil, `{"list":[{"id":"x"}]}`), nil
	})
	projects, _, err = zerops.Collect(same.OrganizationProjects(t.Context(), id, zerops.ListOptions{}), 0)
	if err != nil || len(projects) != 1 || script.n.Load() != 2 {
		t.Errorf("%d projects in %d requests, %v", len(projects), script.n.Load(), err)
	}
	// A server that never ends.
	endless, _ := newClient(t, func(n int, _ *http.Request) (*http.Response, error) {
		return respond(200, nil, fmt.Sprintf(`{"list":[{"id":"%d"}]}`, n)), nil
	})
	if _, _, err := zerops.Collect(endless.OrganizationProjects(t.Context(), id, zerops.ListOptions{}), 0); !errors.Is(err, zerops.ErrTooManyPages) {
		t.Errorf("an endless list: %v", err)
	}
}

func TestPagesAreFetchedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const total = 2700
		client, script := newClient(t, func(_ int, r *http.Request) (*http.Response, error) {
			time.Sleep(100 * time.Millisecond)
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
			var rows []string
			for i := offset; i < min(offset+500, total); i++ {
				rows = append(rows, fmt.Sprintf(`{"id":"%d"}`, i))
			}
			return respond(200, nil, fmt.Sprintf(`{"list":[%s],"totalCount":%d}`, strings.Join(rows, ","), total)), nil
		})
		began := time.Now()
		projects, _, err := zerops.Collect(client.OrganizationProjects(t.Context(), id, zerops.ListOptions{}), 0)
		if err != nil || len(projects) != total {
			t.Fatalf("%d projects, %v", len(projects), err)
		}
		for i, p := range projects {
			if p.ID != strconv.Itoa(i) {
				t.Fatalf("row %d is %s", i, p.ID)
			}
		}
		if took, n := time.Since(began), script.n.Load(); n != 6 || took != 300*time.Millisecond {
			t.Errorf("%d requests in %s", n, took)
		}
		if _, more, err := zerops.Collect(client.OrganizationProjects(t.Context(), id, zerops.ListOptions{}), 100); err != nil || !more || script.n.Load() != 7 {
			t.Errorf("100 rows took %d requests, %v", script.n.Load()-6, err)
		}
	})
}
