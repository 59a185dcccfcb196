package simulator

import (
	"slices"
	"strings"
)

// serviceType is an entry of the service catalogue.
type serviceType struct {
	id, name, category, subcategory string
	description                     string
	versions                        []typeVersion
	defaults                        scaling
	profiles                        []scalingProfile
	ports                           []port
	reload, backup                  bool
	fixedSize                       bool
}

type typeVersion struct {
	// id is the stringId ("nodejs_v22"), name what people write ("nodejs@22").
	id, name, number, exact string
	mode, os                string
	build, disabled         bool
}

type scalingProfile struct {
	id, name  string
	isDefault bool
	custom    scaling
}

func (t *serviceType) version(id string) *typeVersion {
	for i := range t.versions {
		if t.versions[i].id == id {
			return &t.versions[i]
		}
	}
	return nil
}

func (t *serviceType) profile(id string) *scalingProfile {
	for i := range t.profiles {
		if t.profiles[i].id == id {
			return &t.profiles[i]
		}
	}
	return nil
}

func (t *serviceType) defaultProfile() string {
	for _, p := range t.profiles {
		if p.isDefault {
			return p.id
		}
	}
	return ""
}

// newest is the version that a bare type name means.
func (t *serviceType) newest() *typeVersion {
	for i := range slices.Backward(t.versions) {
		if v := &t.versions[i]; !v.disabled && (!v.build || t.category == "BUILD") && v.os == "" && v.mode != "HA" {
			return v
		}
	}
	return nil
}

// highlyAvailable reports whether a service of this version and mode runs on three
// containers.
func (t *serviceType) highlyAvailable(versionID, mode string) bool {
	v := t.version(versionID)
	return mode == "HA" || v != nil && v.mode == "HA"
}

func (t *serviceType) managed() bool { return t.category == "STANDARD" }
func (t *serviceType) runtime() bool { return t.category == "USER" }

// listening are the ports of a deployed runtime. PHP is served on port 80 whatever its
// zerops.yaml asks for besides (platform §10.2).
func (t *serviceType) listening(ports []port) []port {
	php := t.id == "php-apache" || t.id == "php-nginx"
	if !php || slices.ContainsFunc(ports, func(p port) bool { return p.number == 80 }) {
		return ports
	}
	return append([]port{{number: 80, protocol: "tcp", scheme: "http", http: true}}, ports...)
}

// resolveType finds what a name such as nodejs@22, alpine/nodejs@22,
// postgresql:ha@18 or object-storage means.
func (w *world) resolveType(name string) (*serviceType, *typeVersion, error) {
	for _, t := range w.types {
		for i := range t.versions {
			if v := &t.versions[i]; v.name == name || v.id == name {
				if v.disabled {
					return nil, nil, refuse("serviceStackTypeVersionIsNotActive", "Service stack type version [%s] is not active", name)
				}
				return t, v, nil
			}
		}
	}
	base, number, versioned := strings.Cut(name, "@")
	if _, after, prefixed := strings.Cut(base, "/"); prefixed {
		base = after
	}
	base, _, _ = strings.Cut(base, ":")
	for _, t := range w.types {
		if t.id != base {
			continue
		}
		if v := t.newest(); v != nil && (!versioned || number == "latest") {
			return t, v, nil
		}
		return nil, nil, refuse("serviceStackTypeVersionNotFound", "Service stack type version [%s] not found", name)
	}
	return nil, nil, refuse("serviceStackTypeNotFound", "Service stack type [%s] not found", name)
}

// runtimeVersions makes the versions of a runtime: the bare ones and those with an
// operating system in front.
func runtimeVersions(id string, numbers ...string) []typeVersion {
	var all []typeVersion
	for _, number := range numbers {
		all = append(all,
			typeVersion{id: id + "_v" + number, name: id + "@" + number, number: number, exact: number + ".4.1"},
			typeVersion{id: "alpine_" + id + "_v" + number, name: "alpine/" + id + "@" + number, number: number, exact: number + ".4.1", os: "alpine"},
			typeVersion{id: "ubuntu_" + id + "_v" + number, name: "ubuntu/" + id + "@" + number, number: number, exact: number + ".4.1", os: "ubuntu"},
		)
	}
	return all
}

// managedVersions makes the versions of a managed type: the composite ones with the
// mode in the name and the legacy ones that take a mode of their own.
func managedVersions(id string, numbers ...string) []typeVersion {
	var all []typeVersion
	for _, number := range numbers {
		all = append(all,
			typeVersion{id: id + "_v" + number, name: id + "@" + number, number: number, exact: number + ".2"},
			typeVersion{id: id + "_ha_v" + number, name: id + ":ha@" + number, number: number, exact: number + ".2", mode: "HA"},
			typeVersion{id: id + "_single_v" + number, name: id + ":single@" + number, number: number, exact: number + ".2", mode: "NON_HA"},
		)
	}
	return all
}

