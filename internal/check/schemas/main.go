// Command schemas checks JSON files against a JSON schema that is on disk,
// and fetches nothing.
//
//	go run ./internal/check/schemas SCHEMA FILE…
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func main() {
	if err := check(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "schemas:", err)
		os.Exit(1)
	}
}

func check(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: schemas SCHEMA FILE…")
	}
	definition, err := load(args[0])
	if err != nil {
		return err
	}
	const url = "file:///schema.json"
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{})
	compiler.AssertFormat()
	if err := compiler.AddResource(url, definition); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	schema, err := compiler.Compile(url)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	for _, path := range args[1:] {
		value, err := load(path)
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func load(path string) (any, error) {
	f, err := os.Open(path) //nolint:gosec // the path is the caller's own argument
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	value, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return value, nil
}
