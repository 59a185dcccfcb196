// Package services reads what a service is: its view, scaling, addresses and state,
// and the services of many projects at once. It uses the kernel.
package services
