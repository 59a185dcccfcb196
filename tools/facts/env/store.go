package env

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// OnStore is the argument pair of tools that work on variables.
type OnStore struct {
	Project string `json:"project,omitempty" jsonschema_description:"id or exact name"`
	Service string `json:"service,omitempty" jsonschema_description:"left out: variables of the project"`
}

// Store is where variables live: a project, or one of its services.
type Store struct {
	Project zerops.Project
	Service *zerops.Service // nil for the project's own
	// siblings are the services of the project, where they are part of the answer.
	Siblings []zerops.Service
}

// OrganizationID is the id of the organization that the store belongs to.
func (s Store) OrganizationID() string { return s.Project.OrganizationID }

// Label names the store for people, with its id.
func (s Store) Label() string {
	if s.Service != nil {
		return "the service \"" + tool.Clean(s.Service.Name, 40) + "\" (" + s.Service.ID + ")"
	}
	return "the project \"" + tool.Clean(s.Project.Name, 80) + "\" (" + s.Project.ID + ")"
}

// Next is the argument pair that leads back to the store.
func (s Store) Next() tool.NextArgs {
	if s.Service != nil {
		return tool.NextArgs{Service: s.Service.ID}
	}
	return tool.NextArgs{Project: s.Project.ID}
}

// Running are the services that run with the values of the store until they are
// restarted (platform §4.9). Those of a project reach all its services.
func (s Store) Running() []zerops.Service {
	of := s.Siblings
	if s.Service != nil {
		of = []zerops.Service{*s.Service}
	}
	return slices.DeleteFunc(slices.Clone(of), func(s zerops.Service) bool {
		return !s.Runtime() || s.Hidden() || s.ActiveVersion == nil || s.Status == "STOPPED"
	})
}

// FindStore finds what the argument pair means.
func FindStore(ctx context.Context, c *tool.Call, on OnStore) (Store, error) {
	if on.Service == "" {
		project := on.Project
		if project == "" {
			all, err := c.ReachableProjects(ctx, zerops.ListOptions{})
			if err != nil {
				return Store{}, err
			}
			if len(all.Projects) != 1 {
				return Store{}, tool.Invalid("project", "is required, because the token reaches %d projects; or give the id of a service", len(all.Projects))
			}
			project = all.Projects[0].ID
		}
		p, err := c.Project(ctx, project)
		return Store{Project: p}, err
	}
	s, err := c.Service(ctx, tool.OnService(on))
	if err != nil {
		return Store{}, err
	}
	if s.Hidden() {
		return Store{}, &tool.Failure{Code: request.CodeUnsupported, Message: "the service belongs to the platform itself and has no variables of its own"}
	}
	p, err := c.API.Project(ctx, s.ProjectID)
	if err != nil {
		return Store{}, err
	}
	return Store{Project: p, Service: &s}, nil
}

// Variable is a variable with who owns it settled.
type Variable struct {
	zerops.Variable
	Owner zerops.VariableOwner
}

// IsEditable reports whether the variable can be written or deleted by hand.
func (v Variable) IsEditable() bool {
	switch v.Owner {
	case zerops.OwnerUser:
		return true
	case zerops.OwnerPlatform:
		return v.Editable != nil && *v.Editable || v.Type == "EDITABLE"
	case zerops.OwnerYAML, zerops.OwnerUnknown:
	}
	return false
}

// Read lists the variables of a store and makes their values known to the
// redactor. The list of a project trails writes by about a second.
func Read(ctx context.Context, c *tool.Call, s Store) ([]Variable, error) {
	owned, unsettled, err := ReadOwned(ctx, c, s)
	if err = cmp.Or(err, unsettled); err != nil {
		return nil, err
	}
	return owned, nil
}

// ReadOwned is readEnv for those who can do without owners: unsettled tells why
// those of some variables stay unknown.
func ReadOwned(ctx context.Context, c *tool.Call, s Store) (owned []Variable, unsettled, err error) {
	variables, err := readVariables(ctx, c, s)
	if err != nil {
		return nil, nil, err
	}
	owned, unsettled = settleOwners(ctx, c, s, variables)
	KnowVariables(c, s, owned)
	return owned, unsettled, nil
}

