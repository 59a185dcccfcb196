package simulator

import "slices"

func settingsRoutes() []route {
	return []route{
		{op: "GetSettings", public: true, handle: getSettings},
		{op: "GetClientSettings", handle: getClientSettings},
		{op: "GetClientSettingsStackType", handle: getStackType},
		{op: "GetSettingsCountryList", public: true, handle: listCountries},
		{op: "PostServiceStackTypeSearch", public: true, required: []string{"search"}, handle: searchTypes},
	}
}

func getSettings(c *call) (any, error) {
	types := []object{}
	for _, t := range c.world.types {
		if t.category != "BUILD" && t.category != "PREPARE_RUNTIME" {
			types = append(types, c.world.typeView(t, false))
		}
	}
	return object{
		"currencyList":     currencies(),
		"languageList":     languages(),
		"serviceStackList": types,
		"locationList":     locations(),
	}, nil
}

func getClientSettings(c *call) (any, error) {
	if _, _, err := c.org(); err != nil {
		return nil, err
	}
	return getSettings(c)
}

// getStackType has the scaling limits of one type, per version.
func getStackType(c *call) (any, error) {
	if _, _, err := c.org(); err != nil {
		return nil, err
	}
	t := c.world.typeWithID(c.path("stackTypeId"))
	if t == nil {
		return nil, missing("serviceStackTypeNotFound", "Service stack type")
	}
	return c.world.typeView(t, true), nil
}

func listCountries(*call) (any, error) { return object{"list": countries()}, nil }

func currencies() []object {
	return []object{
		{"id": "USD", "symbol": "$", "displaySymbolBefore": true, "roundDigits": 2},
		{"id": "EUR", "symbol": "€", "displaySymbolBefore": false, "roundDigits": 2},
	}
}

func languages() []object {
	return []object{{"id": "en", "name": "English"}, {"id": "cs", "name": "Čeština"}}
}

func countries() []object {
	return []object{
		{"id": "CZ", "name": "Czechia", "inEu": true},
		{"id": "DE", "name": "Germany", "inEu": true},
		{"id": "US", "name": "United States", "inEu": false},
	}
}

// typeView is a catalogue entry; detailed adds the scaling limits to the versions.
func (w *world) typeView(t *serviceType, detailed bool) object {
	versions := []object{}
	var systems, modes []string
	for i := range t.versions {
		v := &t.versions[i]
		row := w.typeVersionView(t, v)
		if detailed {
			row["created"], row["lastUpdate"] = stamp(w.born.AddDate(-2, 0, 0)), stamp(w.born.AddDate(0, -1, 0))
			row["config"] = t.config()
			row["supportsVerticalAutoscaling"] = !t.fixedSize
			row["os"], row["mode"] = textOrNull(v.os), textOrNull(v.mode)
		}
		versions = append(versions, row)
		if v.os != "" && !slices.Contains(systems, v.os) {
			systems = append(systems, v.os)
		}
		if v.mode != "" && !slices.Contains(modes, v.mode) {
			modes = append(modes, v.mode)
		}
	}
	return object{
		"id": t.id, "name": t.name, "description": t.description, "category": t.category, "subcategory": t.subcategory,
		"created": stamp(w.born.AddDate(-3, 0, 0)), "lastUpdate": stamp(w.born.AddDate(0, -1, 0)),
		"docsUrl": "https://docs.example.com/" + t.id, "isBuild": t.category == "BUILD", "isRuntime": t.runtime(),
		"isManaged": t.managed(), "hasBackup": t.backup, "hasAccessDetails": t.managed(), "hasConfiguration": t.runtime(),
		"osList": list(systems), "modeList": list(modes), "serviceStackTypeVersionList": versions,
	}
}

func (w *world) typeVersionView(t *serviceType, v *typeVersion) object {
	status := "ACTIVE"
	if v.disabled {
		status = "DISABLED"
	}
	return object{
		"id": v.id, "name": v.name, "isBuild": v.build || t.category == "BUILD", "serviceStackTypeId": t.id, "status": status,
		"releaseDate": stamp(w.born.AddDate(-1, 0, 0)), "description": "", "versionNumber": v.number, "exactVersionNumber": v.exact,
	}
}

// config are the defaults and limits of a type.
func (t *serviceType) config() object {
	profiles := []object{}
	for i, p := range t.profiles {
		profiles = append(profiles, object{
			"id": p.id, "name": p.name, "description": "", "isDefault": p.isDefault, "customAutoscaling": p.custom.view(), "order": i,
		})
	}
	view := object{
		"defaultWebserverConfig": nil, "defaultAutoscaling": t.defaults.view(), "verticalAutoscaling": nil,
		"horizontalAutoscaling": nil, "autoscalingProfiles": profiles,
	}
	if !t.fixedSize {
		limits := t.limits()
		view["verticalAutoscaling"], view["horizontalAutoscaling"] = limits.verticalLimits(), limits.horizontalView()
	}
	return view
}

// limits are the bounds of what an override may ask for (platform §3.8).
func (t *serviceType) limits() scaling {
	limits := scaling{
		minCPU: 1, maxCPU: 40, startCPU: 1, cpuMode: "SHARED", minRAM: 0.125, maxRAM: 48, minDisk: 1, maxDisk: 250,
		minFreeCPU: 0.05, minFreeRAM: 0.0625,
	}
	if t.runtime() {
		limits.minContainers, limits.maxContainers = 1, 10
	}
	return limits
}

// searchTypes is a search of a global index: a clientId is an unknown column there.
func searchTypes(c *call) (any, error) {
	return c.searchGlobal([]string{"id", "name", "category"}, func(yield func(object)) {
		for _, t := range c.world.types {
			view := object{
				"id": t.id, "name": t.name, "description": t.description, "category": t.category,
				"defaultServiceStackVersionId": nil, "defaultServiceStackVersion": nil,
				"created": stamp(c.world.born.AddDate(-3, 0, 0)), "lastUpdate": stamp(c.world.born.AddDate(0, -1, 0)),
			}
			versions := []object{}
			for i := range t.versions {
				versions = append(versions, c.world.typeVersionView(t, &t.versions[i]))
			}
			if newest := t.newest(); newest != nil {
				view["defaultServiceStackVersionId"] = newest.id
				view["defaultServiceStackVersion"] = c.world.typeVersionView(t, newest)
			}
			view["serviceStackTypeVersionList"] = versions
			yield(view)
		}
	})
}
