package zerops

import "strings"

// Consequence is a set of things that a call does to the account, or could do. What
// is asked before a call, and what a tag on a project forbids, follows from it alone.
// Nothing in it means that the call only reads.
type Consequence uint16

// Consequences, from the lightest.
const (
	// Copies keeps a copy of what is there, or has it looked at: nothing changes that
	// anybody uses.
	Copies Consequence = 1 << iota
	// Changes is everything that changes something and is none of the others: it
	// creates, deploys, scales, starts, sets a value.
	Changes
	// Publishes puts a service on an address of its own, on a domain, or on a port
	// that an allow-list guards.
	Publishes
	// TurnsBack rolls back, or cancels what is under way.
	TurnsBack
	// Grants lets somebody in, or sends something out: rights of people and tokens, a
	// port open to everybody, targets of logs and metrics, code that others push.
	Grants
	// Costs buys something that is charged at once.
	Costs
	// Unpublishes takes an address, a port or a shared IPv4 off the net.
	Unpublishes
	// Stops stops a service or a project, or takes away what a service works with.
	Stops
	// Replaces puts something in the place of what cannot be had back then.
	Replaces
	// Deletes deletes for good.
	Deletes
)

// Anything is all that a call can do.
const Anything = Deletes<<1 - 1

// Has reports whether the set has one of the given consequences.
func (c Consequence) Has(one Consequence) bool { return c&one != 0 }

// Destructive reports what makes a call one that clients warn of: something is
// deleted, replaced, stopped or off the net.
func (c Consequence) Destructive() bool { return c.Has(Deletes | Replaces | Stops | Unpublishes) }

// String returns the consequences in words, the gravest first.
func (c Consequence) String() string {
	words := [...]string{"copies", "changes", "publishes", "turns back", "grants", "costs", "unpublishes", "stops", "replaces", "deletes"}
	var set []string
	for i := len(words) - 1; i >= 0; i-- {
		if c&(1<<i) != 0 {
			set = append(set, words[i])
		}
	}
	if len(set) == 0 {
		return "nothing"
	}
	return strings.Join(set, ", ")
}

// Can returns what a call of the operation can do at most.
func (o Operation) Can() Consequence { return o.lookup().can }
