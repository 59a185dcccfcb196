package tools

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/go-analyze/charts"
)

// The size of every picture, in pixels.
const (
	chartWidth  = 900
	chartHeight = 420
	chartHead   = 64 // the part for title and legend
)

// Colours that tell apart on white, also for most people who see colours
// differently.
func chartColors() []charts.Color {
	return []charts.Color{
		{R: 31, G: 99, B: 181, A: 255},
		{R: 230, G: 126, B: 34, A: 255},
		{R: 39, G: 154, B: 112, A: 255},
		{R: 142, G: 84, B: 166, A: 255},
		{R: 211, G: 84, B: 102, A: 255},
		{R: 119, G: 119, B: 119, A: 255},
		{R: 189, G: 164, B: 38, A: 255},
		{R: 83, G: 189, B: 214, A: 255},
	}
}

func chartTheme() charts.ColorPalette {
	return charts.GetTheme(charts.ThemeLight).WithBackgroundColor(charts.ColorWhite).WithSeriesColors(chartColors())
}

func textStyle(size float64) charts.FontStyle {
	return charts.FontStyle{FontSize: size, FontColor: charts.Color{R: 60, G: 60, B: 60, A: 255}}
}

// panel is one small chart of a resource over time: what was used under what
// there was.
type panel struct {
	title, unit string
	used, limit []float64 // null where nothing was measured
}

// drawPanels draws panels side by side over the same times.
func drawPanels(title string, at []time.Time, step interval, panels []panel) ([]byte, error) {
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: chartWidth, Height: chartHeight, Theme: chartTheme()})
	p.FilledRect(0, 0, chartWidth, chartHeight, charts.ColorWhite, charts.ColorWhite, 0)
	p.Text(title, 12, 28, 0, textStyle(15))
	colors := chartColors()
	for i, word := range []string{"used", "limit"} {
		x := 12 + i*80
		p.LineStroke([]charts.Point{{X: x, Y: 46}, {X: x + 22, Y: 46}}, colors[i], 3)
		p.Text(word, x+28, 51, 0, textStyle(12))
	}
	width := chartWidth / len(panels)
	count := 4
	if step.length >= 24*time.Hour {
		count = 3 // dates are wider than times of day
	}
	for i, one := range panels {
		child := p.Child(charts.PainterBoxOption(charts.NewBox(i*width, chartHead, (i+1)*width, chartHeight)))
		if err := child.LineChart(one.option(timeLabels(at, step, len(at)), count)); err != nil {
			return nil, fmt.Errorf("drawing %s: %w", one.title, err)
		}
	}
	return pngOf(p)
}

func (one panel) option(labels []string, count int) charts.LineChartOption {
	option := charts.NewLineChartOptionWithData([][]float64{one.used, one.limit})
	option.Theme = chartTheme()
	option.Padding = charts.NewBox(12, 6, 16, 10)
	option.Title = charts.TitleOption{Text: one.title, FontStyle: textStyle(12)}
	option.Legend.Show = new(false)
	option.Symbol = charts.Symbol{Shape: charts.SymbolNone}
	option.LineStrokeWidth = 2
	top := niceTop(slices.Concat(one.used, one.limit))
	option.XAxis = charts.XAxisOption{
		Title: "time (UTC)", TitleFontStyle: textStyle(11), Labels: labels, LabelFontStyle: textStyle(10), BoundaryGap: new(false), LabelCount: count,
	}
	option.YAxis = []charts.YAxisOption{{
		Title: one.unit, TitleFontStyle: textStyle(11), LabelFontStyle: textStyle(10), Min: new(0.0), Max: &top, LabelCount: 5,
		ValueFormatter: axisNumber,
	}}
	return option
}

// stack is a chart of sums over time or over names, each bar made of parts.
type stack struct {
	title, xTitle, yTitle string
	labels                []string
	names                 []string // of the parts
	values                [][]float64
	stacked               bool
	top                   float64 // of the axis; 0 lets the values decide
}

