package tool

// Tools that the answers of every tool may point to.
const (
	AccountTool  = "whoami"
	ProjectsTool = "list_projects"
	WaitTool     = "wait_for"
)

// LookAgain names the tools that show whether a change took effect: one to ask
// about the service of the call, where it has one, else one about the project.
type LookAgain struct{ OfService, OfProject string }

// lookAgain is the call that shows whether a write took effect.
func (c *Call) lookAgain() *Next {
	look := c.Tool.LookAgain
	switch {
	case look.OfProject == "", c.ServiceID == "" && c.ProjectID == "":
		return &Next{Tool: ProjectsTool}
	case c.ServiceID != "" && look.OfService != "":
		return &Next{Tool: look.OfService, Arguments: NextArgs{Service: c.ServiceID}}
	}
	return &Next{Tool: look.OfProject, Arguments: NextArgs{Project: c.ProjectID}}
}
