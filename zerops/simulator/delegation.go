package simulator

// delegationRoutes are newer than the vendor's SDK: the one-time rights of
// integration tokens to mint another, and the push channel.
func delegationRoutes() []route {
	return []route{
		{
			op: "GetClientIntegrationTokenDelegation", method: "GET", path: "/client/{id}/integration-token/{tokenId}/delegation",
			handle: listDelegations,
		},
		{
			op: "DeleteClientIntegrationTokenDelegation", method: "DELETE", path: "/client/{id}/integration-token/{tokenId}/delegation/{delegationId}",
			handle: deleteDelegation,
		},
		{
			op: "GetClientIntegrationTokenDelegationList", method: "GET", path: "/client/{id}/integration-token-delegation/list",
			handle: listAllDelegations,
		},
		{op: "PostWebSocketLogin", method: "POST", path: "/web-socket/login", required: []string{"token"}, handle: webSocketLogin},
	}
}

// listDelegations is always empty here: no token of this account may mint another.
func listDelegations(c *call) (any, error) {
	if _, err := c.integration(); err != nil {
		return nil, err
	}
	return object{"list": []object{}}, nil
}

// listAllDelegations is the list of a whole organisation, whose path is UNVERIFIED.
func listAllDelegations(c *call) (any, error) {
	if _, _, err := c.org(); err != nil {
		return nil, err
	}
	return object{"list": []object{}}, nil
}

func deleteDelegation(c *call) (any, error) {
	if _, err := c.mayMint(); err != nil {
		return nil, err
	}
	if _, err := c.integration(); err != nil {
		return nil, err
	}
	return nil, missing("integrationTokenDelegationNotFound", "Integration token delegation")
}

// webSocketLogin hands out a credential for the push channel, which this server
// does not have.
func webSocketLogin(c *call) (any, error) {
	return object{"webSocketToken": c.world.secret("web-socket")}, nil
}
