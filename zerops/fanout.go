package zerops

import "golang.org/x/sync/errgroup"

// maxFanOut bounds the requests that one call has under way at once.
const maxFanOut = 8

// FanOut runs do for 0 to n-1, eight at a time, and returns the error of each in
// its place. A failure does not stop the others; whoever wants that cancels the
// context that do uses.
func FanOut(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var group errgroup.Group
	group.SetLimit(maxFanOut)
	for i := range n {
		group.Go(func() error {
			errs[i] = do(i)
			return nil
		})
	}
	_ = group.Wait() // each error has its place
	return errs
}
