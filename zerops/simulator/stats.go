package simulator

import (
	"encoding/json"
	"math"
	"slices"
	"time"
)

func statsRoutes() []route {
	return []route{
		{op: "PostStatsHistoryGroupBySearch", handle: statsHistory},
		{
			op: "PostCurrentStatsGroupBySearch", method: "POST", path: "/current-stats/group-by-search",
			required: []string{"search", "groupBy"}, handle: currentStats,
		},
	}
}

// load is what containers have and use.
type load struct {
	cpuLimit, cpuUsed, vcpuLimit, vcpuUsed, ramLimit, ramUsed, diskLimit, diskUsed float64
}

func (l *load) add(other load) {
	l.cpuLimit += other.cpuLimit
	l.cpuUsed += other.cpuUsed
	l.vcpuLimit += other.vcpuLimit
	l.vcpuUsed += other.vcpuUsed
	l.ramLimit += other.ramLimit
	l.ramUsed += other.ramUsed
	l.diskLimit += other.diskLimit
	l.diskUsed += other.diskUsed
}

// loadAt is what a container used around a time: more by day than by night, and
// near its limit where the service is one that runs out of memory.
func (w *world) loadAt(s *service, box *container, at time.Time) load {
	seed := float64(int(box.id[0])+int(box.id[1])*3) / 10
	hour := float64(at.UTC().Hour()) + float64(at.UTC().Minute())/60
	busy := 0.5 + 0.35*math.Sin((hour-8+seed)*math.Pi/12) + 0.1*math.Sin(float64(at.Unix()%86400)/700+seed)
	busy = min(max(busy, 0.05), 0.98)
	l := load{
		ramLimit: float64(box.memoryMB) / 1024, diskLimit: float64(box.diskGB),
		ramUsed: float64(box.memoryMB) / 1024 * (0.35 + 0.4*busy), diskUsed: float64(box.diskGB) * (0.3 + seed/60),
	}
	if s.status == "FAILED" || s.status == "CONTAINER_FAILED" {
		l.ramUsed = l.ramLimit * 0.995
	}
	if s.effectiveScaling().cpuMode == "DEDICATED" {
		l.cpuLimit, l.cpuUsed = float64(box.cpu), float64(box.cpu)*busy*0.6
	} else {
		l.vcpuLimit, l.vcpuUsed = float64(box.cpu), float64(box.cpu)*busy*0.4
	}
	return l
}

// measured is a service with a container, as a statistic groups them.
type measured struct {
	service *service
	box     *container
}

// measuredBy finds the containers that the terms of a statistic ask for. Without a
// project there is no answer.
func (c *call) measuredBy(terms []searchTerm) (string, []measured, error) {
	if _, err := c.searchedOrg(terms); err != nil {
		return "", nil, err
	}
	var projectID, serviceID string
	for _, term := range terms {
		switch term.Name {
		case "clientId":
		case "projectId":
			projectID = plainText(term.Value)
		case "serviceStackId":
			serviceID = plainText(term.Value)
		default:
			return "", nil, refuse("invalidUserInput", "unknown column [%s]", term.Name)
		}
	}
	if projectID == "" {
		return "", nil, refuse("invalidUserInput", "projectId not defined")
	}
	p, err := c.projectByID(projectID, toRead)
	if err != nil {
		return "", nil, err
	}
	var found []measured
	for _, s := range c.world.servicesOf(p) {
		if serviceID != "" && s.id != serviceID || s.status == "STOPPED" {
			continue
		}
		for _, box := range c.world.containersOf(s) {
			found = append(found, measured{s, box})
		}
	}
	return projectID, found, nil
}

func statsHistory(c *call) (any, error) {
	var body struct {
		statsRange
		Search []searchTerm `json:"search"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	projectID, found, err := c.measuredBy(body.Search)
	if err != nil {
		return nil, err
	}
	buckets, err := body.buckets(c.world.now, "statsHistorySearch")
	if err != nil {
		return nil, err
	}
	items := []object{}
	for _, b := range buckets {
		if b.from.After(c.world.now) {
			break
		}
		for _, group := range grouped(found, body.GroupBy) {
			items = append(items, c.world.statsItem(projectID, body.GroupBy, b, group))
		}
	}
	return object{
		"limit": body.Limit, "from": stampOrNull(body.From), "till": stampOrNull(body.Till), "totalHits": len(items),
		"groupBy": body.GroupBy, "timeGroupBy": body.TimeGroupBy, "items": items,
	}, nil
}

// grouped puts containers together by service or leaves each for itself.
func grouped(found []measured, by string) [][]measured {
	var groups [][]measured
	for _, m := range found {
		i := slices.IndexFunc(groups, func(g []measured) bool { return by != "containerId" && g[0].service.id == m.service.id })
		if i < 0 {
			groups = append(groups, []measured{m})
			continue
		}
		groups[i] = append(groups[i], m)
	}
	return groups
}

func (w *world) statsItem(projectID, by string, b bucket, group []measured) object {
	var sum load
	middle := b.from.Add(b.till.Sub(b.from) / 2)
	for _, m := range group {
		sum.add(w.loadAt(m.service, m.box, middle))
	}
	item := object{
		"from": zoned(b.from), "till": zoned(b.till), "projectId": projectID, "serviceStackId": group[0].service.id,
		"serviceId": nil, "containerId": nil, "containerCount": len(group),
		"cpuLimit": round(sum.cpuLimit), "cpuUsed": round(sum.cpuUsed), "vCpuLimit": round(sum.vcpuLimit), "vCpuUsed": round(sum.vcpuUsed),
		"ramLimit": round(sum.ramLimit), "ramUsed": round(sum.ramUsed), "diskLimit": round(sum.diskLimit), "diskUsed": round(sum.diskUsed),
	}
	switch by {
	case "serviceId":
		item["serviceId"] = group[0].service.innerID
	case "containerId":
		item["containerId"], item["containerCount"] = group[0].box.id, nil
	}
	return item
}

func round(value float64) float64 { return math.Round(value*1e4) / 1e4 }

// currentStats is what containers use now; it is newer than the vendor's SDK.
func currentStats(c *call) (any, error) {
	var body struct {
		Search  []searchTerm    `json:"search"`
		GroupBy json.RawMessage `json:"groupBy"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	by := plainText(body.GroupBy)
	projectID, found, err := c.measuredBy(body.Search)
	if err != nil {
		return nil, err
	}
	pair := func(used, limit float64) object { return object{"used": round(used), "limit": round(limit)} }
	items := []object{}
	for _, group := range grouped(found, by) {
		var sum load
		for _, m := range group {
			sum.add(c.world.loadAt(m.service, m.box, c.world.now))
		}
		item := object{
			"projectId": projectID, "serviceStackId": group[0].service.id, "containerId": nil,
			"cpu": pair(sum.cpuUsed, sum.cpuLimit), "vCpu": pair(sum.vcpuUsed, sum.vcpuLimit),
			"ramGBytes": pair(sum.ramUsed, sum.ramLimit), "diskGBytes": pair(sum.diskUsed, sum.diskLimit),
		}
		if by == "containerId" {
			item["containerId"] = group[0].box.id
		}
		items = append(items, item)
	}
	return object{"items": items, "totalHits": len(items), "groupBy": by}, nil
}
