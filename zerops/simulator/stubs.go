package simulator

type finance struct{}
type vpnPeer struct{}
type backup struct{}
type grant struct{}
type upload struct{}
type userToken struct{}
