package costs_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools/facts/costs"
	"zerops-mcp/zerops"
)

func TestRunWay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var credit zerops.Credit
	if err := json.Unmarshal([]byte(`{"credit":90,"promoCredit":"10.0","clientInfo":{"currency":{"id":"USD"}}}`), &credit); err != nil {
		t.Fatal(err)
	}
	v := costs.ViewCredit(credit, zerops.PeriodCost{Last30Days: 150, DailyAverage: 5}, now)
	if v.DaysLeft == nil || *v.DaysLeft != 20 || v.RunsOut.Format(time.DateOnly) != "2026-12-13" || *v.CreditUSD != 90 || *v.PromoUSD != 10 {
		t.Errorf("100 USD at 5 a day: %+v", v)
	}
	if v := costs.ViewCredit(credit, zerops.PeriodCost{Last30Days: 150}, now); v.DaysLeft == nil || *v.DaysLeft != 20 {
		t.Errorf("without the API's average: %+v", v)
	}
	if v := costs.ViewCredit(credit, zerops.PeriodCost{}, now); v.DaysLeft != nil || !strings.Contains(v.Note, "nothing was spent") {
		t.Errorf("without spending: %+v", v)
	}
	if v := costs.ViewCredit(zerops.Credit{}, zerops.PeriodCost{DailyAverage: 1}, now); v.DaysLeft == nil || *v.DaysLeft != 0 || v.RunsOut != nil {
		t.Errorf("without credit: %+v", v)
	}
	if v := costs.ViewCredit(credit, zerops.PeriodCost{DailyAverage: 1e-9}, now); v.DaysLeft != nil {
		t.Errorf("at next to no pace: %+v", v)
	}
}
