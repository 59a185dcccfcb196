package costs

import (
	"math"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Money is an amount in the currency that the API names: the unit is in the name
// where it is US dollars, and in currency beside it otherwise.
type Money struct {
	CostUSD *float64 `json:"cost_usd,omitempty"`
	Cost    *float64 `json:"cost,omitempty"`
}

// InCurrency is an amount in a currency.
func InCurrency(amount float64, currency string) Money {
	amount = math.Round(amount*1e4) / 1e4
	if currency == dollars {
		return Money{CostUSD: &amount}
	}
	return Money{Cost: &amount}
}

const dollars = "USD"

// View is what a project, service, day or organization costs.
type View struct {
	ID      string     `json:"id,omitempty"`
	Name    string     `json:"name,omitempty"`
	Project string     `json:"project,omitempty"`
	From    *time.Time `json:"from,omitempty"`
	Money
	Currency     string   `json:"currency,omitempty"`
	SharePercent *float64 `json:"share_percent,omitempty"`
	Credit       *Credit  `json:"credit,omitempty"`
}

// Point is what all cost in one interval.
type Point struct {
	From time.Time `json:"from"`
	Money
}

// Period is what an organization cost in a period that the platform sums up.
type Period struct {
	Period string `json:"period"`
	Money
}

// Credit is what is left and how long it lasts at the pace of the last days.
type Credit struct {
	CreditUSD *float64   `json:"credit_usd,omitempty"`
	Credit    *float64   `json:"credit,omitempty"`
	PromoUSD  *float64   `json:"promo_credit_usd,omitempty"`
	Promo     *float64   `json:"promo_credit,omitempty"`
	PerDayUSD *float64   `json:"average_per_day_usd,omitempty"`
	PerDay    *float64   `json:"average_per_day,omitempty"`
	DaysLeft  *float64   `json:"days_left,omitempty"`
	RunsOut   *time.Time `json:"runs_out,omitempty"`
	AutoTopUp *TopUp     `json:"auto_top_up,omitempty"`
	Note      string     `json:"note,omitempty"`
}

// TopUp is in the currency of the result.
type TopUp struct {
	Below        float64 `json:"when_below"`
	Amount       float64 `json:"amount"`
	MonthlyLimit float64 `json:"monthly_limit"`
}

// Share is a part of a whole in percent, nil of nothing.
func Share(part, whole float64) *float64 {
	if whole <= 0 {
		return nil
	}
	return new(math.Round(part/whole*1000) / 10)
}

// ViewPeriods are the sums of the platform, the latest first.
func ViewPeriods(p zerops.PeriodCost, currency string) []Period {
	var views []Period
	for _, period := range []struct {
		name string
		cost zerops.Money
	}{
		{"today", p.Today},
		{"yesterday", p.Yesterday},
		{"last_24_hours", p.Last24Hours},
		{"last_7_days", p.Last7Days},
		{"last_30_days", p.Last30Days},
		{"this_month", p.ThisMonth},
		{"last_month", p.LastMonth},
		{"this_year", p.ThisYear},
		{"last_year", p.LastYear},
	} {
		views = append(views, Period{Period: period.name, Money: InCurrency(float64(period.cost), currency)})
	}
	return views
}

// longestRunway bounds the forecast: past it, the pace will have changed.
const longestRunway = 3650

// ViewCredit tells how long the credit lasts at the average pace of the last 30
// days.
func ViewCredit(credit zerops.Credit, periods zerops.PeriodCost, now time.Time) *Credit {
	perDay := float64(periods.DailyAverage)
	if perDay <= 0 {
		perDay = float64(periods.Last30Days) / 30
	}
	left := float64(credit.Credit + credit.Promo)
	amount, promo, pace := cents(float64(credit.Credit)), cents(float64(credit.Promo)), new(math.Round(perDay*1e4)/1e4)
	v := &Credit{}
	if tool.Clean(credit.Info.Currency.ID, 10) == dollars {
		v.CreditUSD, v.PromoUSD, v.PerDayUSD = amount, promo, pace
	} else {
		v.Credit, v.Promo, v.PerDay = amount, promo, pace
	}
	switch {
	case perDay <= 0:
		v.Note = "nothing was spent in the last 30 days"
	case left <= 0:
		v.DaysLeft, v.Note = new(0.0), "no credit is left"
	case left/perDay > longestRunway:
		v.Note = "at the average pace of the last 30 days the credit lasts for more than 10 years"
	default:
		v.DaysLeft = new(math.Round(left/perDay*10) / 10)
		v.RunsOut = new(now.Add(time.Duration(left / perDay * 24 * float64(time.Hour))).UTC().Truncate(24 * time.Hour))
		v.Note = "at the average pace of the last 30 days, promotional credit included"
	}
	if t := credit.AutoTopUp; t != nil {
		v.AutoTopUp = &TopUp{Below: *cents(float64(t.Threshold)), Amount: *cents(float64(t.Amount)), MonthlyLimit: *cents(float64(t.MonthlyLimit))}
		v.Note += "; automatic top-up is on, so it may last longer"
	}
	return v
}

func cents(amount float64) *float64 { return new(math.Round(amount*100) / 100) }
