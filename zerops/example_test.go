package zerops_test

import (
	"context"
	"errors"
	"fmt"

	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// account starts a simulated account and returns a client of it.
func account(ctx context.Context) (client *zerops.Client, end func()) {
	running, err := simulator.New(simulator.WithPace(0)).Start(ctx)
	if err != nil {
		panic(err)
	}
	api, err := zerops.NewAPI(zerops.APIOptions{Address: running.URL})
	if err != nil {
		panic(err)
	}
	return api.Client(simulator.OwnerToken), func() { _ = running.Close() }
}

// Everything that a token reaches begins with its user.
func Example() {
	ctx := context.Background()
	client, end := account(ctx)
	defer end()

	user, err := client.User(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, member := range user.ActiveMemberships() {
		projects, more, err := zerops.Collect(client.OrganizationProjects(ctx, member.OrganizationID, zerops.ListOptions{}), 2)
		if err != nil {
			fmt.Println(member.Organization.Name, err)
			continue
		}
		for _, p := range projects {
			fmt.Println(member.Organization.Name, p.Name, p.Status)
		}
		fmt.Println("more:", more)
	}
	// Output:
	// Northwind Trading legacy-crm STOPPED
	// Northwind Trading blog ACTIVE
	// more: true
	// Petra's Lab homelab ACTIVE
	// Petra's Lab portfolio ACTIVE
	// more: true
}

// Any operation of the catalogue can be sent, also one without a typed method.
// What the API refuses is an Error with its code; the sentinels classify it.
func ExampleClient_Do() {
	ctx := context.Background()
	client, end := account(ctx)
	defer end()

	operation, _ := zerops.LookupOperation("GetProject")
	fmt.Println(operation.Method(), operation.Path(), operation.Safe())
	_, err := client.Do(ctx, zerops.Call{Operation: operation, Path: []string{"AAAAAAAAAAAAAAAAAAAAAA"}})
	if refusal, ok := errors.AsType[*zerops.Error](err); ok {
		fmt.Println(refusal.Status, refusal.Code, errors.Is(err, zerops.ErrNotFound))
	}
	// Output:
	// GET /project/{id} true
	// 400 projectNotFound true
}
