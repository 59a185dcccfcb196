package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// compareShape holds an answer to the type that the SDK decodes it into: what the type
// takes for granted has to be there, and words have to be among those of their
// enumeration. The SDK itself notices neither.
func compareShape(t reflect.Type, raw any, place string) []finding {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case raw == nil:
		return nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		list, _ := raw.([]any)
		var found []finding
		for _, item := range list {
			found = append(found, compareShape(t.Elem(), item, place)...)
		}
		return found
	case t.Kind() == reflect.String && strings.HasSuffix(t.PkgPath(), "/types/enum"):
		return compareWord(t, raw, place)
	case t.Kind() != reflect.Struct || !strings.HasSuffix(t.PkgPath(), "/dto/output"):
		return nil // a value of the SDK, which has decoded itself
	}
	object, ok := raw.(map[string]any)
	if !ok {
		return []finding{{key: t.Name(), problem: fmt.Sprintf("%T instead of an object", raw)}}
	}
	var found []finding
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		at := t.Name() + "." + name
		value, given := object[name]
		switch {
		case value != nil:
			found = append(found, compareShape(field.Type, value, at)...)
		case !mayBeNull(field.Type):
			found = append(found, finding{key: at, problem: fmt.Sprintf("is missing (given: %v)", given)})
		case !given:
			found = append(found, finding{key: at, problem: "is left out instead of null"})
		}
	}
	return found
}

// mayBeNull reports what the SDK reads as nothing.
func mayBeNull(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface || strings.HasSuffix(t.Name(), "Null") || t == reflect.TypeFor[json.RawMessage]() || strings.HasPrefix(t.Name(), "JsonRawMessage")
}

// compareWord holds a word to its enumeration.
func compareWord(t reflect.Type, raw any, place string) []finding {
	word, _ := raw.(string)
	all := reflect.Zero(t).MethodByName("Values").Call(nil)[0]
	var words []string
	for i := range all.Len() {
		words = append(words, all.Index(i).String())
	}
	if slices.Contains(words, word) {
		return nil
	}
	return []finding{{key: place + "=" + word, problem: fmt.Sprintf("is none of %v", words)}}
}
