package storage

import (
	"context"
	"fmt"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/facts/storage"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type mountStorageIn struct {
	tool.OnService
	Storage string `json:"storage" jsonschema:"minLength=1" jsonschema_description:"hostname or id of the shared storage"`
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

type mountChangeOut struct {
	tool.ChangeResult
	ServiceID   string `json:"service_id,omitempty"`
	StorageID   string `json:"storage_id,omitempty"`
	Path        string `json:"path,omitempty"`
	MountStatus string `json:"mount_status,omitempty"`
	Mounted     *bool  `json:"mounted,omitempty"`
}

// mountable finds a runtime and a shared storage of the same project.
func mountable(ctx context.Context, c *tool.Call, on tool.OnService, storage string) (service, store zerops.Service, err error) {
	if service, err = c.Service(ctx, on); err != nil {
		return service, store, err
	}
	if store, err = c.Service(ctx, tool.OnService{Project: service.ProjectID, Service: storage}); err != nil {
		return service, store, err
	}
	c.ServiceID = service.ID
	if kind := services.TypeName(store); services.LocalStorage(store.Type.Category, kind) {
		return service, store, &tool.Failure{
			Code:    request.CodeUnsupported,
			Message: fmt.Sprintf("%q is a local storage, which no call mounts: zerops.yaml names it; nothing was changed", tool.Clean(store.Name, 40)),
			Hint:    fmt.Sprintf("Name it under run.volume in the zerops.yaml of %q and deploy; get_yaml_schema shows what goes there.", tool.Clean(service.Name, 40)),
		}
	} else if !services.SharedStorage(store.Type.Category, kind) {
		return service, store, &tool.Failure{
			Code:    request.CodeUnsupported,
			Message: fmt.Sprintf("%q is of the kind %s, not a shared storage; nothing was changed", tool.Clean(store.Name, 40), tool.Clean(store.Type.Category, 40)),
			Hint:    "list_services with category SHARED_STORAGE shows those of the project.",
		}
	}
	return service, store, nil
}

func mountOut(f tool.ChangeResult, s, store zerops.Service) mountChangeOut {
	status := storage.MountStatus(s, store.ID)
	return mountChangeOut{
		ChangeResult: f, ServiceID: s.ID, StorageID: store.ID, Path: "/mnt/" + tool.Clean(store.Name, 40), MountStatus: tool.Clean(status, 40), Mounted: new(status == "ACTIVE"),
	}
}

func mountStorage(ctx context.Context, c *tool.Call, in *mountStorageIn) (*mountChangeOut, error) {
	m, err := tool.Confirm(ctx, c, func(ctx context.Context) (m mount, p *tool.Plan, err error) {
		if m.service, m.store, err = mountable(ctx, c, in.OnService, in.Storage); err != nil {
			return m, nil, err
		}
		if status := storage.MountStatus(m.service, m.store.ID); status == "ACTIVE" || status == "CREATING" {
			return m, nil, tool.Idle(mountOut(tool.ChangeResult{Status: tool.StatusUnchanged, Message: "the storage is connected: " + tool.Clean(status, 40)}, m.service, m.store))
		}
		name := tool.Clean(m.store.Name, 40)
		p = services.Changing(m.service, fmt.Sprintf("Mount the storage %q (%s) into", name, m.store.ID), "at /mnt/"+name)
		p.Targets = append(p.Targets, services.Target(m.store))
		return m, p, nil
	})
	if err != nil {
		return nil, err
	}
	return changeMount(ctx, c, m.service, m.store, in.Waiting, c.API.MountStorage, "ACTIVE")
}

type mount struct{ service, store zerops.Service }

func unmountStorage(ctx context.Context, c *tool.Call, in *mountStorageIn) (*mountChangeOut, error) {
	m, err := tool.Confirm(ctx, c, func(ctx context.Context) (m mount, p *tool.Plan, err error) {
		if m.service, m.store, err = mountable(ctx, c, in.OnService, in.Storage); err != nil {
			return m, nil, err
		}
		s, store := m.service, m.store
		status := storage.MountStatus(s, store.ID)
		if status == "" || status == "DELETING" {
			return m, nil, tool.Idle(mountOut(tool.ChangeResult{Status: tool.StatusUnchanged, Message: "the storage is not connected"}, s, store))
		}
		path := "/mnt/" + tool.Clean(store.Name, 40)
		return m, &tool.Plan{
			Summary: fmt.Sprintf("Unmount the storage %q (%s) from the service %q (%s).", tool.Clean(store.Name, 40), store.ID, tool.Clean(s.Name, 40), s.ID),
			Targets: []tool.PlanTarget{services.Target(s), services.Target(store)},
			Loses:   []string{"the service cannot reach its files at " + path + " any more; the files themselves stay"},
			State:   append(tool.ServiceFacts(s), tool.Is("the status of the mount", status)),
		}, nil
	})
	if err != nil {
		return nil, err
	}
	return changeMount(ctx, c, m.service, m.store, in.Waiting, c.API.UnmountStorage, "")
}

// changeMount carries out the change and reads the connection back.
func changeMount(ctx context.Context, c *tool.Call, s, store zerops.Service, w tool.Waiting, act func(context.Context, string, string) (zerops.Process, error), wanted string) (*mountChangeOut, error) {
	process, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		process, err := act(ctx, s.ID, store.ID)
		if wanted == "" && zerops.HasCode(err, zerops.CodeMountNotFound) {
			err = nil // somebody else was faster
		}
		return process, err
	})
	if err != nil {
		return nil, err
	}
	f, err := c.Follow(ctx, w, process)
	if err != nil {
		return nil, err
	}
	now, err := c.API.Service(ctx, s.ID)
	if err != nil {
		look := tool.Next{Tool: "get_service", Arguments: tool.NextArgs{Service: s.ID}}
		return &mountChangeOut{ChangeResult: c.Unread(ctx, f, err, look), ServiceID: s.ID, StorageID: store.ID}, nil
	}
	if f.Status == tool.StatusDone && storage.MountStatus(now, store.ID) != wanted {
		f.Status, f.Message = tool.StatusInProgress, "the process has finished, but the service does not show it yet"
		f.Next = &tool.Next{Tool: "get_service", Arguments: tool.NextArgs{Service: s.ID}}
	}
	if wanted != "" {
		f.Message = tool.JoinWords(f.Message, services.SharedStorageNote)
	}
	out := mountOut(f, now, store)
	return &out, nil
}
