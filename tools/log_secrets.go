package tools

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// learnLogSecrets registers the secret variables of services and their projects,
// because applications like to print their configuration. It returns words for the
// answer where some could not be read.
func (c *call) learnLogSecrets(ctx context.Context, services []zerops.Service) string {
	var stores []envStore
	for _, s := range services {
		project := zerops.Project{ID: s.ProjectID, Name: s.Project.Name, OrganizationID: s.Project.OrganizationID}
		if !slices.ContainsFunc(stores, func(known envStore) bool { return known.service == nil && known.project.ID == project.ID }) {
			stores = append(stores, envStore{project: project})
		}
		stores = append(stores, envStore{project: project, service: &s})
	}
	return c.learnSecrets(ctx, stores...)
}

// learnSecrets registers the secret variables of stores, and of the services that
// they refer to. What cannot be read stays unknown: a log is most wanted when
// things fail, so it is shown all the same, with the words that are returned.
func (c *call) learnSecrets(ctx context.Context, stores ...envStore) string {
	variables, err := c.learnEach(ctx, stores)
	others, errOthers := c.referredTo(ctx, stores, variables)
	_, errTheirs := c.learnEach(ctx, others)
	if err = cmp.Or(err, errOthers, errTheirs); err == nil {
		return ""
	}
	return "some variables could not be read, so their values are only hidden where they look like secrets: " + c.reason(ctx, err)
}

// learnEach registers the secret variables of stores and returns all of each, with
// the first error of any. Plain settings such as "production" are no secrets and
// would only blank words.
func (c *call) learnEach(ctx context.Context, stores []envStore) ([][]zerops.Variable, error) {
	found := make([][]zerops.Variable, len(stores))
	errs := zerops.FanOut(len(stores), func(i int) (err error) {
		store := stores[i]
		if store.service != nil {
			found[i], err = c.api.ServiceVariables(ctx, store.service.ID)
		} else {
			found[i], err = c.api.ProjectVariables(ctx, store.organizationID(), store.project.ID)
		}
		for _, v := range found[i] {
			if secretVariable(v) && !identityKey(v.Key) {
				c.redactor.place(v.Key)
				c.knowValues([]string{v.Content}, store.names())
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
func (c *call) referredTo(ctx context.Context, stores []envStore, variables [][]zerops.Variable) (others []envStore, err error) {
	known := map[string]bool{}
	for _, store := range stores {
		if store.service != nil {
			known[store.project.ID+store.service.Name] = true
		}
	}
	for i, store := range stores {
		for _, v := range variables[i] {
			for _, name := range referencesIn(v.Content) {
				hostname, _, prefixed := strings.Cut(name, "_") // a hostname has no underscore
				if !prefixed || !validHostname(hostname) || known[store.project.ID+hostname] || len(known) >= maxReferred+len(stores) {
					continue
				}
				known[store.project.ID+hostname] = true
				s, failed := c.api.ServiceByName(ctx, store.project.ID, hostname)
				switch {
				case failed == nil:
					others = append(others, envStore{project: store.project, service: &s})
				case !errors.Is(failed, zerops.ErrNotFound): // else it is a variable of another kind
					err = cmp.Or(err, failed)
				}
			}
		}
	}
	return others, err
}

// secretKey knows the names that secrets go by.
func secretKey(key string) bool {
	if slices.ContainsFunc(keyWords(key), shortSecretWord) {
		return true
	}
	key = strings.ToLower(key)
	return slices.ContainsFunc([]string{"pass", "secret", "token", "key", "credential", "private", "dsn", "connectionstring", "database_url", "auth"},
		func(word string) bool { return strings.Contains(key, word) })
}
