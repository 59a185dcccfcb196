package plot

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// The size of every picture and the distances within, in pixels.
const (
	// Width is the width of every picture.
	Width = 900
	// Height is the height of every picture.
	Height = 420

	margin    = 14
	headTop   = 10
	legendTop = 36
	tick      = 5
	gap       = 6
)

// Kind is how the values of a panel are drawn.
type Kind int

// The kinds of panels.
const (
	// Lines joins the values of a series, with a gap where one is missing.
	Lines Kind = iota
	// Bars draws the values of a position beside each other.
	Bars
	// Stacked draws the values of a position upon each other.
	Stacked
)

// Series is a named row of values, one for each position of the panel. NaN is a
// missing value; what is below zero is drawn as zero.
type Series struct {
	Name   string
	Values []float64
}

// Panel is one plot with its axes.
type Panel struct {
	Title  string // may be empty
	X, Y   string // what the axes show, with the unit
	Labels []string
	// Names says that labels name every position. They are then put in two rows if
	// one is too narrow; labels that mark a scale are left out instead.
	Names  bool
	Series []Series
	Kind   Kind
	// Least is the number the upright axis reaches at least; 0 lets the values decide.
	Least float64
}

// Figure is a picture of panels side by side, with a legend for the series of the
// first, which the others share.
type Figure struct {
	Title  string
	Panels []Panel
}

// Palette lists the colours of the series, in order; they tell apart on white,
// also for most people who see colours differently.
func Palette() []color.RGBA {
	return []color.RGBA{
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

func colorOf(series int) color.RGBA {
	all := Palette()
	return all[series%len(all)]
}

func ink() color.RGBA    { return color.RGBA{R: 50, G: 50, B: 50, A: 255} }
func faint() color.RGBA  { return color.RGBA{R: 226, G: 228, B: 232, A: 255} }
func strong() color.RGBA { return color.RGBA{R: 120, G: 124, B: 130, A: 255} }

// drawing is a canvas with the fonts to write on it.
type drawing struct {
	*canvas
	small, large font
}

// PNG draws the figure, Width by Height pixels. The error is one of the encoder or
// of a damaged program; there is no value that cannot be drawn.
func (f Figure) PNG() ([]byte, error) {
	small, err := openFont(smallSheet)
	if err != nil {
		return nil, err
	}
	large, err := openFont(largeSheet)
	if err != nil {
		return nil, err
	}
	d := drawing{canvas: newCanvas(Width, Height), small: small, large: large}
	large.draw(d.canvas, large.cut(f.Title, Width-2*margin), margin, headTop, ink())
	if len(f.Panels) > 0 {
		top := d.legend(f.Panels[0]) + gap + 2
		width := Width / len(f.Panels)
		for i, p := range f.Panels {
			d.panel(p, image.Rect(i*width, top, (i+1)*width, Height))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, d.paletted()); err != nil {
		return nil, fmt.Errorf("writing the picture: %w", err)
	}
	return out.Bytes(), nil
}

// legendRows is how many rows a legend has at most.
const legendRows = 4

// legend names the series beside their colours, in rows as long as the picture is
// wide, and tells where the rows end. At least three names fit in a row; series
// beyond the last row are not named.
func (d drawing) legend(p Panel) int {
	const swatch, apart = 14, 2 * gap
	row := d.small.height + 2
	x, y := margin, legendTop
	for i, s := range p.Series {
		name := d.small.cut(s.Name, (Width-2*margin)/3-swatch-gap-apart)
		width := swatch + gap + d.small.width(name)
		if x > margin && x+width > Width-margin {
			x, y = margin, y+row
		}
		if y >= legendTop+legendRows*row {
			break
		}
		middle := y + d.small.height/2
		mark := image.Rect(x, middle-5, x+swatch, middle+6)
		if p.Kind == Lines {
			mark = image.Rect(x, middle-1, x+swatch, middle+2)
		}
		d.fill(mark, colorOf(i))
		d.small.draw(d.canvas, name, x+swatch+gap, y, ink())
		x += width + apart
	}
	return min(y, legendTop+(legendRows-1)*row) + row
}
