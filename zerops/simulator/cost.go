package simulator

import (
	"fmt"
	"math"
	"time"
)

func costRoutes() []route {
	return []route{
		{op: "PostTransactionDebitCostSearch", handle: costSearch},
		{op: "PostTransactionDebitGroupBySearch", handle: costSeries},
		{op: "PostResourceConsumptionGroupBySearch", handle: costSeries},
		{op: "GetBillingClientStatus", handle: billingStatus},
	}
}

// Prices per hour, made from those for thirty days (platform §4.12).
const (
	hoursPerMonth  = 30 * 24
	sharedCPUHour  = 0.60 / hoursPerMonth
	ownCPUHour     = 6.00 / hoursPerMonth
	ramGBHour      = 3.00 / hoursPerMonth
	diskGBHour     = 0.10 / hoursPerMonth
	objectGBHour   = 0.01 / hoursPerMonth
	seriousHour    = 10.0 / hoursPerMonth
	ipv4Hour       = 3.00 / hoursPerMonth
	creditLeft     = 412.37
	promoLeft      = 15.0
	averageDecimal = 30
)

// metrics are what is billed, in the order in which they are listed.
func (w *world) metrics(s *service) []struct {
	id   string
	hour float64
} {
	var cpu, ram, disk, other float64
	shared := s.typ.category == "CORE" || s.effectiveScaling().cpuMode != "DEDICATED"
	for _, box := range w.containersOf(s) {
		if s.status == "STOPPED" {
			disk += float64(box.diskGB) * diskGBHour
			continue
		}
		if shared {
			cpu += float64(box.cpu) * sharedCPUHour
		} else {
			cpu += float64(box.cpu) * ownCPUHour
		}
		ram += float64(box.memoryMB) / 1024 * ramGBHour
		disk += float64(box.diskGB) * diskGBHour
	}
	other += s.objectGB * objectGBHour
	if p := w.projectOf(s); p != nil && s.kind().category == "CORE" {
		if p.mode == "SERIOUS" {
			other += seriousHour
		}
		if p.ipv4 != "" {
			other += ipv4Hour
		}
	}
	return []struct {
		id   string
		hour float64
	}{{"cpu", cpu}, {"ram", ram}, {"disk", disk}, {"other", other}}
}

// hourly is the price of one hour of a service.
func (w *world) hourly(s *service) float64 {
	sum := 0.0
	for _, metric := range w.metrics(s) {
		sum += metric.hour
	}
	return sum
}

