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
	userOnly, err := c.flag("userOnly")
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
		out = append(out, envLine(prefix+v.key, c.resolve(p, own, c.shown(v))))
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

// resolve replaces the references of a text by what they refer to; what refers to
// nothing stays as it is. own is the service that reads, nil for the project.
func (c *call) resolve(p *project, own *service, text string) string {
	for range 16 { // References do not nest deeper, and a circle has to end.
		before, rest, found := strings.Cut(text, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return text
		}
		value, ok := c.reference(p, own, name)
		if !ok {
			return before + "${" + name + "}" + c.resolve(p, own, after)
		}
		text = before + value + after
	}
	return text
}

// reference finds what a name means to a running service: ${KEY} of its own or of the
// project, ${PROJECT_KEY}, and ${host_KEY}. BUILD_KEY means nothing then, and
// RUNTIME_KEY is for builds (platform §10.1).
func (c *call) reference(p *project, own *service, name string) (string, bool) {
	in := func(serviceID, key string) (string, bool) {
		for _, v := range c.world.variablesOf(p.id, serviceID) {
			if v.key == key {
				return c.shown(v), true
			}
		}
		return "", false
	}
	if own != nil {
		if value, ok := in(own.id, name); ok {
			return value, true
		}
	}
	if value, ok := in("", name); ok {
		return value, true
	}
	scope, key, _ := strings.Cut(name, "_")
	if scope == "PROJECT" {
		return in("", key)
	}
	if s := c.world.serviceNamed(p, scope); s != nil {
		return in(s.id, key)
	}
	return "", false
}
