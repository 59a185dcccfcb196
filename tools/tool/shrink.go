package tool

import (
	"encoding/json"
	"strconv"
)

const (
	// shrinkRounds bounds the work of shortening lists; each round takes an eighth
	// of the largest one away.
	shrinkRounds = 100
	// shrinkFrom is how many times the limit an object may have for its lists to
	// be shortened one by one. What is larger is first cut off anywhere.
	shrinkFrom = 8
	// shrinkShare is which part of the whole a list has at least to be worth it.
	shrinkShare = 32
	// shrinkNames bounds the lists that are named as shortened.
	shrinkNames = 5
	// shrinkDepth is how deep a value that is cut off may be.
	shrinkDepth = 64
	// shrinkWords is kept free for saying that something was left out.
	shrinkWords = 400
)

// shrinkJSON shortens the largest list of an object until it fits, and says so.
// It serves results that are one object with several lists. What has too many
// lists, or none, is cut off where the limit is.
func shrinkJSON(raw []byte, limit int) []byte {
	v, err := DecodeJSON(raw)
	object, ok := v.(map[string]any)
	if err != nil || !ok {
		return raw
	}
	cut := false
	if len(raw) > shrinkFrom*limit {
		object, cut = cutOff(object, shrinkFrom*limit), true
		raw = marshalled(object)
	}
	dropped := map[string]int{}
	for range shrinkRounds {
		if len(raw) <= limit {
			break
		}
		largest := largestList(object, "", 0)
		if largest.size < len(raw)/shrinkShare {
			break
		}
		list, _ := largest.parent[largest.key].([]any)
		gone := max(len(list)/8, 1)
		largest.parent[largest.key] = list[:len(list)-gone]
		dropped[largest.name] += gone
		object["truncated"] = leftOut(dropped, cut)
		raw = marshalled(object)
	}
	if len(raw) > limit {
		object = cutOff(object, limit-shrinkWords)
		object["truncated"] = leftOut(dropped, true)
		raw = marshalled(object)
	} else if cut {
		object["truncated"] = leftOut(dropped, true)
		raw = marshalled(object)
	}
	return raw
}

func marshalled(object map[string]any) []byte {
	raw, err := Marshal(object)
	if err != nil {
		return []byte(`{}`)
	}
	return raw
}

// leftOut says what is missing.
func leftOut(dropped map[string]int, cut bool) string {
	words := ""
	for i, name := range SortedKeys(dropped) {
		if i == shrinkNames {
			words += " and others"
			break
		}
		if words != "" {
			words += ", "
		}
		words += strconv.Itoa(dropped[name]) + " of " + Clean(name, 40)
	}
	if cut && words != "" {
		words += ", and "
	}
	if cut {
		words += "all that comes after what is shown"
	}
	return "left out to keep the answer small: " + words
}

// listPlace is where a list is, and how many bytes it has.
type listPlace struct {
	name, key string
	parent    map[string]any
	size      int
}

// largestList finds the non-empty list with the most bytes, at any depth of
// objects.
func largestList(object map[string]any, prefix string, depth int) listPlace {
	var best listPlace
	if depth > shrinkDepth {
		return best
	}
	for _, key := range SortedKeys(object) {
		switch v := object[key].(type) {
		case []any:
			if raw, err := Marshal(v); err == nil && len(v) > 0 && len(raw) > best.size {
				best = listPlace{prefix + key, key, object, len(raw)}
			}
		case map[string]any:
			if found := largestList(v, prefix+key+".", depth+1); found.size > best.size {
				best = found
			}
		}
	}
	return best
}

// cutOff returns as much of an object as fits into so many bytes.
func cutOff(object map[string]any, limit int) map[string]any {
	c := cutter{left: limit}
	kept, _ := c.value(object, 0).(map[string]any)
	if kept == nil {
		kept = map[string]any{}
	}
	return kept
}

// cutter copies a value until nothing is left of its bytes.
type cutter struct{ left int }

// value returns what of v fits, nil where nothing does.
func (c *cutter) value(v any, depth int) any {
	if depth > shrinkDepth {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		c.left -= 2
		kept := make(map[string]any)
		// What an answer is about stands in its short members, whatever their names.
		for _, short := range []bool{true, false} {
			for _, key := range SortedKeys(v) {
				if c.left <= 0 {
					return kept
				}
				if isShort(v[key]) != short {
					continue
				}
				if c.left -= 2*len(key) + 4; c.left <= 0 {
					return kept
				}
				kept[key] = c.value(v[key], depth+1)
			}
		}
		return kept
	case []any:
		c.left -= 2
		kept := []any{}
		for _, item := range v {
			if c.left--; c.left <= 0 {
				break
			}
			kept = append(kept, c.value(item, depth+1))
		}
		return kept
	case string:
		if size := len(quote(v)); size <= c.left {
			c.left -= size
			return v
		}
		v = clipText(v, min(len(v), max(c.left/6-shrinkWords, 0))) // an escaped byte has six
		c.left -= len(quote(v))
		return v
	case json.Number:
		c.left -= len(v)
		return v
	}
	c.left -= len("false")
	return v
}

func isShort(v any) bool {
	switch v := v.(type) {
	case map[string]any, []any:
		return false
	case string:
		return len(v) <= shrinkWords
	}
	return true
}
