package simulator

func searchRoutes() []route {
	// The live API does without the sort that the vendor's SDK always sends.
	needs := []string{"search"}
	return []route{
		{op: "PostProjectSearch", required: needs, handle: searchProjects},
		{op: "PostServiceStackSearch", required: needs, handle: searchServices},
		{op: "PostProcessSearch", required: needs, handle: searchProcesses},
		{op: "PostAppVersionSearch", required: needs, handle: searchVersions},
		{op: "PostContainerSearch", required: needs, handle: searchContainers},
		{op: "PostServiceSearch", required: needs, handle: searchInnerServices},
		{op: "PostUserDataSearch", required: needs, handle: searchUserData},
		{op: "PostUserNotificationSearch", required: needs, handle: searchNotifications},
		{op: "PostPublicHttpRoutingSearch", required: needs, handle: searchRoutings},
		{op: "PostPublicPortRoutingSearch", required: needs, handle: searchPortRoutings},
		{op: "PostClientUserSearch", required: needs, handle: searchMembers},
		{op: "PostClientSearch", required: needs, handle: searchOrgs},
		{op: "PostCardPaymentSearch", required: needs, handle: searchNothing},
		{op: "PostClientVersionSearch", required: needs, handle: searchNothing},
		{op: "PostCountrySearch", required: needs, public: true, handle: searchCountries},
		{op: "PostCurrencySearch", required: needs, public: true, handle: searchCurrencies},
		{op: "PostLanguageSearch", required: needs, public: true, handle: searchLanguages},
	}
}

func searchProjects(c *call) (any, error) {
	columns := []string{"id", "name", "status", "mode", "created", "lastUpdate", "description", "tagList"}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, p := range c.world.projects.searchable() {
			yield(candidate{p.clientID, p.id, func() object { return c.projectRow(p) }})
		}
	})
}

func searchServices(c *call) (any, error) {
	columns := []string{
		"id", "projectId", "name", "status", "isSystem", "serviceStackTypeId", "serviceStackTypeVersionId", "mode",
		"created", "lastUpdate", "serviceStackTypeInfo.serviceStackTypeCategory",
	}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, s := range c.world.services.searchable() {
			yield(candidate{s.clientID, s.projectID, func() object { return c.serviceRow(s) }})
		}
	})
}

func searchProcesses(c *call) (any, error) {
	columns := []string{
		"id", "projectId", "serviceStackId", "status", "actionName", "executorTag", "created", "lastUpdate", "started",
		"finished", "sequence", "createdBySystem", "appVersion.id",
	}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, p := range c.world.processes.searchable() {
			yield(candidate{p.clientID, p.projectID, func() object { return c.world.processView(p) }})
		}
	})
}

func searchVersions(c *call) (any, error) {
	columns := []string{
		"id", "projectId", "serviceStackId", "status", "source", "sequence", "created", "lastUpdate", "build.serviceStackId",
	}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, v := range c.world.versions.searchable() {
			yield(candidate{v.clientID, v.projectID, v.row})
		}
	})
}

func searchContainers(c *call) (any, error) {
	columns := []string{"id", "projectId", "serviceStackId", "serviceId", "status", "number", "created", "lastUpdate"}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, box := range c.world.containers.searchable() {
			yield(candidate{box.clientID, box.projectID, box.row})
		}
	})
}

func searchInnerServices(c *call) (any, error) {
	columns := []string{"id", "projectId", "serviceStackId", "name", "status", "created", "lastUpdate"}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, s := range c.world.services.searchable() {
			if s.innerID == "" {
				continue
			}
			yield(candidate{s.clientID, s.projectID, func() object {
				view := c.world.innerService(s)
				view["instanceId"] = derivedID(s.projectID, s.projectID)
				return view
			}})
		}
	})
}

// searchUserData never shows a sensitive value, whoever asks.
func searchUserData(c *call) (any, error) {
	columns := []string{"id", "projectId", "serviceStackId", "key", "type", "sensitive", "created", "lastUpdate"}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, v := range c.world.variables.searchable() {
			if v.serviceID == "" {
				continue
			}
			yield(candidate{v.clientID, v.projectID, func() object {
				view := c.userDataView(v)
				if v.sensitive {
					view["content"] = redacted
				}
				return view
			}})
		}
	})
}

func searchNotifications(c *call) (any, error) {
	columns := []string{"id", "projectId", "serviceStackId", "type", "actionName", "created", "acknowledged"}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, n := range c.world.notifications.searchable() {
			yield(candidate{n.clientID, n.projectID, func() object {
				view := c.world.notificationView(n)
				view["userId"], view["acknowledged"] = c.who.user.id, n.acknowledged
				view["unreadByUserIds"] = []string{}
				return view
			}})
		}
	})
}

func searchRoutings(c *call) (any, error) {
	columns := []string{"id", "projectId", "isSynced", "deleteOnSync", "sslEnabled", "created", "lastUpdate"}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, r := range c.world.routings.searchable() {
			yield(candidate{r.clientID, r.projectID, func() object { return c.world.routingView(r) }})
		}
	})
}

func searchPortRoutings(c *call) (any, error) {
	columns := []string{"id", "projectId", "serviceStackId", "publicPort", "internalPort", "isSynced", "created", "lastUpdate"}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, r := range c.world.portRoutings.searchable() {
			yield(candidate{r.clientID, r.projectID, r.view})
		}
	})
}

func searchMembers(c *call) (any, error) {
	columns := []string{"id", "userId", "status", "roleCode"}
	return c.searchOrg(columns, func(yield func(candidate)) {
		for _, m := range c.world.members.searchable() {
			if !c.world.users[m.userID].integration {
				yield(candidate{m.clientID, "", func() object { return c.world.memberView(m, true) }})
			}
		}
	})
}

func searchOrgs(c *call) (any, error) {
	return c.searchOrg([]string{"id", "created", "lastUpdate"}, func(yield func(candidate)) {
		for _, o := range c.world.orgs.searchable() {
			yield(candidate{o.id, "", func() object {
				return object{"id": o.id, "created": stamp(o.created), "lastUpdate": stamp(o.created)}
			}})
		}
	})
}

func searchCountries(c *call) (any, error) {
	return c.searchGlobal([]string{"id", "inEu"}, func(yield func(object)) {
		for _, country := range countries() {
			yield(object{"id": country["id"], "inEu": country["inEu"], "name": object{"en": country["name"], "cs": country["name"]}})
		}
	})
}

func searchCurrencies(c *call) (any, error) {
	return c.searchGlobal([]string{"id"}, func(yield func(object)) {
		for _, row := range currencies() {
			yield(row)
		}
	})
}

func searchLanguages(c *call) (any, error) {
	return c.searchGlobal([]string{"id", "name"}, func(yield func(object)) {
		for _, row := range languages() {
			yield(row)
		}
	})
}

// searchNothing is an index without rows in this account.
func searchNothing(c *call) (any, error) {
	return c.searchOrg([]string{"id", "status", "created"}, func(func(candidate)) {})
}
