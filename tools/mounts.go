package tools

import (
	"context"
	"fmt"

	"zerops-mcp/zerops"
)

type mountStorageIn struct {
	onService
	Storage string `json:"storage" jsonschema:"minLength=1" jsonschema_description:"hostname or id of the shared storage"`
	waiting
}

type unmountStorageIn struct {
	onService
	Storage string `json:"storage" jsonschema:"minLength=1" jsonschema_description:"hostname or id of the shared storage"`
	Confirm string `json:"confirm,omitempty"`
	waiting
}

type mountChangeOut struct {
	frame
	ServiceID   string `json:"service_id,omitempty"`
	StorageID   string `json:"storage_id,omitempty"`
	Path        string `json:"path,omitempty"`
	MountStatus string `json:"mount_status,omitempty"`
	Mounted     *bool  `json:"mounted,omitempty"`
}

// mountable finds a runtime and a shared storage of the same project.
func (c *call) mountable(ctx context.Context, on onService, storage string) (service, store zerops.Service, err error) {
	if service, err = c.service(ctx, on); err != nil {
		return service, store, err
	}
	if store, err = c.service(ctx, onService{Project: service.ProjectID, Service: storage}); err != nil {
		return service, store, err
	}
	c.serviceID = service.ID
	if store.Type.Category != "SHARED_STORAGE" {
		return service, store, &failure{
			Code:    codeUnsupported,
			Message: fmt.Sprintf("%q is of the kind %s, not a shared storage; nothing was changed", clean(store.Name, 40), clean(store.Type.Category, 40)),
			Hint:    "list_services with category SHARED_STORAGE shows those of the project.",
		}
	}
	return service, store, nil
}

// mountStatus is how the connection stands: empty where there is none.
func mountStatus(s zerops.Service, storageID string) string {
	for _, connected := range s.Connected {
		if connected.Service.ID == storageID {
			return orDash(connected.Status, "ACTIVE")
		}
	}
	return ""
}

func mountOut(f frame, s, store zerops.Service) mountChangeOut {
	status := mountStatus(s, store.ID)
	return mountChangeOut{
		frame: f, ServiceID: s.ID, StorageID: store.ID, Path: "/mnt/" + clean(store.Name, 40), MountStatus: clean(status, 40), Mounted: new(status == "ACTIVE"),
	}
}

func mountStorage(ctx context.Context, c *call, in mountStorageIn) (mountChangeOut, error) {
	s, store, err := c.mountable(ctx, in.onService, in.Storage)
	if err != nil {
		return mountChangeOut{}, err
	}
	if status := mountStatus(s, store.ID); status == "ACTIVE" || status == "CREATING" {
		return mountOut(frame{Status: statusUnchanged, Message: "the storage is connected: " + clean(status, 40)}, s, store), nil
	}
	return c.changeMount(ctx, s, store, in.waiting, c.api.MountStorage, "ACTIVE")
}

func unmountStorage(ctx context.Context, c *call, in unmountStorageIn) (mountChangeOut, error) {
	type mount struct{ service, store zerops.Service }
	m, err := confirm(ctx, c, func(ctx context.Context) (m mount, p *plan, err error) {
		if m.service, m.store, err = c.mountable(ctx, in.onService, in.Storage); err != nil {
			return m, nil, err
		}
		s, store := m.service, m.store
		status := mountStatus(s, store.ID)
		if status == "" || status == "DELETING" {
			return m, nil, idle(mountOut(frame{Status: statusUnchanged, Message: "the storage is not connected"}, s, store))
		}
		path := "/mnt/" + clean(store.Name, 40)
		return m, &plan{
			Summary: fmt.Sprintf("Unmount the storage %q (%s) from the service %q (%s).", clean(store.Name, 40), store.ID, clean(s.Name, 40), s.ID),
			Targets: []planTarget{serviceTarget(s), serviceTarget(store)},
			Loses:   []string{"the service cannot reach its files at " + path + " any more; the files themselves stay"},
			state:   append(serviceFacts(s), is("the status of the mount", status)),
		}, c.guard(ctx, s.ProjectID, s.ID)
	})
	if err != nil {
		return mountChangeOut{}, err
	}
	return c.changeMount(ctx, m.service, m.store, in.waiting, c.api.UnmountStorage, "")
}

// changeMount carries out the change and reads the connection back.
func (c *call) changeMount(ctx context.Context, s, store zerops.Service, w waiting, act func(context.Context, string, string) (zerops.Process, error), wanted string) (mountChangeOut, error) {
	process, err := change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		process, err := act(ctx, s.ID, store.ID)
		if wanted == "" && zerops.HasCode(err, zerops.CodeMountNotFound) {
			err = nil // somebody else was faster
		}
		return process, err
	})
	if err != nil {
		return mountChangeOut{}, err
	}
	f, err := c.follow(ctx, w, process)
	if err != nil {
		return mountChangeOut{}, err
	}
	now, err := c.api.Service(ctx, s.ID)
	if err != nil {
		look := next{Tool: "get_service", Arguments: nextArgs{Service: s.ID}}
		return mountChangeOut{frame: c.unread(ctx, f, err, look), ServiceID: s.ID, StorageID: store.ID}, nil
	}
	if f.Status == statusDone && mountStatus(now, store.ID) != wanted {
		f.Status, f.Message = statusInProgress, "the process has finished, but the service does not show it yet"
		f.Next = &next{Tool: "get_service", Arguments: nextArgs{Service: s.ID}}
	}
	return mountOut(f, now, store), nil
}