// settleOwners decides between the user and zerops.yaml where an answer leaves
// it open, by what the active deployment brought along. Where that cannot be read
// it stays open.
func settleOwners(ctx context.Context, c *tool.Call, s Store, variables []zerops.Variable) ([]Variable, error) {
	owned := make([]Variable, 0, len(variables))
	open := false
	for _, v := range variables {
		owner := v.Owner()
		if owner == zerops.OwnerUnknown && s.Service == nil {
			owner = zerops.OwnerUser // a project has no zerops.yaml
		}
		open = open || owner == zerops.OwnerUnknown
		owned = append(owned, Variable{Variable: v, Owner: owner})
	}
	if !open {
		return owned, nil
	}
	var baked []zerops.Variable
	if s.Service.ActiveVersion != nil {
		version, err := c.API.AppVersion(ctx, s.Service.ActiveVersion.ID)
		if err != nil {
			return owned, err
		}
		baked = version.Variables
	}
	for i, v := range owned {
		if v.Owner != zerops.OwnerUnknown {
			continue
		}
		owned[i].Owner = zerops.OwnerUser
		if slices.ContainsFunc(baked, func(b zerops.Variable) bool { return b.Key == v.Key }) {
			owned[i].Owner = zerops.OwnerYAML
		}
	}
	return owned, nil
}

// KnowVariables registers values with the redactor. What names the objects of
// the call is no secret and would only blank names and ids: ids and hostnames that
// the platform keeps as variables, and references.
func KnowVariables(c *tool.Call, s Store, variables []Variable) {
	c.Redactor.Public(s.Names())
	for _, v := range variables {
		KnowVariable(c, v.Variable)
	}
}

// KnowVariable registers the value of one variable, and its place where it is a secret.
func KnowVariable(c *tool.Call, v zerops.Variable) {
	if IdentityKey(v.Key) && v.Owner() == zerops.OwnerPlatform {
		return
	}
	if SecretVariable(v) {
		c.Redactor.Place(v.Key)
	}
	c.Redactor.Know(v.Content)
}

// SecretVariable reports a variable whose value is a secret: it is marked so, or
// named after one.
func SecretVariable(v zerops.Variable) bool { return v.Sensitive || SecretKey(v.Key) }

// KnowTexts registers values of the account that were read out of a text.
func KnowTexts(c *tool.Call, values []string, public ...string) {
	c.Redactor.Public(public...)
	for _, value := range values {
		c.Redactor.Know(zerops.NewSecret(value))
	}
}

// SendValues registers values that the call sends, before an error could quote
// them, except those that are part of public names.
func SendValues(c *tool.Call, values []string, public ...string) {
	names := strings.Join(public, " ")
	c.Redactor.Public(public...)
	for _, value := range values {
		if tool.OnlyReferences(value) || strings.Contains(names, value) {
			continue
		}
		c.Redactor.Send(append(tool.LongLines(value), value)...)
	}
}

// Names are the public names and ids of a store.
func (s Store) Names() string {
	names := []string{s.Project.ID, s.Project.Name, s.Project.OrganizationID, s.Project.SubdomainHost, s.Project.PublicZone}
	services := s.Siblings
	if s.Service != nil {
		services = append([]zerops.Service{*s.Service}, services...)
	}
	for _, service := range services {
		names = append(names, service.ID, service.Name, service.Type.Version, service.Type.Category)
	}
	return strings.Join(names, " ")
}

// IdentityKey knows the keys under which the platform keeps names and ids.
func IdentityKey(key string) bool {
	switch key {
	case "hostname", "serviceId", "projectId", "appVersionId", "appVersionName", "zeropsSubdomain", "zeropsSubdomainHost",
		"zeropsSubdomainString", "port", "host", "user", "dbName", "PATH", "startCommand", "envIsolation", "sshIsolation", "projectName", "serviceName":
		return true
	}
	return false
}

// SecretKey knows the names that secrets go by.
func SecretKey(key string) bool {
	if slices.ContainsFunc(tool.KeyWords(key), tool.ShortSecretWord) {
		return true
	}
	key = strings.ToLower(key)
	return slices.ContainsFunc([]string{"pass", "secret", "token", "key", "credential", "private", "dsn", "connectionstring", "database_url", "auth"},
		func(word string) bool { return strings.Contains(key, word) })
}
