package plot_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"zerops-mcp/tools/observe/plot"
)

func draw(tb testing.TB, f plot.Figure) image.Image {
	tb.Helper()
	raw, err := f.PNG()
	if err != nil {
		tb.Fatal(err)
	}
	if len(raw) > 60_000 {
		tb.Errorf("%d bytes", len(raw))
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		tb.Fatal(err)
	}
	if size := picture.Bounds().Size(); size != image.Pt(plot.Width, plot.Height) {
		tb.Errorf("the picture is %v", size)
	}
	return picture
}

// extent is the smallest rectangle around all pixels of a colour below the legend.
func extent(picture image.Image, of color.RGBA) image.Rectangle {
	var found image.Rectangle
	for y := 54; y < plot.Height; y++ {
		for x := range plot.Width {
			if picture.At(x, y) == of {
				found = found.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return found
}

func has(picture image.Image, area image.Rectangle, of color.RGBA) bool {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if picture.At(x, y) == of {
				return true
			}
		}
	}
	return false
}

// dark counts what text leaves: pixels that are neither light nor coloured.
func dark(picture image.Image, area image.Rectangle) int {
	count := 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if r, _, _, _ := picture.At(x, y).RGBA(); r < 0xa000 {
				count++
			}
		}
	}
	return count
}

func axisColor() color.RGBA { return color.RGBA{R: 120, G: 124, B: 130, A: 255} }

func TestLinesAreWhereTheirValuesAre(t *testing.T) {
	t.Parallel()
	half, full := make([]float64, 20), make([]float64, 20)
	for i := range half {
		half[i], full[i] = 50, 100
	}
	half[9], half[10], half[11] = math.NaN(), math.NaN(), math.NaN()
	picture := draw(t, plot.Figure{Title: "Half", Panels: []plot.Panel{{
		X: "time (UTC)", Y: "GB", Labels: []string{"a"}, Least: 100, Series: []plot.Series{{Name: "used", Values: half}, {Name: "limit", Values: full}},
	}}})
	colours := plot.Palette()
	axes, used, limit := extent(picture, axisColor()), extent(picture, colours[0]), extent(picture, colours[1])
	if axes.Dx() < 800 || axes.Dy() < 250 {
		t.Errorf("the axes span %v", axes)
	}
	if used.Dx() < 800 || used.Dy() > 3 || limit.Dx() < 800 || limit.Dy() > 3 {
		t.Errorf("the lines span %v and %v", used, limit)
	}
	bottom := limit.Min.Y + 2*(used.Min.Y-limit.Min.Y)
	if column := image.Rect(used.Min.X, bottom-3, used.Max.X, bottom+5); !has(picture, column, axisColor()) {
		t.Errorf("the lower line is at %v, the upper at %v, the axis not twice as far", used, limit)
	}
	middle := used.Min.X + used.Dx()/2
	if has(picture, image.Rect(middle-20, used.Min.Y, middle+20, used.Max.Y), colours[0]) {
		t.Error("missing values are joined")
	}
	for place, area := range map[string]image.Rectangle{
		"title": image.Rect(0, 0, 200, 32), "legend": image.Rect(0, 34, 200, 56), "unit": image.Rect(0, 56, 60, 76),
		"numbers": image.Rect(12, 90, 40, 380), "x axis": image.Rect(400, 395, 600, 420),
	} {
		if dark(picture, area) < 20 {
			t.Errorf("no text for the %s", place)
		}
	}
}

func TestASingleValueIsADot(t *testing.T) {
	t.Parallel()
	picture := draw(t, plot.Figure{Panels: []plot.Panel{{Series: []plot.Series{{Values: []float64{math.NaN(), 1, math.NaN()}}}}}})
	if dot := extent(picture, plot.Palette()[0]); dot.Empty() || dot.Dx() > 4 || dot.Dy() > 4 {
		t.Errorf("got %v", dot)
	}
}

func TestBarsStandOnTheAxis(t *testing.T) {
	t.Parallel()
	series := []plot.Series{{Name: "one", Values: []float64{40, 10}}, {Name: "two", Values: []float64{60, 10}}}
	colours := plot.Palette()
	beside := draw(t, plot.Figure{Panels: []plot.Panel{{Kind: plot.Bars, Least: 100, Series: series}}})
	one, two := extent(beside, colours[0]), extent(beside, colours[1])
	if one.Max.Y != two.Max.Y || one.Min.X >= two.Min.X || math.Abs(float64(one.Dy())/float64(two.Dy())-4.0/6) > 0.02 {
		t.Errorf("beside each other: %v and %v", one, two)
	}
	stacked := draw(t, plot.Figure{Panels: []plot.Panel{{Kind: plot.Stacked, Least: 100, Series: series}}})
	one, two = extent(stacked, colours[0]), extent(stacked, colours[1])
	if one.Min.X != two.Min.X || one.Max.X != two.Max.X || two.Min.Y >= one.Min.Y || two.Dy() <= one.Dy() {
		t.Errorf("stacked: %v and %v", one, two)
	}
}

