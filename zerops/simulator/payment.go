package simulator

import "time"

func paymentRoutes() []route {
	return []route{
		{op: "GetClientCardPayment", handle: listPayments},
		{op: "GetCardPayment", handle: getPayment},
		{op: "GetZcliVersion", public: true, handle: zcliVersion},
	}
}

// paymentsOf are the top-ups of an organisation, one a month, oldest first.
func (w *world) paymentsOf(o *org) []object {
	var payments []object
	for month := 3; month >= 1; month-- {
		paid := w.bornFirst.AddDate(0, -month, 0)
		payments = append(payments, object{
			"id": derivedID(o.id, paid.Format(time.RFC3339)), "clientId": o.id, "userId": nil, "currencyId": o.currency, "status": "FINISHED",
			"interactionType": "OFFSESSION", "amount": 200.0, "amountVat": 242.0, "paymentMethod": "card", "requestId": nil,
			"created": stamp(paid), "lastUpdate": stamp(paid), "datePaid": stamp(paid), "invoiceId": nil,
		})
	}
	return payments
}

func listPayments(c *call) (any, error) {
	o, err := c.financed()
	if err != nil {
		return nil, err
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var found []object
	for _, payment := range c.world.paymentsOf(o) {
		if asked.hasStatus("FINISHED") {
			found = append(found, payment)
		}
	}
	return direct(asked, newestFirst(found)), nil
}

func getPayment(c *call) (any, error) {
	for _, o := range c.world.orgs.all() {
		for _, payment := range c.world.paymentsOf(o) {
			if payment["id"] != c.path("id") {
				continue
			}
			if m := c.membership(o.id); m == nil || !m.viewFinances {
				return nil, insufficient()
			}
			return payment, nil
		}
	}
	return nil, missing("cardPaymentNotFound", "Card payment")
}

// zcliVersion describes the newest release of the vendor's command line the way its
// host does; nothing in it is a secret.
func zcliVersion(c *call) (any, error) {
	const repository = "https://github.com/zeropsio/zcli"
	account := object{"type": "User", "user_view_type": "public", "site_admin": false, "id": 1, "login": "zerops", "node_id": "U_1"}
	for _, name := range []string{
		"avatar_url", "gravatar_id", "url", "html_url", "followers_url", "following_url", "gists_url", "starred_url", "subscriptions_url",
		"organizations_url", "repos_url", "events_url", "received_events_url",
	} {
		account[name] = "https://github.com/zeropsio"
	}
	published := stamp(c.world.bornFirst.AddDate(0, -1, 0))
	return object{
		"url": repository, "assets_url": repository, "upload_url": repository, "html_url": repository + "/releases/tag/v1.0.99", "id": 1,
		"author": account, "node_id": "R_1", "tag_name": "v1.0.99", "target_commitish": "main", "name": "v1.0.99", "draft": false,
		"prerelease": false, "created_at": published, "published_at": published, "assets": []object{}, "tarball_url": repository,
		"zipball_url": repository, "body": "",
	}, nil
}
