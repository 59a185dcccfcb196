package simulator

import (
	"fmt"
	"time"
)

// bucket is one interval of a statistic.
type bucket struct {
	from, till time.Time
}

// maxBuckets bounds a statistic.
const maxBuckets = 5000

// bucketStart rounds a time down to the beginning of its interval.
func bucketStart(t time.Time, step string) time.Time {
	year, month, dayOf := t.Date()
	switch step {
	case "1m":
		return time.Date(year, month, dayOf, t.Hour(), t.Minute(), 0, 0, t.Location())
	case "1h":
		return time.Date(year, month, dayOf, t.Hour(), 0, 0, 0, t.Location())
	case "1w":
		return time.Date(year, month, dayOf-int(t.Weekday()+6)%7, 0, 0, 0, 0, t.Location())
	case "1M":
		return time.Date(year, month, 1, 0, 0, 0, 0, t.Location())
	default:
		return time.Date(year, month, dayOf, 0, 0, 0, 0, t.Location())
	}
}

// bucketAfter is the beginning of the interval n steps on.
func bucketAfter(t time.Time, step string, n int) time.Time {
	switch step {
	case "1m":
		return t.Add(time.Duration(n) * time.Minute)
	case "1h":
		return t.Add(time.Duration(n) * time.Hour)
	case "1w":
		return t.AddDate(0, 0, 7*n)
	case "1M":
		return t.AddDate(0, n, 0)
	default:
		return t.AddDate(0, 0, n)
	}
}

func knownStep(step string) bool {
	switch step {
	case "1m", "1h", "1d", "1w", "1M":
		return true
	default:
		return false
	}
}

// statsRange is the time that a statistic is about, as the body asks for it.
type statsRange struct {
	Limit       *int       `json:"limit"`
	From        *time.Time `json:"from"`
	Till        *time.Time `json:"till"`
	TimeZone    string     `json:"timeZone"`
	TimeGroupBy string     `json:"timeGroupBy"`
	GroupBy     string     `json:"groupBy"`
}

// buckets cuts the range into intervals of the time zone; codes begin with family.
func (r *statsRange) buckets(now time.Time, family string) ([]bucket, error) {
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		return nil, refuse(family+"TimeZoneInvalid", "Time zone [%s] is invalid", r.TimeZone)
	}
	if !knownStep(r.TimeGroupBy) {
		return nil, badField("timeGroupBy", "field must be one of: 1m, 1h, 1d, 1w, 1M")
	}
	complete := r.From != nil && r.Till != nil
	switch {
	case r.Limit != nil && (r.From != nil || r.Till != nil), r.Limit == nil && !complete:
		return nil, refuse(family+"LimitOrRangeRequired", "Either limit or from and till must be set")
	case complete && !r.From.Before(*r.Till):
		return nil, refuse(family+"TillBeforeFrom", "Till must be after from")
	}
	if r.Limit != nil {
		if *r.Limit < 1 || *r.Limit > maxBuckets {
			return nil, badField("limit", fmt.Sprintf("value must be between 1 and %d", maxBuckets))
		}
		first := bucketAfter(bucketStart(now.In(zone), r.TimeGroupBy), r.TimeGroupBy, 1-*r.Limit)
		till := bucketAfter(first, r.TimeGroupBy, *r.Limit)
		return cut(first, till, r.TimeGroupBy), nil
	}
	all := cut(bucketStart(r.From.In(zone), r.TimeGroupBy), r.Till.In(zone), r.TimeGroupBy)
	if len(all) >= maxBuckets {
		return nil, refuse(family+"RangeTooLong", "Range is too long")
	}
	return all, nil
}

func cut(first, till time.Time, step string) []bucket {
	var all []bucket
	for at := first; at.Before(till) && len(all) < maxBuckets; {
		next := bucketAfter(at, step, 1)
		all = append(all, bucket{from: at, till: next})
		at = next
	}
	return all
}

// zoned writes a time with the offset of its zone.
func zoned(t time.Time) string { return t.Format("2006-01-02T15:04:05-07:00") }