func TestEverySeriesHasItsColour(t *testing.T) {
	t.Parallel()
	var series []plot.Series
	for i := range plot.Palette() {
		series = append(series, plot.Series{Name: strings.Repeat("long name ", 3) + strconv.Itoa(i), Values: []float64{1, 2}})
	}
	picture := draw(t, plot.Figure{Panels: []plot.Panel{{Kind: plot.Stacked, Series: series}}})
	for i, of := range plot.Palette() {
		if !has(picture, image.Rect(0, 34, plot.Width, 100), of) || extent(picture, of).Empty() {
			t.Errorf("the colour of series %d is missing", i)
		}
	}
}

// TestNoiseStaysSmall draws what compresses worst: a day of minutes without any
// regularity, on three panels.
func TestNoiseStaysSmall(t *testing.T) {
	t.Parallel()
	for _, points := range []int{24, 60, 100, 200, 400, 1440} {
		random := rand.New(rand.NewPCG(1, 2))
		noise := func() []float64 {
			values := make([]float64, points)
			for i := range values {
				values[i] = random.Float64()
			}
			return values
		}
		var panels []plot.Panel
		for range 3 {
			panels = append(panels, plot.Panel{
				Title: "RAM: peak 0.181 of 0.25 GB (72 %)", X: "time (UTC)", Y: "GB", Labels: []string{"18:00"},
				Series: []plot.Series{{Name: "used", Values: noise()}, {Name: "limit", Values: noise()}},
			})
		}
		draw(t, plot.Figure{Title: "Noise in a project, 22 Nov 17:00 – 23 Nov 17:00 UTC", Panels: panels})
	}
}

func TestAxesEndOnRoundNumbers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values      []float64
		least       float64
		top, second string
	}{
		{values: []float64{0.3}, top: "0.4", second: "0.1"},
		{values: []float64{100}, least: 100, top: "100", second: "20"},
		{values: []float64{101}, least: 100, top: "120", second: "20"},
		{values: []float64{0.0123}, top: "0.015", second: "0.005"},
		{values: []float64{7}, top: "8", second: "2"},
		{values: []float64{9.9}, top: "12", second: "2"},
		{values: []float64{123_456}, top: "150000", second: "50000"},
		{values: []float64{math.Inf(1)}, top: "1.2e+30", second: "2e+29"},
		{values: []float64{1}, least: math.Inf(1), top: "1e+30", second: "2e+29"},
		{values: []float64{1}, least: math.NaN(), top: "1.2", second: "0.2"},
		{values: nil, top: "1.0", second: "0.2"},
		{values: []float64{math.NaN(), -5, 5e-324}, top: "1.0", second: "0.2"},
	} {
		top, second := plot.AxisLabels(test.values, test.least)
		if top != test.top || second != test.second {
			t.Errorf("%v: steps of %s up to %s", test.values, second, top)
		}
	}
}

// TestNamesBeyondTheFont sees to it that letters are drawn, marks take no room, and
// what the font lacks is a box.
func TestNamesBeyondTheFont(t *testing.T) {
	t.Parallel()
	title := func(text string) image.Image { return draw(t, plot.Figure{Title: text}) }
	same := func(a, b image.Image) bool {
		return reflect.DeepEqual(a, b)
	}
	if same(title("příliš žluťoučký"), title("prilis zlutoucky")) || same(title("č"), title("□")) || same(title("Ж"), title("□")) {
		t.Error("letters are not told apart")
	}
	if !same(title("店"), title("□")) || !same(title("\xff🚀"), title("□□")) {
		t.Error("what the font lacks is no box")
	}
	if !same(title("e\u0301a\u200db\x07"), title("eab")) {
		t.Error("marks and controls take room")
	}
	if picture := title(strings.Repeat("W", 5000)); dark(picture, image.Rect(plot.Width-10, 0, plot.Width, 34)) > 0 {
		t.Error("a long title runs over the edge")
	}
}

// The platform tells numbers that nobody would draw by hand.
func TestWhateverTheNumbersThereIsAPicture(t *testing.T) {
	t.Parallel()
	odd := []float64{1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 5e-324, math.Copysign(0, -1), 1e300}
	for _, kind := range []plot.Kind{plot.Lines, plot.Bars, plot.Stacked} {
		for _, names := range []bool{false, true} {
			p := plot.Panel{Title: "\xff\u0301", Labels: strings.Split("žluťoučk", ""), Names: names, Kind: kind, Least: odd[len(odd)-1], Series: []plot.Series{{Values: odd}, {Name: strings.Repeat("x", 300), Values: odd[4:]}, {}}}
			draw(t, plot.Figure{Panels: []plot.Panel{p, {}}})
		}
	}
}
