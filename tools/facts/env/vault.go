package env

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

const (
	// vaultLife is how long the variables of a project are remembered.
	vaultLife = time.Minute
	// maxVaults bounds the projects that are remembered, maxVaultServices the services of
	// one whose variables are read.
	maxVaults        = 64
	maxVaultServices = 100
	// vaultTime bounds the reading of one project.
	vaultTime = 15 * time.Second
)

// Vault remembers the variables of projects for a minute, for the redactors of the
// calls that show words of the platform. Each caller has what his token may read.
type Vault struct {
	mu      sync.Mutex
	entries map[vaultKey]*vaultEntry
}

type vaultKey struct{ caller, project string }

type vaultEntry struct {
	read      time.Time
	variables []zerops.Variable
	public    []string        // names and ids of the project and its services
	names     map[string]bool // of the variables, as references write them
	err       error           // why some could not be read
}

// Learn makes the variables of a project and of all its services known to the redactor
// of a call, and returns their names as references write them. The error tells why some
// could not be read.
func (v *Vault) Learn(ctx context.Context, c *tool.Call, projectID string) (names map[string]bool, err error) {
	key := vaultKey{c.Credential.CallerID(), projectID}
	v.mu.Lock()
	entry := v.entries[key]
	v.mu.Unlock()
	if entry == nil || time.Since(entry.read) >= vaultLife {
		entry = readVault(ctx, c, projectID)
		if entry.err == nil {
			v.keep(key, entry)
		}
	}
	c.Redactor.Public(entry.public...)
	for _, variable := range entry.variables {
		KnowVariable(c, variable)
	}
	return entry.names, entry.err
}

// Forget drops what is known of a caller, who is about to change something.
func (v *Vault) Forget(c *tool.Call) {
	caller := c.Credential.CallerID()
	v.mu.Lock()
	defer v.mu.Unlock()
	for key := range v.entries {
		if key.caller == caller {
			delete(v.entries, key)
		}
	}
}

func (v *Vault) keep(key vaultKey, entry *vaultEntry) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.entries == nil || len(v.entries) >= maxVaults {
		v.entries = map[vaultKey]*vaultEntry{}
	}
	v.entries[key] = entry
}

// readVault reads the services of a project, and then the variables of all side by side.
// Those of zerops.yaml are among them (platform §4.9).
func readVault(ctx context.Context, c *tool.Call, projectID string) *vaultEntry {
	ctx, cancel := context.WithTimeout(ctx, vaultTime)
	defer cancel()
	services, _, err := zerops.Collect(c.API.ProjectServices(ctx, projectID, zerops.ListOptions{}), 0)
	store := Store{Project: zerops.Project{ID: projectID}}
	stores := []Store{store}
	for _, s := range services {
		if s.Hidden() {
			continue
		}
		stores[0].Project.OrganizationID = cmp.Or(stores[0].Project.OrganizationID, s.OrganizationID, s.Project.OrganizationID)
		store.Service = &s
		stores = append(stores, store)
	}
	if stores[0].Project.OrganizationID == "" && err == nil {
		stores[0].Project, err = c.API.Project(ctx, projectID)
	}
	entry := &vaultEntry{read: time.Now(), names: map[string]bool{}, err: err}
	if len(stores) > maxVaultServices+1 {
		entry.err = cmp.Or(err, fmt.Errorf("the project has %d services, and those of %d were read", len(stores)-1, maxVaultServices))
		stores = stores[:maxVaultServices+1]
	}
	found := make([][]zerops.Variable, len(stores))
	errs := zerops.FanOut(len(stores), func(i int) (err error) {
		found[i], err = readVariables(ctx, c, stores[i])
		return err
	})
	for i, s := range stores {
		entry.public = append(entry.public, s.Names())
		for _, variable := range found[i] {
			if s.Service != nil {
				entry.names[s.Service.Name+"_"+variable.Key] = true
			} else {
				entry.names[variable.Key], entry.names["PROJECT_"+variable.Key] = true, true
			}
		}
		entry.variables = append(entry.variables, found[i]...)
		entry.err = cmp.Or(entry.err, errs[i])
	}
	return entry
}

func readVariables(ctx context.Context, c *tool.Call, s Store) ([]zerops.Variable, error) {
	if s.Service != nil {
		return c.API.ServiceVariables(ctx, s.Service.ID)
	}
	return c.API.ProjectVariables(ctx, s.OrganizationID(), s.Project.ID)
}
