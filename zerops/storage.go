package zerops

import "context"

type sharedStorageBody struct {
	StorageID string `json:"sharedStorageId"`
}

// MountStorage connects a shared storage to a runtime, which then finds it at
// /mnt/ and the storage's hostname (operation PutServiceStackConnectSharedStorage).
func (c *Client) MountStorage(ctx context.Context, serviceID, storageID string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutServiceStackConnectSharedStorage, Path: []string{serviceID}, Body: sharedStorageBody{storageID}})
}

// UnmountStorage disconnects a shared storage from a runtime; the data stays
// (operation PutServiceStackDisconnectSharedStorage).
func (c *Client) UnmountStorage(ctx context.Context, serviceID, storageID string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutServiceStackDisconnectSharedStorage, Path: []string{serviceID}, Body: sharedStorageBody{storageID}})
}
