// Package costs reads what an organization spends: the rows of a range and their
// sums, the credit that is left, and how long it lasts. It uses the kernel and the
// reader of services.
package costs
