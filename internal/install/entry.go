package install

import (
	"bytes"
	"path/filepath"
	"strings"

	"github.com/tailscale/hujson"
)

// entry is our server as a client's configuration describes it.
type entry struct {
	Command string
	Args    []string
	Env     []variable
}

// variable is one that the client sets for the server. None holds a secret.
type variable struct{ Name, Value string }

// member is one name and value of a JSON object that keeps its order.
type member struct {
	name  string
	value any
}

// members lists the entry as a configuration writes it.
func (e entry) members(typed bool) []member {
	var m []member
	if typed {
		m = append(m, member{"type", "stdio"})
	}
	return append(m, member{"command", e.Command}, member{"args", e.Args}, member{"env", e.env()})
}

func (e entry) env() []member {
	env := make([]member, 0, len(e.Env))
	for _, v := range e.Env {
		env = append(env, member{v.Name, v.Value})
	}
	return env
}

// json is the entry on one line, as commands want it.
func (e entry) json(typed bool) string { return string(encode(e.members(typed), "", "")) }

// named is the entry with its name inside, as VS Code wants it.
func (e entry) named() string {
	return string(encode(append([]member{{"name", serverKey}}, e.members(true)...), "", ""))
}

// encode writes a value as JSON. With a unit of indentation it is spread over
// lines, of which all but the first begin with prefix; short lists stay on one.
func encode(v any, prefix, unit string) []byte {
	switch v := v.(type) {
	case []member:
		if len(v) == 0 {
			return []byte("{}")
		}
		var b bytes.Buffer
		b.WriteByte('{')
		for i, m := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if unit != "" {
				b.WriteString("\n" + prefix + unit)
			}
			b.Write(encode(m.name, "", ""))
			b.WriteByte(':')
			if unit != "" {
				b.WriteByte(' ')
			}
			b.Write(encode(m.value, prefix+unit, unit))
		}
		if unit != "" {
			b.WriteString("\n" + prefix)
		}
		b.WriteByte('}')
		return b.Bytes()
	case []string:
		words := make([]string, len(v))
		for i, w := range v {
			words[i] = string(encode(w, "", ""))
		}
		separator := ","
		if unit != "" {
			separator = ", "
		}
		return []byte("[" + strings.Join(words, separator) + "]")
	case string:
		return hujson.String(v)
	default:
		return []byte("null")
	}
}

// ours reports whether an entry of our name starts this program, and not
// another server that somebody calls zerops too.
func ours(command string) bool {
	name := strings.ToLower(filepath.Base(strings.ReplaceAll(command, `\`, "/")))
	return strings.TrimSuffix(name, ".exe") == "zerops-mcp"
}
