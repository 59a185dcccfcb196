package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/itchyny/gojq"

	"zerops-mcp/tools/tool"
)

// Bounds of a jq program. It is written by a model, and its input by others.
const (
	jqTime    = time.Second
	jqHeap    = 96 << 20 // how much memory a run may take before it is stopped
	jqWatch   = 5 * time.Millisecond
	jqResults = 1_000
	jqGrown   = 64 << 20 // how large a value may become at most, by its growth
	jqSteps   = 500e6    // how many steps regular expressions may take at most
)

// jqProgram is a checked and compiled jq expression.
type jqProgram struct {
	code   *gojq.Code
	growth float64 // how much larger than its input the result can be at most
	steps  float64 // of regular expressions, for each byte of the input
}

// parseJQ compiles an expression. It returns nil for an empty one.
func parseJQ(text string) (*jqProgram, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	query, err := gojq.Parse(text)
	if err != nil {
		return nil, tool.Invalid("jq", "cannot be parsed: %s", tool.Clean(err.Error(), 160))
	}
	growth, steps, err := jqGrowth(query)
	if err != nil {
		return nil, err
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, tool.Invalid("jq", "cannot be compiled: %s", tool.Clean(err.Error(), 160))
	}
	return &jqProgram{code, growth, steps}, nil
}

var (
	errJQTime   = errors.New("took longer than " + jqTime.String())
	errJQMemory = errors.New("took too much memory")
)

// run applies the program within its bounds to an input of the given size in
// bytes. One result is returned as it is, several as a list.
func (p *jqProgram) run(ctx context.Context, input any, size int) (any, error) {
	if p.growth*float64(size) > jqGrown {
		return nil, tool.Invalid("jq", "could make too much of an answer of %d KB; select before you combine", size>>10)
	}
	if p.steps*float64(size) > jqSteps {
		return nil, tool.Invalid("jq", "has an expression too large for an answer of %d KB; select before you test, or use contains", size>>10)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(jqTime, func() { cancel(errJQTime) })
	defer timer.Stop()
	go watchHeap(ctx, cancel)
	results := []any{}
	iterator := p.code.RunWithContext(ctx, jqValue(input))
	for {
		v, more := iterator.Next()
		if !more {
			break
		}
		if err, failed := v.(error); failed {
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			return nil, tool.Invalid("jq", "failed: %s", tool.Clean(err.Error(), 200))
		}
		if len(results) == jqResults {
			return nil, tool.Invalid("jq", "gives more than %d results; select fewer", jqResults)
		}
		results = append(results, v)
	}
	var result any = results
	if len(results) == 1 {
		result = results[0]
	}
	raw, err := gojq.Marshal(result)
	if err != nil {
		return nil, tool.Invalid("jq", "gives something that is not JSON: %s", tool.Clean(err.Error(), 160))
	}
	if len(raw) > maxAnswer {
		return nil, tool.Invalid("jq", "gives %d MB; select less", len(raw)>>20)
	}
	plain, err := tool.DecodeJSON(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the result of jq: %w", err)
	}
	return plain, nil
}

// watchHeap stops a program that takes too much memory. It measures the whole
// process, so the bound leaves room for what other calls do meanwhile.
func watchHeap(ctx context.Context, stop context.CancelCauseFunc) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() uint64 {
		metrics.Read(sample)
		if sample[0].Value.Kind() != metrics.KindUint64 {
			return 0
		}
		return sample[0].Value.Uint64()
	}
	start := heap()
	ticker := time.NewTicker(jqWatch)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if heap() > start+jqHeap {
				stop(errJQMemory)
				return
			}
		}
	}
}

// jqValue turns decoded JSON into the types that gojq works on.
func jqValue(v any) any {
	switch value := v.(type) {
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, member := range value {
			object[name] = jqValue(member)
		}
		return object
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = jqValue(item)
		}
		return list
	case json.Number:
		if i, err := value.Int64(); err == nil && int64(int(i)) == i {
			return int(i)
		}
		if i, ok := new(big.Int).SetString(value.String(), 10); ok {
			return i
		}
		f, err := value.Float64()
		if err != nil {
			return value.String()
		}
		return f
	}
	return v
}
