package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zeropsio/zerops-go/apiError"
	"github.com/zeropsio/zerops-go/sdk"
	"github.com/zeropsio/zerops-go/sdkBase"

	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// TestSDKUnderstandsTheSimulator calls every operation of the vendor's SDK through the
// SDK, over TLS, with the arguments of the tests of the tools. An answer has to decode
// without an error, to hold every field that the SDK takes for granted, and to use the
// words of the SDK's enumerations. What is not so stands in exceptions, departures or
// newer words, each with its reason; an entry that is not needed fails.
func TestSDKUnderstandsTheSimulator(t *testing.T) {
	t.Parallel()
	methods := reflect.TypeFor[sdk.Handler]()
	if n := methods.NumMethod(); n < 240 {
		t.Fatalf("the SDK has %d methods", n)
	}
	reads := newAccount(t)
	seen, called := map[string]bool{}, 0
	for method := range methods.Methods() {
		name := method.Name
		op, known := zerops.LookupOperation(name)
		if !known {
			t.Errorf("%s is not in the catalogue", name)
			continue
		}
		a := reads
		if !op.Safe() {
			a = newAccount(t) // a write must not find what another one left
		}
		called++
		a.samples.ready(op)
		for _, found := range a.try(t, op) {
			seen[found.key] = true
			if reasons()[found.key] == "" {
				t.Errorf("%s: %s: %s", name, found.key, found.problem)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(reasons())) {
		if !seen[key] {
			t.Errorf("explained, but not so any more: %s", key)
		}
	}
	t.Logf("%d operations through the SDK, %d of them with an exception", called, len(exceptions()))
}

// account is a simulated account behind TLS, with the vendor's client in front.
type account struct {
	samples   *samples
	handler   sdk.Handler // with the owner's token
	anonymous sdk.Handler
	answers   *recorder
}

func newAccount(t *testing.T) account {
	t.Helper()
	sim := simulator.New(simulator.WithPace(0), simulator.WithIndexLag(0))
	server := httptest.NewTLSServer(sim)
	t.Cleanup(server.Close)
	api, err := zerops.NewAPI(zerops.APIOptions{Address: server.URL, Transport: server.Client().Transport})
	if err != nil {
		t.Fatal(err)
	}
	answers := &recorder{next: server.Client().Transport}
	base := sdk.New(sdkBase.DefaultConfig(sdkBase.WithCustomEndpoint(server.URL)), &http.Client{Transport: answers})
	return account{
		samples: gather(t, api.Client(simulator.OwnerToken), sim), anonymous: base,
		handler: sdk.AuthorizeSdk(base, simulator.OwnerToken), answers: answers,
	}
}

// recorder keeps the body of the last answer.
type recorder struct {
	next http.RoundTripper
	body []byte
}

// RoundTrip implements [http.RoundTripper].
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	r.body, err = io.ReadAll(response.Body)
	if closed := response.Body.Close(); err == nil {
		err = closed
	}
	response.Body = io.NopCloser(bytes.NewReader(r.body))
	return response, err
}

// finding is something about an answer that needs a reason.
type finding struct {
	key, problem string
	refused      bool // by the API, in an answer that the SDK understands
}

// try calls an operation through the SDK.
func (a account) try(t *testing.T, op zerops.Operation) []finding {
	t.Helper()
	name := op.String()
	failed := func(err error) []finding { return []finding{{key: name, problem: err.Error()}} }
	method := reflect.ValueOf(a.handler).MethodByName(name)
	arguments, err := a.samples.arguments(op, method.Type())
	if err != nil {
		return failed(fmt.Errorf("arguments: %w", err))
	}
	returned := method.Call(arguments)
	if err, _ := reflect.TypeAssert[error](returned[1]); err != nil {
		return failed(fmt.Errorf("decoding: %w", err))
	}
	response, ok := reflect.TypeAssert[interface{ OutputInterface() (any, error) }](returned[0])
	if !ok {
		return failed(errors.New("the answer has no output"))
	}
	output, err := response.OutputInterface()
	if err != nil {
		return []finding{{key: name, problem: refusal(err).Error(), refused: true}}
	}
	var raw any
	if json.Unmarshal(a.answers.body, &raw) != nil {
		return nil // a file
	}
	return compareShape(reflect.TypeOf(output), raw, "")
}

// refusal tells a refusal in full; the SDK's own words leave the fields out.
func refusal(err error) error {
	if said, ok := errors.AsType[apiError.Error](err); ok {
		return fmt.Errorf("refused with %d %s: %s %v", said.HttpStatusCode, said.ErrorCode, said.Message, said.Meta)
	}
	return err
}

// arguments are those of a method of the SDK: a context, then a path, a query and a
// body, each as far as the method has it. Bodies are read by the SDK's own checks.
func (s *samples) arguments(op zerops.Operation, method reflect.Type) ([]reflect.Value, error) {
	var details zerops.Details
	detail, err := details.Of(op)
	if err != nil {
		return nil, err
	}
	values := []reflect.Value{reflect.ValueOf(s.t.Context())}
	for i := 1; i < method.NumIn(); i++ {
		kind := method.In(i)
		if kind == reflect.TypeFor[io.Reader]() {
			values = append(values, reflect.ValueOf(bytes.NewReader(archive(s.t))))
			continue
		}
		var given any
		switch part := kind.PkgPath()[strings.LastIndexByte(kind.PkgPath(), '/')+1:]; part {
		case "path":
			given = s.path(op)
		case "query":
			given = s.query(op, detail)
		default:
			given = s.body(op, detail)
		}
		text, err := json.Marshal(given)
		if err != nil {
			return nil, err
		}
		value := reflect.New(kind)
		if err := json.Unmarshal(text, value.Interface()); err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		values = append(values, value.Elem())
	}
	return values, nil
}
