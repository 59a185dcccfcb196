package simulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// generic answers an operation that has no state here with an answer of the right
// shape: ids of the path, the first word of each enumeration, zero values.
func (s *Simulator) generic(known *catalogue, spec *operationSpec) handler {
	return func(c *call) (any, error) {
		if err := c.mayUse(spec); err != nil {
			return nil, err
		}
		switch spec.returns {
		case "Success":
			return success(), nil
		case "FileDownload":
			return download{contentType: "application/octet-stream", name: "file.bin", data: []byte("simulated file\n")}, nil
		}
		answer := c.shaped(known, spec.returns, 0)
		if id := c.path("id"); id != "" {
			if _, has := answer["id"]; has {
				answer["id"] = id
			}
		}
		return answer, nil
	}
}

// shaped makes an object of the named shape.
func (c *call) shaped(known *catalogue, name string, depth int) object {
	answer := object{}
	fields := known.shapes[name]
	for _, field := range slices.Sorted(maps.Keys(fields)) { // ids are drawn in this order
		answer[field] = c.shapedValue(known, field, fields[field], depth)
	}
	return answer
}

func (c *call) shapedValue(known *catalogue, field, kind string, depth int) any {
	switch kind {
	case "null":
		return nil
	case "id":
		return c.world.ids.next()
	case "text":
		return c.shapedText(field)
	case "email":
		return "someone@example.com"
	case "int", "float":
		return 0
	case "bool":
		return false
	case "time":
		return stamp(c.world.now)
	case "map":
		return object{}
	}
	if first, ok := strings.CutPrefix(kind, "enum:"); ok {
		return first
	}
	if strings.HasPrefix(kind, "[]") {
		return []any{}
	}
	if depth > 4 {
		return nil
	}
	return c.shaped(known, kind, depth+1)
}

// mayUse checks what the path of an operation tells about its object: that it
// exists and that the caller may do this to it.
func (c *call) mayUse(spec *operationSpec) error {
	what := toRead
	if spec.method != http.MethodGet {
		what = toWrite
	}
	area, _, _ := strings.Cut(strings.TrimPrefix(spec.path, "/"), "/")
	var err error
	switch {
	case c.who == nil:
	case strings.HasPrefix(spec.path, "/client/{id}/card-payment"), area == "billing":
		err = c.mayUseMoney(what)
	case strings.HasPrefix(spec.path, "/client/{") && what == toWrite:
		_, err = c.administered()
	case strings.HasPrefix(spec.path, "/client/{"):
		_, _, err = c.org()
	case strings.HasPrefix(spec.path, "/project/{"):
		_, err = c.project(what)
	case strings.HasPrefix(spec.path, "/service-stack/{"):
		_, err = c.service(what)
	case strings.HasPrefix(spec.path, "/app-version/{"):
		_, _, err = c.version(what)
	case area == "2fa", area == "auth", area == "user", area == "avatar", area == "webauthn", area == "github", area == "gitlab":
		err = c.personal()
	}
	return err
}

// mayUseMoney checks the finance rights in the organisation of the path.
func (c *call) mayUseMoney(what need) error {
	id := c.path("id")
	if clientID := c.path("clientId"); clientID != "" {
		id = clientID
	}
	_, m, err := c.orgByID(id)
	if err == nil && (!m.viewFinances || what == toWrite && !m.editFinances) {
		err = insufficient()
	}
	return err
}

// shapedText is a text of a generic answer. What would be a credential is a secret
// of this account.
func (c *call) shapedText(field string) string {
	switch field {
	case "accessToken", "refreshToken", "token", "clientSecret", "code", "qrcode", "url", "githubUrl", "gitlabUrl":
		return c.world.secret("generic")
	default:
		return "simulated " + field
	}
}