// costBetween is what a price per hour comes to from one time to another, counted
// from the creation to the present.
func (w *world) costBetween(hour float64, created, from, till time.Time) float64 {
	from, till = maxTime(from, created), minTime(till, w.now)
	if !from.Before(till) {
		return 0
	}
	return hour * till.Sub(from).Hours()
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// moneyOrg is the organisation of a cost search, for those who may see its money.
func (c *call) moneyOrg(terms []searchTerm) (string, error) {
	id, err := c.searchedOrg(terms)
	if err != nil {
		return "", err
	}
	if !c.membership(id).viewFinances {
		return "", insufficient()
	}
	return id, nil
}

// costSearch sums up the usual periods. It filters by the organisation only; rows
// have ids and no names.
func costSearch(c *call) (any, error) {
	var body struct {
		Search []searchTerm `json:"search"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	clientID, err := c.moneyOrg(body.Search)
	if err != nil {
		return nil, err
	}
	w := c.world
	total := make(map[string]float64)
	projects, stacks := []object{}, []object{}
	for _, p := range w.projects.all() {
		if p.clientID != clientID {
			continue
		}
		ofProject := make(map[string]float64)
		for _, s := range w.servicesOf(p) {
			costs := w.periodCosts(s)
			for period, cost := range costs {
				ofProject[period] += cost
				total[period] += cost
			}
			stacks = append(stacks, object{"id": s.id, "periodCost": periodView(costs)})
		}
		projects = append(projects, object{"id": p.id, "periodCost": periodView(ofProject)})
	}
	return object{"client": object{"id": clientID, "periodCost": periodView(total)}, "project": projects, "stack": stacks}, nil
}

func (w *world) periodCosts(s *service) map[string]float64 {
	hour, now := w.hourly(s), w.now.UTC()
	today := bucketStart(now, "1d")
	month := bucketStart(now, "1M")
	year := time.Date(now.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	between := func(from, till time.Time) float64 { return w.costBetween(hour, s.created, from, till) }
	costs := map[string]float64{
		"today": between(today, now), "yesterday": between(today.AddDate(0, 0, -1), today),
		"last24hours": between(now.Add(-day), now), "last7days": between(now.Add(-7*day), now),
		"last30days": between(now.Add(-30*day), now), "thisMonth": between(month, now),
		"lastMonth": between(month.AddDate(0, -1, 0), month), "thisYear": between(year, now),
		"lastYear": between(year.AddDate(-1, 0, 0), year), "last12month": between(now.AddDate(-1, 0, 0), now),
	}
	costs["averageLast30Days"] = costs["last30days"] / averageDecimal
	return costs
}

func periodView(costs map[string]float64) object {
	view := object{"averageLast30DaysPrecision": averageDecimal}
	for period, cost := range costs {
		view[period] = money(cost)
	}
	return view
}

func money(amount float64) float64 { return math.Round(amount*1e6) / 1e6 }

// costSeries is a time series of costs by project, service or metric.
func costSeries(c *call) (any, error) {
	var body struct {
		statsRange
		Search []searchTerm `json:"search"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	clientID, err := c.moneyOrg(body.Search)
	if err != nil {
		return nil, err
	}
	_, fromOffset := body.From.Zone()
	_, tillOffset := body.Till.Zone()
	if fromOffset != tillOffset {
		return nil, refuse("transactionDebitSearchTillAndFromDateTimezonesDiffer", "Timezones of till and from differ")
	}
	buckets, err := body.buckets(c.world.now, "transactionDebitSearch")
	if err != nil {
		return nil, err
	}
	wanted, err := costFilter(body.Search)
	if err != nil {
		return nil, err
	}
	items := []object{}
	for _, b := range buckets {
		items = append(items, c.world.costItems(clientID, body.GroupBy, b, wanted)...)
	}
	return object{
		"items": items, "totalHits": len(items), "limit": nil, "from": zoned(*body.From), "till": zoned(*body.Till),
		"projectId": nil, "stackId": nil, "groupBy": body.GroupBy, "timeGroupBy": body.TimeGroupBy,
	}, nil
}

// costFilter reads the terms beside the organisation.
func costFilter(terms []searchTerm) (func(*service) bool, error) {
	var projectID, stackID string
	for _, term := range terms {
		switch term.Name {
		case "clientId":
		case "projectId":
			projectID = plainText(term.Value)
		case "stackId", "serviceStackId":
			stackID = plainText(term.Value)
		default:
			return nil, refuse("invalidUserInput", "unknown column [%s]", term.Name)
		}
	}
	return func(s *service) bool {
		return (projectID == "" || s.projectID == projectID) && (stackID == "" || s.id == stackID)
	}, nil
}

// costItems are the rows of one interval; what cost nothing has none.
func (w *world) costItems(clientID, by string, b bucket, wanted func(*service) bool) []object {
	sums := make(map[string]float64)
	rows := make(map[string]object)
	var order []string
	for _, s := range w.services.all() {
		if s.clientID != clientID || !wanted(s) {
			continue
		}
		p := w.projectOf(s)
		for _, metric := range w.metrics(s) {
			cost := w.costBetween(metric.hour, s.created, b.from, b.till)
			if cost == 0 || p == nil {
				continue
			}
			key, row := s.projectID, object{"projectId": p.id, "projectName": p.name, "stackId": nil, "stackName": nil}
			switch by {
			case "stackId":
				key, row["stackId"], row["stackName"] = s.id, s.id, s.name
			case "metricId":
				key, row["metricId"] = fmt.Sprint(p.id, metric.id), metric.id
			}
			if _, known := rows[key]; !known {
				rows[key] = row
				order = append(order, key)
			}
			sums[key] += cost
		}
	}
	var items []object
	for _, key := range order {
		row := rows[key]
		row["from"], row["till"], row["sumTotalPrice"] = zoned(b.from), zoned(b.till), money(sums[key])
		items = append(items, row)
	}
	return items
}

// billingStatus is the credit of an organisation.
func billingStatus(c *call) (any, error) {
	o, err := c.financed()
	if err != nil {
		return nil, err
	}
	symbol, before := "$", true
	if o.currency == "EUR" {
		symbol, before = "€", false
	}
	return object{
		"credit": creditLeft, "promoCredit": promoLeft,
		"clientInfo": object{
			"id": o.id, "companyName": o.name, "companyNumber": nil, "vatNumber": nil, "created": stamp(o.created),
			"lastUpdate": stamp(o.created), "lastPublicUpdate": stamp(o.created), "status": "ACTIVE", "vatCountry": "CZ",
			"vatPayer": true, "vatRate": 21.0, "vatMode": nil, "language": object{"id": "en"},
			"currency": object{"id": o.currency, "symbol": symbol, "displaySymbolBefore": before, "roundDigits": 2},
		},
		"autoTopUp": object{"threshold": 20, "amount": 50, "calendarMonthlyLimit": 200},
	}, nil
}
