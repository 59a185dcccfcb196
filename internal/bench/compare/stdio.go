package compare

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"zerops-mcp/internal/bench/measure"
)

const (
	// listTools and describe are requests without their id.
	listTools = `"method":"tools/list"`
	describe  = `"method":"tools/call","params":{"name":"describe_api","arguments":{"operation":"GetProject"}}`
	searchFor = `"method":"tools/call","params":{"name":"search_api","arguments":{"query":"restart a service"}}`
)

// ourselves is how our server is started; env may say which API it has.
func (b *bench) ourselves(env ...string) measure.Command {
	return measure.Command{Path: b.ours, Args: []string{"--api-rate-limit", "0"}, Env: append([]string{"ZEROPS_TOKEN=obviously-fake-owner-token"}, env...)}
}

func message(id int, request string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,%s}`, id, request)
}

// writeCatalogue asks our server for its tools and some answers, so that the
// others can be given the same.
func (b *bench) writeCatalogue(ctx context.Context) error {
	s, err := measure.StartStdio(ctx, b.ourselves())
	if err != nil {
		return err
	}
	result := func(request string) (raw json.RawMessage) {
		var answer struct {
			Result json.RawMessage `json:"result"`
		}
		line, askErr := s.Ask(message(2, request))
		if askErr == nil {
			askErr = json.Unmarshal(line, &answer)
		}
		err = errors.Join(err, askErr)
		return answer.Result
	}
	var listed struct {
		Tools json.RawMessage `json:"tools"`
	}
	err = errors.Join(err, json.Unmarshal(result(listTools), &listed))
	answers := map[string]json.RawMessage{"describe_api": result(describe), "search_api": result(searchFor)}
	if err = errors.Join(err, s.Stop()); err != nil {
		return err
	}
	text, err := json.Marshal(map[string]any{"tools": listed.Tools, "answers": answers})
	if err != nil {
		return err
	}
	b.catalogue = filepath.Join(b.dir, "catalogue.json")
	return os.WriteFile(b.catalogue, text, 0o600)
}

// start compares the times from the start of the process to its first answer.
func (b *bench) start(ctx context.Context) error {
	starting := func(name string, command measure.Command) side {
		return side{name, func() (time.Duration, error) {
			begun := time.Now()
			s, err := measure.StartStdio(ctx, command)
			if err != nil {
				return 0, err
			}
			return time.Since(begun), s.Stop()
		}}
	}
	sides := []side{starting("", b.ourselves()), starting(measure.BareServer+", one tool", measure.Command{Path: b.bare})}
	if b.official != "" {
		sides = append(sides, starting(measure.OfficialSDK+", one tool", measure.Command{Path: b.official}))
	}
	return b.compare("start to the answer to `initialize`", 1, limit{}, sides...)
}

// overStdio compares a request over stdio. Every server is asked by the same
// client and gives the same answer.
func (b *bench) overStdio(ctx context.Context, what, request string, promised limit) (err error) {
	commands := []measure.Command{b.ourselves(), {Path: b.twin, Args: []string{"stdio", b.catalogue}}}
	names := []string{"", measure.BareServer + ", the same tools"}
	if b.official != "" {
		commands = append(commands, measure.Command{Path: b.official, Args: []string{b.catalogue}})
		names = append(names, measure.OfficialSDK+", the same tools")
	}
	const pieces = 100
	var sides []side
	length := 0
	for i, command := range commands {
		s, startErr := measure.StartStdio(ctx, command)
		if startErr != nil {
			return startErr
		}
		defer func() { err = errors.Join(err, s.Stop()) }()
		line, askErr := s.Ask(message(2, request))
		if askErr != nil {
			return askErr
		}
		if i == 0 {
			length = len(line)
		} else if len(line) < length*9/10 || len(line) > length*11/10 {
			return fmt.Errorf("%s: %s answers with %d bytes, we with %d", what, names[i], len(line), length)
		}
		sides = append(sides, side{names[i], measure.Timed(func() error {
			for id := range pieces {
				if _, err := s.Ask(message(10+id, request)); err != nil {
					return err
				}
			}
			return nil
		})})
	}
	return b.compare(what, pieces, promised, sides...)
}

func (b *bench) list(ctx context.Context) error {
	return b.overStdio(ctx, "`tools/list` over stdio", listTools, limit{times: 1.1})
}

func (b *bench) callStdio(ctx context.Context) error {
	return b.overStdio(ctx, "`describe_api` over stdio", describe, limit{})
}

func (b *bench) searchAPI(ctx context.Context) error {
	return b.overStdio(ctx, "`search_api` over stdio, the others only repeat the answer", searchFor, limit{})
}
