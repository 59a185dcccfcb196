package tools

import (
	"context"
	"fmt"

	"zerops-mcp/zerops"
)

type revealEnvIn struct {
	onEnv
	Key string `json:"key" jsonschema:"minLength=1"`
}

type revealEnvOut struct {
	Key       string `json:"key"`
	Value     string `json:"value"`
	Source    string `json:"source"`
	Sensitive bool   `json:"sensitive"`
}

// revealEnv returns one value. It is the only tool that lets the value of a
// variable past the redactor, and no other value goes with it.
func revealEnv(ctx context.Context, c *call, in revealEnvIn) (revealEnvOut, error) {
	store, err := c.envStore(ctx, in.onEnv)
	if err != nil {
		return revealEnvOut{}, err
	}
	current, err := c.readEnv(ctx, store)
	if err != nil {
		return revealEnvOut{}, err
	}
	found, err := (&envWriter{call: c, store: store, current: current}).find(ctx, in.Key)
	if err != nil {
		return revealEnvOut{}, err
	}
	if found == nil || found.Key != in.Key {
		f := &failure{Code: codeNotFound, Message: fmt.Sprintf("%s has no variable %q", store.label(), clean(in.Key, 120)), Hint: "list_env shows the keys."}
		var names []string
		for _, v := range current {
			names = append(names, v.Key)
		}
		if near := closest(in.Key, names, 1); len(near) > 0 {
			f.Message += fmt.Sprintf("; did you mean %q?", clean(near[0], 120))
		}
		return revealEnvOut{}, f
	}
	if found.Redacted() {
		return revealEnvOut{}, &failure{
			Code: codeForbidden, Message: fmt.Sprintf("the platform withholds the value of %q from this token", clean(in.Key, 120)),
			Hint: "A person can reveal it in the Zerops GUI; tokens with full access to the project usually read it.",
		}
	}
	c.allow(found.Content)
	source := string(found.owner)
	if source == string(zerops.OwnerUnknown) {
		source = string(zerops.OwnerUser)
	}
	return revealEnvOut{Key: found.Key, Value: found.Content, Source: source, Sensitive: found.Sensitive}, nil
}
