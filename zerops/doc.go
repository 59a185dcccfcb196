// Package zerops is a client of the Zerops public REST API.
//
// An [API] holds what all callers share (address, connections, limits); a
// [Client] is one caller's view of it and costs nothing to create:
//
//	api, err := zerops.NewAPI(zerops.APIOptions{})
//	…
//	client := api.Client(token)
//	user, err := client.User(ctx)
//	for project, err := range client.OrganizationProjects(ctx, user.ActiveMemberships()[0].OrganizationID, zerops.ListOptions{}) {
//		…
//	}
//
// # Operations
//
// Every request names an [Operation] of the catalogue, which is the only place
// where a method and a path are written. [Client.Do] sends any of them; the
// typed methods are thin wrappers around it.
//
// # Errors
//
// A request ends in one of four typed errors, all found by [errors.As]:
// [*Error] when the API answered with a refusal, [*ArgumentError] when the
// request was never sent because an argument cannot be right, [*ConnectionError]
// when no usable answer arrived, and [*UncertainError] when a write was sent and
// its outcome is not known. The sentinels [ErrNotFound], [ErrUnauthorized],
// [ErrForbidden], [ErrRateLimited], [ErrUnavailable] and [ErrConflict] classify
// them with [errors.Is].
//
// # Retries
//
// Operations that cannot change anything are tried up to three times within the
// caller's deadline. Anything else is sent once.
//
// # Behavior of the platform
//
// Comments cite it by section, as in "(platform §4.3)". The sections are those of
// docs/platform.md.
package zerops
