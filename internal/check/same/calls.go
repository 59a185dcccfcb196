package same

import (
	"bytes"
	_ "embed" // the table of calls
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"zerops-mcp/zerops/simulator"
)

//go:embed testdata/calls.json
var callTable []byte

// step is one request of a client: of a tool, a resource, a prompt or a
// completion.
type step struct {
	Tool string         `json:"tool,omitempty"`
	Args map[string]any `json:"args,omitempty"`

	Resource string `json:"resource,omitempty"`

	Prompt string            `json:"prompt,omitempty"`
	With   map[string]string `json:"with,omitempty"`

	// Complete is the prompt, or the template of a resource, whose Argument is
	// completed; With are the arguments that are already given.
	Complete string `json:"complete,omitempty"`
	Argument string `json:"argument,omitempty"`
	Value    string `json:"value,omitempty"`
}

// preparation is a call before the call, of which a value is kept: the first item
// whose members have the values of Where, or the last one, and of it the member
// Take. A later argument "${Keep}" stands for it.
type preparation struct {
	step
	Keep  string         `json:"keep,omitempty"`
	Where map[string]any `json:"where,omitempty"`
	Last  bool           `json:"last,omitempty"`
	Take  string         `json:"take,omitempty"`
}

// call is an example: what is asked, of which account, and how it has to end.
type call struct {
	// Key names the call in reports and in allowed.json.
	Key string `json:"key"`
	step
	Before []preparation `json:"before,omitempty"`
	// Flags replace those with which every tool exists and acts at once.
	Flags []string `json:"flags,omitempty"`
	// Token replaces the owner's; "none" is no token.
	Token string `json:"token,omitempty"`
	// Ends is the status of a change, or the code of an error; empty for a read that
	// works.
	Ends string `json:"ends,omitempty"`
	// Confirms marks calls that want a confirmation without --confirm never.
	Confirms bool `json:"confirms,omitempty"`
}

// readCalls reads the table of calls.
func readCalls(table []byte) ([]call, error) {
	var file struct {
		Calls []call `json:"calls"`
	}
	decoder := json.NewDecoder(bytes.NewReader(table))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("the table of calls: %w", err)
	}
	known := map[string]bool{}
	for _, c := range file.Calls {
		if c.Key == "" || known[c.Key] {
			return nil, fmt.Errorf("the table of calls: the key %q is missing or not the only one", c.Key)
		}
		known[c.Key] = true
	}
	return file.Calls, nil
}

// generous are the flags with which every tool exists, confirmed in a given way.
func generous(confirm string) []string {
	return []string{"--toolsets", "all", "--allow-secrets", "--confirm", confirm}
}

// flags are those of the call, else those with which every tool acts at once.
func (c call) flags() []string {
	if c.Flags != nil {
		return c.Flags
	}
	return generous("never")
}

func (c call) token() string {
	switch c.Token {
	case "":
		return simulator.OwnerToken
	case "none":
		return ""
	}
	return c.Token
}

// names knows what "${…}" stands for: ids of the account, and what was kept.
type names struct {
	account *account
	kept    map[string]any
}

// filled returns a value in which all names are replaced.
func (n names) filled(value any) (any, error) {
	switch v := value.(type) {
	case string:
		return n.text(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			var err error
			if out[i], err = n.filled(v[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for key := range v {
			var err error
			if out[key], err = n.filled(v[key]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return value, nil
}

// text replaces the names in a text. Names that the account does not have are an
// error: the call would not mean what it meant.
func (n names) text(text string) (string, error) {
	var unknown error
	out := regexp.MustCompile(`\$\{([^}]*)\}`).ReplaceAllStringFunc(text, func(found string) string {
		name := found[2 : len(found)-1]
		kind, rest, _ := strings.Cut(name, ":")
		value := ""
		switch kind {
		case "project":
			value = n.account.ProjectID(rest)
		case "service":
			project, hostname, _ := strings.Cut(rest, "/")
			value = n.account.ServiceID(project, hostname)
		case "org":
			value = n.account.OrgID(rest)
		case "secret":
			value = simulator.AdminToken
		default:
			value, _ = n.kept[name].(string)
		}
		if value == "" {
			unknown = fmt.Errorf("nothing on the simulated account is called %s", found)
		}
		return value
	})
	return out, unknown
}

// step replaces the names in a request.
func (n names) step(s step) (step, error) {
	args, err := n.filled(s.Args)
	if err != nil {
		return s, err
	}
	if s.Args != nil {
		s.Args, _ = args.(map[string]any)
	}
	s.Resource, err = n.text(s.Resource)
	return s, err
}

// keep takes a value out of the answer to a preparation.
func (p preparation) keep(answer []byte) (any, error) {
	var list struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, fmt.Errorf("%s: %w: %.300s", p.Tool, err, answer)
	}
	var found map[string]any
	for _, item := range list.Items {
		fits := true
		for key, want := range p.Where {
			fits = fits && item[key] == want
		}
		if fits && (found == nil || p.Last) {
			found = item
		}
	}
	if value, ok := found[p.Take].(string); ok && value != "" {
		return value, nil
	}
	return nil, fmt.Errorf("%s: no item has %s and %s: %.300s", p.Tool, p.Take, fmt.Sprint(p.Where), answer)
}

// confirmation finds the token in an answer that wants a confirmation; "" where
// it does not.
func confirmation(answer []byte) string {
	var object struct {
		Confirm string `json:"confirm"`
	}
	_ = json.Unmarshal(answer, &object) // any other answer has no token
	return object.Confirm
}

// ending is how an answer ended: the code of its error or the status of its
// change.
func ending(answer []byte) string {
	var object struct {
		Status any `json:"status"`
		Error  struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(answer, &object) != nil {
		return ""
	}
	if object.Error.Code != "" {
		return object.Error.Code
	}
	status, _ := object.Status.(string)
	return status
}
