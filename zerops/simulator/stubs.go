package simulator

type finance struct{}
type vpnPeer struct{}
type userToken struct{}
