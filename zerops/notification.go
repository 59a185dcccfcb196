package zerops

import (
	"context"
	"iter"
)

// Notification tells the members of an organisation how an action ended. It is
// often the only place that has the reason of a failure (platform §4.11).
type Notification struct {
	ID             string  `json:"id"`
	OrganizationID string  `json:"clientId"`
	ProjectID      string  `json:"projectId"`
	ServiceID      string  `json:"serviceStackId"`
	ServiceName    string  `json:"serviceName"`
	Type           string  `json:"type"` // SUCCESS, WARNING or ERROR
	Action         string  `json:"actionName"`
	ActionCreated  Time    `json:"actionCreated"`
	ActionFinished Time    `json:"actionFinished"`
	Created        Time    `json:"created"`
	CreatedBy      Actor   `json:"createdByUser"`
	ExecutorTag    string  `json:"executorTag"`
	Failure        *Reason `json:"error"`
	// Container is the number of the container it is about, 0 for none.
	Container int `json:"containerNumber"`
	Project   *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"project"`
	Services []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"serviceStacks"`
	Version *struct {
		ID string `json:"id"`
	} `json:"appVersion"`
}

// Internal reports a notification of the platform's own housekeeping.
func (n Notification) Internal() bool {
	return Process{Action: n.Action, ExecutorTag: n.ExecutorTag}.Internal()
}

// Notifications lists the notifications of an organisation that concern what the
// options name (operation GetClientUserNotification).
func (c *Client) Notifications(ctx context.Context, organizationID string, o ListOptions) iter.Seq2[Notification, error] {
	return list[Notification](ctx, c, GetClientUserNotification, organizationID, o)
}