func single(id string) []typeVersion {
	return []typeVersion{{id: id, name: strings.ReplaceAll(id, "_", "-"), number: "1", exact: "1"}}
}

func runtimeScaling() scaling {
	return scaling{
		minCPU: 1, maxCPU: 8, startCPU: 2, cpuMode: "SHARED", minRAM: 0.125, maxRAM: 8, minDisk: 1, maxDisk: 100,
		minFreeCPU: 0.1, minFreeRAM: 0.0625, minContainers: 1, maxContainers: 3,
	}
}

func managedScaling() scaling {
	return scaling{
		minCPU: 1, maxCPU: 8, startCPU: 1, cpuMode: "SHARED", minRAM: 0.25, maxRAM: 16, minDisk: 1, maxDisk: 250,
		minFreeCPU: 0.1, minFreeRAM: 0.125, minContainers: 1, maxContainers: 1,
	}
}

func sqlProfiles() []scalingProfile {
	return []scalingProfile{
		{id: "oltp-hobby", name: "OLTP hobby", custom: scaling{minRAM: 0.25}},
		{id: "oltp-staging", name: "OLTP staging", isDefault: true, custom: scaling{minRAM: 0.5}},
		{id: "oltp-production", name: "OLTP production", custom: scaling{minCPU: 2, minRAM: 2, cpuMode: "DEDICATED"}},
		{id: "oltp-enterprise", name: "OLTP enterprise", custom: scaling{minCPU: 4, minRAM: 8, cpuMode: "DEDICATED"}},
		{id: "olap-production", name: "OLAP production", custom: scaling{minCPU: 4, minRAM: 8, cpuMode: "DEDICATED"}},
		{id: "writeheavy-production", name: "Write-heavy production", custom: scaling{minCPU: 2, minRAM: 4, cpuMode: "DEDICATED"}},
		{id: "custom", name: "Custom"}, // with overrides (platform §10.2)
	}
}

func cacheProfiles() []scalingProfile {
	return []scalingProfile{
		{id: "hobby", name: "Hobby", custom: scaling{minRAM: 0.25}},
		{id: "staging", name: "Staging", isDefault: true, custom: scaling{minRAM: 0.25}},
		{id: "production", name: "Production", custom: scaling{minCPU: 1, minRAM: 1, cpuMode: "DEDICATED"}},
		{id: "custom", name: "Custom"},
	}
}

// serviceTypes is the catalogue of this account.
func serviceTypes() []*serviceType {
	var all []*serviceType
	for _, r := range runtimeTypes() {
		all = append(all, &serviceType{
			id: r.id, name: r.name, category: "USER", subcategory: "RUNTIME", description: r.name + " runtime",
			versions: runtimeVersions(r.id, r.numbers...), defaults: runtimeScaling(), reload: r.reload,
		})
		for i := range all[len(all)-1].versions {
			v := &all[len(all)-1].versions[i]
			v.disabled = r.id == "nodejs" && v.number == "18" // past its end (platform §10.2)
		}
	}
	for _, m := range managedTypes() {
		t := &serviceType{
			id: m.id, name: m.name, category: "STANDARD", subcategory: m.group, description: m.name + ", managed by the platform",
			versions: managedVersions(m.id, m.numbers...), defaults: managedScaling(), ports: []port{m.at}, backup: m.backup,
		}
		switch {
		case m.sql:
			t.profiles = sqlProfiles()
		case m.id == "valkey":
			t.profiles = cacheProfiles()
		}
		all = append(all, t)
	}
	all = append(all,
		&serviceType{id: "object-storage", name: "Object Storage", category: "OBJECT_STORAGE", subcategory: "STORAGE", versions: single("object_storage"), fixedSize: true},
		// Whether local storage has a category of its own is UNVERIFIED.
		&serviceType{id: "local-storage", name: "Local Storage", category: "LOCAL_STORAGE", subcategory: "STORAGE", versions: append(single("local_storage"), managedVersions("local-storage", "1")...), defaults: managedScaling(), backup: true},
		&serviceType{id: "shared-storage", name: "Shared Storage", category: "SHARED_STORAGE", subcategory: "STORAGE", versions: append(single("shared_storage"), managedVersions("shared-storage", "1")...), defaults: managedScaling(), backup: true},
	)
	// What builds for both web servers of PHP, and runs nothing (platform §10.2).
	php := &serviceType{id: "php", name: "PHP", category: "BUILD", subcategory: "RUNTIME", versions: runtimeVersions("php", phpNumbers()...), fixedSize: true}
	for i := range php.versions {
		php.versions[i].build = true
	}
	all = append(all, php)
	for _, system := range [][3]string{
		{"core", "Core", "CORE"},
		{"l7_http_balancer", "L7 HTTP balancer", "HTTP_L7_BALANCER"},
		{"build", "Build", "BUILD"},
		{"prepare_runtime", "Prepare runtime", "PREPARE_RUNTIME"},
	} {
		id := system[0]
		all = append(all, &serviceType{id: id, name: system[1], category: system[2], subcategory: "SYSTEM", versions: single(id), fixedSize: true})
	}
	return all
}

