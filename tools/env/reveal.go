package env

import (
	"context"
	"errors"
	"fmt"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type revealEnvIn struct {
	env.OnStore
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
func revealEnv(ctx context.Context, c *tool.Call, in *revealEnvIn) (*revealEnvOut, error) {
	store, err := env.FindStore(ctx, c, in.OnStore)
	if err != nil {
		return nil, err
	}
	current, err := env.Read(ctx, c, store)
	if err != nil {
		return nil, err
	}
	found, err := (&envWriter{call: c, store: store, current: current}).find(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	if found == nil || found.Key != in.Key {
		f := &tool.Failure{Code: request.CodeNotFound, Message: fmt.Sprintf("%s has no variable %q", store.Label(), tool.Clean(in.Key, 120)), Hint: "list_env shows the keys."}
		var names []string
		for _, v := range current {
			names = append(names, v.Key)
		}
		if near := tool.Closest(in.Key, names, 1); len(near) > 0 {
			f.Message += fmt.Sprintf("; did you mean %q?", tool.Clean(near[0], 120))
		}
		return nil, f
	}
	if found.Content.Withheld() {
		found, err = reveal(ctx, c, store, *found)
		if err != nil {
			return nil, err
		}
	}
	if found.Content.Withheld() {
		return nil, &tool.Failure{
			Code: request.CodeForbidden, Message: fmt.Sprintf("the platform withholds the value of %q from this token", tool.Clean(in.Key, 120)),
			Hint: "A person can reveal it in the Zerops GUI; tokens with full access to the project usually read it.",
		}
	}
	value := found.Content.OpenForCaller()
	c.Allow(value)
	source := string(found.Owner)
	if source == string(zerops.OwnerUnknown) {
		source = string(zerops.OwnerUser)
	}
	return &revealEnvOut{Key: found.Key, Value: value, Source: source, Sensitive: found.Sensitive}, nil
}

// reveal asks for a value that a plain read withholds. A platform that refuses, or that
// does not know the question, leaves it withheld.
func reveal(ctx context.Context, c *tool.Call, store env.Store, withheld env.Variable) (*env.Variable, error) {
	ask := c.API.RevealProjectVariable
	if store.Service != nil {
		ask = c.API.RevealServiceVariable
	}
	shown, err := ask(ctx, withheld.ID)
	if refusal, refused := errors.AsType[*zerops.Error](err); refused && refusal.Definite() {
		return &withheld, nil
	}
	if err != nil {
		return nil, err
	}
	if shown.Key != withheld.Key {
		return &withheld, nil // not an answer to this question
	}
	withheld.Content = shown.Content
	env.KnowVariables(c, store, []env.Variable{withheld})
	return &withheld, nil
}
