package same

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"golang.org/x/sync/errgroup"

	"zerops-mcp/zerops/simulator"
)

// snapshot is all that users see of a program, by what it is.
type snapshot map[string]string

// collector asks a program for everything that is compared.
type collector struct {
	side    side
	machine machine
	list    []replacement

	mu    sync.Mutex
	found snapshot
	// ends are how the calls ended, by their keys.
	ends map[string]string
}

// task is one thing to ask for.
type task struct {
	key string
	run func(ctx context.Context) (string, error)
}

// collect asks for everything, several things at a time.
func (c *collector) collect(ctx context.Context, calls []call) error {
	c.found, c.ends = snapshot{}, map[string]string{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * runtime.NumCPU()) // some of them wait
	for _, t := range append(append(c.offers(), c.commands()...), c.answers(calls)...) {
		group.Go(func() error {
			text, err := t.run(ctx)
			if err != nil {
				return fmt.Errorf("%s of the program %s: %w", t.key, c.side.name, err)
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.found[t.key] = normalized(text, c.list)
			return nil
		})
	}
	return group.Wait()
}

// eras are the protocol revisions in which everything that is offered is listed.
func eras() []string { return []string{mcp.ProtocolVersion20251125, mcp.LATEST_PROTOCOL_VERSION} }

// offers lists what a client is offered, with the settings that change it.
func (c *collector) offers() []task {
	var tasks []task
	for name, flags := range map[string][]string{
		"default":     nil,
		"all":         {"--toolsets", "all", "--allow-secrets"},
		"read-only":   {"--toolsets", "all", "--read-only"},
		"one-project": {"--project", "eshop-staging"},
		"human":       {"--confirm", "human", "--tools", "list_tokens"},
	} {
		for _, era := range eras() {
			tasks = append(tasks, task{"offer/" + name + "/" + era, func(ctx context.Context) (string, error) { return c.offer(ctx, era, flags) }})
		}
	}
	return tasks
}

// offer is what a server sends to a client that asks for all there is.
func (c *collector) offer(ctx context.Context, era string, flags []string) (text string, err error) {
	a, err := openAccount(ctx)
	if err != nil {
		return "", err
	}
	defer a.close()
	s, err := c.machine.open(ctx, c.side.program, serving{args: append([]string{"--api-url", a.running.URL}, flags...), token: simulator.OwnerToken, version: era})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if _, err := s.ListTools(ctx, mcp.ListToolsRequest{}); err != nil {
		return "", fmt.Errorf("list the tools: %w", err)
	}
	if _, err := s.ListResources(ctx, mcp.ListResourcesRequest{}); err != nil {
		return "", fmt.Errorf("list the resources: %w", err)
	}
	if _, err := s.ListResourceTemplates(ctx, mcp.ListResourceTemplatesRequest{}); err != nil {
		return "", fmt.Errorf("list the templates of resources: %w", err)
	}
	if _, err := s.ListPrompts(ctx, mcp.ListPromptsRequest{}); err != nil {
		return "", fmt.Errorf("list the prompts: %w", err)
	}
	return s.sent.take(), nil
}

// answers lists the calls in all forms in which they are made: each by a client,
// one of each tool on the command line, and where a confirmation is needed, in two
// steps and with a person who is asked.
func (c *collector) answers(calls []call) []task {
	var tasks []task
	add := func(key string, run func(ctx context.Context) (string, error)) { tasks = append(tasks, task{key, run}) }
	printed := map[string]bool{"": true}
	for _, one := range calls {
		add("call/"+one.Key, func(ctx context.Context) (string, error) { return c.once(ctx, one) })
		if !printed[one.Tool] {
			printed[one.Tool] = true
			add("shell/"+one.Key, func(ctx context.Context) (string, error) { return c.shell(ctx, one) })
		}
		if !one.Confirms {
			continue
		}
		add("two-step/"+one.Key, func(ctx context.Context) (string, error) { return c.twoStep(ctx, one) })
		for _, era := range eras() {
			add("asked/"+era+"/"+one.Key, func(ctx context.Context) (string, error) { return c.asked(ctx, one, era) })
		}
	}
	return tasks
}

// once makes a call as a client does.
func (c *collector) once(ctx context.Context, one call) (text string, err error) {
	e, err := c.prepare(ctx, one)
	if err != nil {
		return "", err
	}
	defer e.account.close()
	s, err := c.machine.open(ctx, c.side.program, e.serving(one.flags(), mcp.ProtocolVersion20251125))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	text, content, err := s.ask(ctx, e.step)
	c.mu.Lock()
	c.ends[one.Key] = ending(content)
	c.mu.Unlock()
	return text, err
}

// twoStep makes a call that wants a confirmation, and confirms it.
func (c *collector) twoStep(ctx context.Context, one call) (text string, err error) {
	e, err := c.prepare(ctx, one)
	if err != nil {
		return "", err
	}
	defer e.account.close()
	s, err := c.machine.open(ctx, c.side.program, e.serving(generous("two-step"), mcp.ProtocolVersion20251125))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	first, content, err := s.ask(ctx, e.step)
	if err != nil {
		return "", err
	}
	token := confirmation(content)
	if token == "" {
		return first, nil // which differs from a side that asks
	}
	e.step.Args["confirm"] = token
	second, _, err := s.ask(ctx, e.step)
	return first + second, err
}

// asked makes a call with a client that can ask a person, who says no.
func (c *collector) asked(ctx context.Context, one call, era string) (text string, err error) {
	e, err := c.prepare(ctx, one)
	if err != nil {
		return "", err
	}
	defer e.account.close()
	how := e.serving(generous("auto"), era)
	how.asked = saysNo{}
	s, err := c.machine.open(ctx, c.side.program, how)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	text, _, err = s.ask(ctx, e.step)
	return text, err
}

// shell makes a call as a person does in a terminal that is no terminal: a table.
func (c *collector) shell(ctx context.Context, one call) (string, error) {
	e, err := c.prepare(ctx, one)
	if err != nil {
		return "", err
	}
	defer e.account.close()
	args, err := json.Marshal(e.step.Args)
	if err != nil {
		return "", err
	}
	if e.step.Args == nil {
		args = []byte("{}")
	}
	words := append([]string{"call", one.Tool, "--args", string(args), "--output", "table", "--api-url", e.account.running.URL}, one.flags()...)
	return c.machine.print(ctx, c.side.program, words, one.token())
}

// pages are the generated references, as they are read in the repository.
func (c *collector) pages() error {
	for _, name := range []string{"docs/settings.md", "docs/tools.md"} {
		text, err := os.ReadFile(filepath.Join(c.side.source, filepath.FromSlash(name)))
		if errors.Is(err, os.ErrNotExist) {
			continue // a page that one side has not is a difference
		}
		if err != nil {
			return err
		}
		c.found["page/"+name] = string(text)
	}
	return nil
}
