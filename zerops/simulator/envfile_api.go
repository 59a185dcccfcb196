package simulator

import "strings"

func envFileRoutes() []route {
	return []route{
		{op: "GetProjectEnvFile", handle: getEnvFile},
		{op: "GetProjectEnvFileDownload", handle: downloadEnvFile},
	}
}

func getEnvFile(c *call) (any, error) {
	text, err := c.envFile()
	if err != nil {
		return nil, err
	}
	return object{"envFile": text}, nil
}

func downloadEnvFile(c *call) (any, error) {
	text, err := c.envFile()
	if err != nil {
		return nil, err
	}
	return download{contentType: "text/plain; charset=utf-8", name: ".env", data: []byte(text)}, nil
}

// envFile renders the variables that a service sees, or those of the project where
// no service is named, as dotenv with the references resolved.
func (c *call) envFile() (string, error) {
	p, err := c.project(toRead)
	if err != nil {
		return "", err
	}
	userOnly, _, err := c.flag("userOnly")
	if err != nil {
		return "", err
	}
	w := c.world
	var own *service
	if name := c.query.Get("name"); name != "" {
		if own = w.serviceNamed(p, name); own == nil {
			return "", missing("serviceStackNotFound", "Service stack")
		}
	}
	var out []string
	add := func(prefix string, v *variable) {
		if userOnly && v.system {
			return
		}
		out = append(out, envLine(prefix+v.key, c.resolve(p, c.shown(v))))
	}
	for _, v := range w.variablesOf(p.id, "") {
		add("", v)
	}
	for _, s := range w.servicesOf(p) {
		for _, v := range w.variablesOf(p.id, s.id) {
			switch {
			case own != nil && s.id == own.id:
				add("", v)
			case c.query.Get("overrideEnvIsolation") == "none" && !s.system:
				add(s.name+"_", v)
			}
		}
	}
	return strings.Join(out, "\n") + "\n", nil
}

// resolve replaces ${host_KEY} and ${KEY} by what they refer to; what refers to
// nothing stays as it is.
func (c *call) resolve(p *project, text string) string {
	for range 16 { // References do not nest deeper, and a circle has to end.
		before, rest, found := strings.Cut(text, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return text
		}
		value, ok := c.reference(p, name)
		if !ok {
			return before + "${" + name + "}" + c.resolve(p, after)
		}
		text = before + value + after
	}
	return text
}

func (c *call) reference(p *project, name string) (string, bool) {
	for _, v := range c.world.variablesOf(p.id, "") {
		if v.key == name {
			return c.shown(v), true
		}
	}
	host, key, _ := strings.Cut(name, "_")
	s := c.world.serviceNamed(p, host)
	if s == nil {
		return "", false
	}
	for _, v := range c.world.variablesOf(p.id, s.id) {
		if v.key == key {
			return c.shown(v), true
		}
	}
	return "", false
}
