package soak

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"zerops-mcp/internal/bench/measure"
	"zerops-mcp/zerops/simulator"
)

const (
	calmFor   = 10 * time.Second
	stormyFor = 5 * time.Second
)

// stormsOfAccount is how many storms an account sees before there is a new one:
// lists of all that was ever done would grow, and the servers' memory with them.
const stormsOfAccount = 20

// weather is the API, whose faults go on and off.
type weather struct {
	api   atomic.Pointer[simulator.Simulator]
	count atomic.Int64 // odd while a fault is on
	era   atomic.Int64 // of accounts
	kinds map[string]int
}

// renew opens a new account.
func (w *weather) renew() {
	w.api.Store(simulator.New(simulator.WithPace(0.003), simulator.WithIndexLag(100*time.Millisecond)))
	w.era.Add(1)
}

// ServeHTTP answers with the present account.
func (w *weather) ServeHTTP(out http.ResponseWriter, r *http.Request) { w.api.Load().ServeHTTP(out, r) }

// storms are what can be wrong with an API. Each strikes a bounded number of
// requests, so that some calls get through between two that do not.
func storms() map[string]simulator.Fault {
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	html := "<html><body><h1>502 Bad Gateway</h1></body></html>"
	return map[string]simulator.Fault{
		"slow":          {Delay: 400 * time.Millisecond, Times: 60},
		"very slow":     {Delay: 3 * time.Second, Times: 8},
		"503":           {Status: http.StatusServiceUnavailable, Times: 40},
		"502 page":      {Status: http.StatusBadGateway, Body: html, Header: header("Content-Type", "text/html"), Times: 40},
		"200 page":      {Status: http.StatusOK, Body: html, Header: header("Content-Type", "text/html"), Times: 20},
		"429":           {Status: http.StatusTooManyRequests, Code: "tooManyRequests", Message: "Slow down.", Header: header("Retry-After", "1"), Times: 30},
		"500":           {Status: http.StatusInternalServerError, Code: "internalServerError", Message: "Oops.", Times: 30},
		"401":           {Status: http.StatusUnauthorized, Code: "notAuthorized", Message: "Not authorized.", Times: 20},
		"403":           {Status: http.StatusForbidden, Code: "insufficientPermissions", Message: "No.", Times: 20},
		"cut before":    {Drop: simulator.DropBefore, Times: 40},
		"cut after":     {Drop: simulator.DropAfter, Times: 40},
		"cut in body":   {Drop: simulator.DropInBody, Times: 40},
		"half a JSON":   {Status: http.StatusOK, Body: `{"items":[{"id":`, Times: 20},
		"nothing":       {Status: http.StatusOK, Body: `null`, Times: 20},
		"deep JSON":     {Status: http.StatusOK, Body: strings.Repeat("[", 100_000), Times: 10},
		"endless":       {Fill: 20 << 20, Times: 3},
		"writes only":   {Method: http.MethodPost, Drop: simulator.DropAfter, Times: 40},
		"changes only":  {Method: http.MethodPut, Status: http.StatusServiceUnavailable, Times: 40},
		"process polls": {Path: "/process/{id}", Status: http.StatusBadGateway, Times: 20},
	}
}

// run changes the weather until ctx ends, and leaves it calm.
func (w *weather) run(ctx context.Context) {
	var names []string
	all := storms()
	for ctx.Err() == nil {
		if measure.Pause(ctx, calmFor) != nil {
			return
		}
		if len(names) == 0 {
			for name := range all {
				names = append(names, name)
			}
			rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		}
		name := names[0]
		names = names[1:]
		w.kinds[name]++
		w.count.Add(1)
		stop := w.api.Load().Fail(all[name])
		_ = measure.Pause(ctx, stormyFor)
		stop()
		if w.count.Load()/2%stormsOfAccount == stormsOfAccount-1 {
			w.renew()
		}
		w.count.Add(1)
	}
}