func (s stack) draw() ([]byte, error) {
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: chartWidth, Height: chartHeight, Theme: chartTheme()})
	values := s.values
	if s.stacked {
		// The library lets the axis of a stack begin below zero unless some part is
		// zero; one that draws nothing sees to that.
		values = append(slices.Clone(values), make([]float64, len(s.labels)))
	}
	option := charts.NewBarChartOptionWithData(values)
	option.Theme = chartTheme()
	option.Padding = charts.NewBox(20, 16, 24, 12)
	option.Title = charts.TitleOption{Text: s.title, FontStyle: textStyle(15), Offset: charts.OffsetStr{Left: "20"}}
	option.Legend = charts.LegendOption{SeriesNames: s.names, FontStyle: textStyle(11), Offset: charts.OffsetStr{Left: "20", Top: "30"}, Symbol: charts.SymbolSquare}
	option.StackSeries = new(s.stacked)
	option.CategoryAxis = charts.CategoryAxisOption{
		Title: s.xTitle, TitleFontStyle: textStyle(12), Labels: s.labels, LabelFontStyle: textStyle(10), LabelCount: len(s.labels),
	}
	axis := charts.ValueAxisOption{
		Title: s.yTitle, TitleFontStyle: textStyle(12), LabelFontStyle: textStyle(10), Min: new(0.0), LabelCount: 5, ValueFormatter: axisNumber,
	}
	if s.top == 0 {
		s.top = niceTop(s.heights())
	}
	axis.Max = &s.top
	option.ValueAxis = []charts.ValueAxisOption{axis}
	if err := p.BarChart(option); err != nil {
		return nil, fmt.Errorf("drawing %s: %w", s.title, err)
	}
	return pngOf(p)
}

// heights are the values of all bars, parts added up where they are stacked.
func (s stack) heights() []float64 {
	if !s.stacked {
		return slices.Concat(s.values...)
	}
	sums := make([]float64, len(s.labels))
	for _, part := range s.values {
		for i, v := range part {
			sums[i] += v
		}
	}
	return sums
}

func pngOf(p *charts.Painter) ([]byte, error) {
	raw, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("writing the picture: %w", err)
	}
	return raw, nil
}

// niceTop is a round number above all values, so that lines do not run along the
// edge.
func niceTop(values []float64) float64 {
	highest := 0.0
	for _, v := range values {
		if v != charts.GetNullValue() {
			highest = max(highest, v)
		}
	}
	if highest <= 0 {
		return 1
	}
	highest *= 1.05
	power := math.Pow(10, math.Floor(math.Log10(highest)))
	for _, step := range []float64{1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8} {
		if step*power >= highest {
			return step * power
		}
	}
	return 10 * power
}

// axisNumber writes a number as short as it can be told apart.
func axisNumber(v float64) string {
	switch {
	case v == charts.GetNullValue():
		return ""
	case math.Abs(v) >= 1000:
		return strconv.FormatFloat(math.Round(v), 'f', -1, 64)
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

// timeLabels names the buckets, at most count of them evenly spread: by the time
// of day within two days, with the date at midnight, else by the date.
func timeLabels(at []time.Time, step interval, count int) []string {
	layout := "2 Jan"
	switch {
	case step.name == "month":
		layout = "Jan 2006"
	case len(at) > 1 && at[len(at)-1].Sub(at[0]) <= 48*time.Hour:
		layout = "15:04"
	}
	every := max((len(at)+count-1)/max(count, 1), 1)
	labels := make([]string, len(at))
	for i, t := range at {
		t = t.UTC()
		switch {
		case i%every != 0:
		case layout == "15:04" && t.Hour() == 0 && t.Minute() == 0:
			labels[i] = t.Format("2 Jan")
		default:
			labels[i] = t.Format(layout)
		}
	}
	return labels
}
