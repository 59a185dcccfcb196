package install

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/tailscale/hujson"
)

// Installed is an entry for this program in some client's configuration.
type Installed struct {
	// Client is the name to install under, Title the name for people.
	Client, Title string
	Path          string
	Command       string
	Args          []string
	// Env holds NAME=VALUE pairs, values of which may be secret.
	Env []string
	// Problem says why the configuration cannot be read; empty otherwise.
	Problem string
}

// Find looks for this program in the configurations of all clients.
func Find(s System) []Installed {
	if s.Home == "" {
		return nil
	}
	var found []Installed
	for _, c := range clients() {
		for _, path := range c.files(s) {
			if _, err := os.Stat(path); err != nil {
				continue
			}
			i := Installed{Client: c.name, Title: c.title, Path: path}
			content, err := readConfig(path)
			if err == nil && c.toml {
				err = i.fromTOML(c, content)
			} else if err == nil {
				err = i.fromJSON(c, content)
			}
			switch {
			case err != nil:
				// A broken file without our name in it is not our business.
				if strings.Contains(string(content), serverKey) {
					i.Problem = err.Error()
					found = append(found, i)
				}
			case ours(i.Command):
				found = append(found, i)
			}
		}
	}
	return found
}

func (i *Installed) fromJSON(c client, content []byte) error {
	d, err := parseDocument(content)
	if err != nil {
		return err
	}
	i.Command, _ = d.get(c.section, serverKey, "command")
	root, err := d.parse()
	if err != nil {
		return err
	}
	if v := root.Find("/" + c.section + "/" + serverKey + "/args"); v != nil {
		if list, ok := v.Value.(*hujson.Array); ok {
			for _, e := range list.Elements {
				if literal, ok := e.Value.(hujson.Literal); ok {
					i.Args = append(i.Args, literal.String())
				}
			}
		}
	}
	if v := root.Find("/" + c.section + "/" + serverKey + "/env"); v != nil {
		if o, ok := v.Value.(*hujson.Object); ok {
			for _, m := range o.Members {
				name, _ := m.Name.Value.(hujson.Literal)
				value, _ := m.Value.Value.(hujson.Literal)
				i.Env = append(i.Env, name.String()+"="+value.String())
			}
		}
	}
	return nil
}

func (i *Installed) fromTOML(c client, content []byte) error {
	e, err := readTOML(content, c.section)
	i.Command, i.Args, i.Env = e.command, e.args, e.env
	return err
}

// Executable reports whether the entry's command can be started at all.
func (i *Installed) Executable(s System) bool {
	if filepath.IsAbs(i.Command) {
		info, err := os.Stat(i.Command)
		return err == nil && info.Mode().IsRegular() && (s.OS == "windows" || info.Mode().Perm()&0o111 != 0)
	}
	return client{own: i.Command}.ownProgram(s) != ""
}

// TokenFile is the file that the entry names, "" where it names none.
func (i *Installed) TokenFile() string {
	for _, pair := range i.Env {
		if path, ok := strings.CutPrefix(pair, "ZEROPS_TOKEN_FILE="); ok {
			return path
		}
	}
	return ""
}
