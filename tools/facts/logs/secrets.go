package logs

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// LearnServiceSecrets registers the secret variables of services and their projects,
// because applications like to print their configuration. It returns words for the
// answer where some could not be read.
func LearnServiceSecrets(ctx context.Context, c *tool.Call, services []zerops.Service) string {
	var stores []env.Store
	for _, s := range services {
		project := zerops.Project{ID: s.ProjectID, Name: s.Project.Name, OrganizationID: s.Project.OrganizationID}
		if !slices.ContainsFunc(stores, func(known env.Store) bool { return known.Service == nil && known.Project.ID == project.ID }) {
			stores = append(stores, env.Store{Project: project})
		}
		stores = append(stores, env.Store{Project: project, Service: &s})
	}
	return LearnSecrets(ctx, c, stores...)
}

// LearnSecrets registers the secret variables of stores, and of the services that
// they refer to. What cannot be read stays unknown: a log is most wanted when
// things fail, so it is shown all the same, with the words that are returned.
func LearnSecrets(ctx context.Context, c *tool.Call, stores ...env.Store) string {
	variables, err := learnEach(ctx, c, stores)
	others, errOthers := referredTo(ctx, c, stores, variables)
	_, errTheirs := learnEach(ctx, c, others)
	if err = cmp.Or(err, errOthers, errTheirs); err == nil {
		return ""
	}
	return "some variables could not be read, so their values are only hidden where they look like secrets: " + c.Reason(ctx, err)
}

// learnEach registers the secret variables of stores and returns all of each, with
// the first error of any. Plain settings such as "production" are no secrets and
// would only blank words.
func learnEach(ctx context.Context, c *tool.Call, stores []env.Store) ([][]zerops.Variable, error) {
	found := make([][]zerops.Variable, len(stores))
	errs := zerops.FanOut(len(stores), func(i int) (err error) {
		store := stores[i]
		if store.Service != nil {
			found[i], err = c.API.ServiceVariables(ctx, store.Service.ID)
		} else {
			found[i], err = c.API.ProjectVariables(ctx, store.OrganizationID(), store.Project.ID)
		}
		for _, v := range found[i] {
			if env.SecretVariable(v) && !env.IdentityKey(v.Key) {
				c.Redactor.Place(v.Key)
				env.KnowValues(c, []string{v.Content}, store.Names())
			}
		}
		return err
	})
	return found, cmp.Or(errs...)
}

// maxReferred bounds the services that are read because others refer to them.
const maxReferred = 8

// referredTo finds the services whose variables stand in those of stores: an
// application that prints its configuration prints the password of its database.
func referredTo(ctx context.Context, c *tool.Call, stores []env.Store, variables [][]zerops.Variable) (others []env.Store, err error) {
	known := map[string]bool{}
	for _, store := range stores {
		if store.Service != nil {
			known[store.Project.ID+store.Service.Name] = true
		}
	}
	for i, store := range stores {
		for _, v := range variables[i] {
			for _, name := range tool.References(v.Content) {
				hostname, _, prefixed := strings.Cut(name, "_") // a hostname has no underscore
				if !prefixed || !tool.ValidHostname(hostname) || known[store.Project.ID+hostname] || len(known) >= maxReferred+len(stores) {
					continue
				}
				known[store.Project.ID+hostname] = true
				s, failed := c.API.ServiceByName(ctx, store.Project.ID, hostname)
				switch {
				case failed == nil:
					others = append(others, env.Store{Project: store.Project, Service: &s})
				case !errors.Is(failed, zerops.ErrNotFound): // else it is a variable of another kind
					err = cmp.Or(err, failed)
				}
			}
		}
	}
	return others, err
}
