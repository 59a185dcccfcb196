package simulator

type (
	finance   struct{}
	vpnPeer   struct{}
	backup    struct{}
	grant     struct{}
	upload    struct{}
	userToken struct{}
)
