package observe

import (
	"time"

	"zerops-mcp/tools/tool"
)

// labelSteps lists what lies between two labels of a scale of time, shortest first.
func labelSteps() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{
		time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour,
		day, 2 * day, 3 * day, 4 * day, 7 * day, 14 * day, 28 * day,
	}
}

// timeLabels names at most about count of the buckets: at round times within days,
// with the date at midnight, else by the date. Weeks and longer are named at equal
// distances, since they need not begin at a round time.
func timeLabels(at []time.Time, step tool.Interval, count int) []string {
	labels := make([]string, len(at))
	if len(at) == 0 {
		return labels
	}
	span := at[len(at)-1].Sub(at[0])
	if step.Length < 7*24*time.Hour {
		for _, between := range labelSteps() {
			if between >= step.Length && span <= between*time.Duration(count) {
				return roundLabels(at, between)
			}
		}
	}
	layout := "2 Jan"
	if step.Name == "month" {
		layout = "Jan 2006"
	}
	every := max((len(at)+count-1)/max(count, 1), 1)
	for i := 0; i < len(at); i += every {
		labels[i] = at[i].UTC().Format(layout)
	}
	return labels
}

// roundLabels names the times that are a multiple of a duration.
func roundLabels(at []time.Time, between time.Duration) []string {
	labels := make([]string, len(at))
	for i, t := range at {
		t = t.UTC()
		switch {
		case !t.Truncate(between).Equal(t):
		case t.Hour() == 0 && t.Minute() == 0:
			labels[i] = t.Format("2 Jan")
		default:
			labels[i] = t.Format("15:04")
		}
	}
	return labels
}
