package same

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"zerops-mcp/internal/bench/measure"
)

// keepPromises holds the size of the program and of its lists to what is promised.
// Times and memory are measured by other steps, which take the time they need.
func keepPromises(out io.Writer, program string, found snapshot) error {
	info, err := os.Stat(program)
	if err != nil {
		return err
	}
	var failures []error
	hold := func(what string, value, bound float64, unit string) {
		fmt.Fprintf(out, "%-34s %9.2f %-5s (at most %.2f)\n", what, value, unit, bound)
		if value > bound {
			failures = append(failures, fmt.Errorf("%s: %.2f %s, more than the promised %.2f", what, value, unit, bound))
		}
	}
	hold("stripped binary", float64(info.Size())/1e6, measure.PromisedBinary, "MB")
	for _, list := range []struct {
		what, key string
		bound     float64
	}{
		{"tools listed by default", "command/tools --output json", measure.PromisedDefaultList},
		{"all tools", "command/tools --toolsets all --allow-secrets --output json", measure.PromisedWholeList},
	} {
		var answer struct {
			Bytes float64 `json:"bytes"`
		}
		if err := json.NewDecoder(strings.NewReader(found[list.key])).Decode(&answer); err != nil || answer.Bytes == 0 {
			return fmt.Errorf("%s says no number of bytes: %.200s", list.key, found[list.key])
		}
		hold(list.what, answer.Bytes, list.bound, "bytes")
	}
	return errors.Join(failures...)
}
