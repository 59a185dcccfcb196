// Package deployments reads what a deployment is: its view, phases and log, the
// uploads that this server has under way, and the wait for its end. It uses the
// kernel and the readers of services, variables and logs.
package deployments
