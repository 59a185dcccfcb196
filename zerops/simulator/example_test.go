package simulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"zerops-mcp/zerops/simulator"
)

func Example() {
	ctx := context.Background()
	sim := simulator.New()
	running, err := sim.Start(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer running.Close()

	// The next read of a project is refused, the one after it is not.
	sim.Fail(simulator.Fault{Operation: "GetProject", Status: http.StatusServiceUnavailable, Times: 1})
	for range 2 {
		address := running.URL + "/api/rest/public/project/" + sim.ProjectID("blog")
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		request.Header.Set("Authorization", "Bearer "+simulator.OwnerToken)
		response, err := new(http.Client).Do(request)
		if err != nil {
			fmt.Println(err)
			return
		}
		var project struct{ Name string }
		_ = json.NewDecoder(response.Body).Decode(&project) // A refusal has no body.
		_ = response.Body.Close()
		fmt.Printf("%d %q\n", response.StatusCode, project.Name)
	}
	fmt.Println(sim.Calls("GET /project/{id}"), "calls")
	// Output:
	// 503 ""
	// 200 "blog"
	// 2 calls
}
