package simulator

import "strings"

// generic answers an operation that has no state here with an answer of the right
// shape: ids of the path, the first word of each enumeration, zero values.
func (s *Simulator) generic(known *catalogue, spec *operationSpec) handler {
	return func(c *call) (any, error) {
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
	for field, kind := range known.shapes[name] {
		answer[field] = c.shapedValue(known, field, kind, depth)
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
		return "simulated " + field
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