func phpNumbers() []string { return []string{"8.1", "8.3", "8.4", "8.5"} }

// runtimeType is a type that runs code of the user.
type runtimeType struct {
	id, name string
	reload   bool
	numbers  []string // of its versions
}

func runtimeTypes() []runtimeType {
	return []runtimeType{
		{"nodejs", "Node.js", false, []string{"18", "20", "22", "24"}},
		{"php-nginx", "PHP + Nginx", true, phpNumbers()},
		{"php-apache", "PHP + Apache", true, phpNumbers()},
		{"python", "Python", false, []string{"3.9", "3.11", "3.12", "3.14"}},
		{"go", "Go", false, []string{"1"}},
		{"rust", "Rust", false, []string{"1.78", "1.80", "1.86", "stable"}},
		{"java", "Java", false, []string{"17", "21"}},
		{"dotnet", ".NET", false, []string{"8", "9", "10"}},
		{"ruby", "Ruby", false, []string{"3.2", "3.3", "3.4", "4.0"}},
		{"elixir", "Elixir", false, []string{"1.16"}},
		{"gleam", "Gleam", false, []string{"1.5"}},
		{"bun", "Bun", false, []string{"1.1", "1.2", "1.3", "1.4"}},
		{"deno", "Deno", false, []string{"2"}},
		{"static", "Static", true, []string{"1"}},
		{"nginx", "Nginx", true, []string{"1.22"}},
		{"alpine", "Alpine", false, []string{"3.17", "3.18", "3.19", "3.20", "3.21", "3.22", "3.23", "3.24"}},
		{"ubuntu", "Ubuntu", false, []string{"22.04", "24.04", "26.04"}},
		{"zcp", "Zerops Control Plane", false, []string{"1"}},
		{"docker", "Docker", false, []string{"26.1"}},
		// That these two run users' code, and the numbers of their versions, are UNVERIFIED.
		{"swarm", "Docker Swarm", false, []string{"1"}},
		{"swarm-vm", "Docker Swarm machine", false, []string{"1"}},
	}
}

// managedType is a type that the platform runs by itself.
type managedType struct {
	id, name, group string
	at              port
	backup, sql     bool     // sql ones have scaling profiles
	numbers         []string // of its versions
}

func managedTypes() []managedType {
	return []managedType{
		{"postgresql", "PostgreSQL", "DATABASE", port{number: 5432, protocol: "tcp", scheme: "postgresql"}, true, true, []string{"14", "16", "17", "18"}},
		{"mariadb", "MariaDB", "DATABASE", port{number: 3306, protocol: "tcp", scheme: "mysql"}, true, true, []string{"10.6", "11.4"}},
		{"valkey", "Valkey", "CACHE", port{number: 6379, protocol: "tcp", scheme: "redis"}, false, false, []string{"7.2"}},
		{"elasticsearch", "Elasticsearch", "SEARCH", port{number: 9200, protocol: "tcp", scheme: "http"}, true, false, []string{"8.16", "9.2"}},
		{"meilisearch", "Meilisearch", "SEARCH", port{number: 7700, protocol: "tcp", scheme: "http", http: true}, true, false, []string{"1.10", "1.20", "1.44"}},
		{"typesense", "Typesense", "SEARCH", port{number: 8108, protocol: "tcp", scheme: "http", http: true}, false, false, []string{"27.1", "30.2"}},
		{"qdrant", "Qdrant", "DATABASE", port{number: 6333, protocol: "tcp", scheme: "http", http: true}, true, false, []string{"1.10", "1.12"}},
		{"nats", "NATS", "BROKER", port{number: 4222, protocol: "tcp", scheme: "nats"}, true, false, []string{"2.10", "2.12"}},
		{"kafka", "Kafka", "BROKER", port{number: 9092, protocol: "tcp", scheme: "tcp"}, false, false, []string{"3.8", "3.9"}},
		{"seaweedfs", "SeaweedFS", "STORAGE", port{number: 8333, protocol: "tcp", scheme: "http", http: true}, false, false, []string{"3"}},
		{"clickhouse", "ClickHouse", "DATABASE", port{number: 9000, protocol: "tcp", scheme: "clickhouse"}, false, false, []string{"25.3"}},
	}
}

// typeWithID finds an entry of the catalogue.
func (w *world) typeWithID(id string) *serviceType {
	for _, t := range w.types {
		if t.id == id {
			return t
		}
	}
	return nil
}
