package plot

import (
	"image"
	"image/color"
	"math"
)

// canvas is the picture while it is drawn.
type canvas struct{ *image.RGBA }

func newCanvas(width, height int) *canvas {
	c := &canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
	for i := range c.Pix {
		c.Pix[i] = 0xff
	}
	return c
}

// blend lays a colour over a pixel; coverage is from 0 to 1. Pixels outside the
// picture are ignored.
func (c *canvas) blend(x, y int, ink color.RGBA, coverage float64) {
	if !image.Pt(x, y).In(c.Rect) {
		return
	}
	mix := func(below, above uint8) uint8 {
		return uint8(math.Round(float64(below) + (float64(above)-float64(below))*coverage))
	}
	old := c.RGBAAt(x, y)
	c.SetRGBA(x, y, color.RGBA{R: mix(old.R, ink.R), G: mix(old.G, ink.G), B: mix(old.B, ink.B), A: 0xff})
}

func (c *canvas) fill(area image.Rectangle, ink color.RGBA) {
	area = area.Intersect(c.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			c.SetRGBA(x, y, ink)
		}
	}
}

// paletted is the picture with at most 256 colours, which takes half the bytes of
// one with all. The colours beyond those, shades where many edges meet, become
// the nearest.
func (c *canvas) paletted() *image.Paletted {
	out := image.NewPaletted(c.Rect, nil)
	known := map[color.RGBA]uint8{}
	for i := range out.Pix {
		pixel := color.RGBA{R: c.Pix[4*i], G: c.Pix[4*i+1], B: c.Pix[4*i+2], A: 0xff}
		index, ok := known[pixel]
		switch {
		case ok:
		case len(out.Palette) < 256:
			index = uint8(len(out.Palette)) //nolint:gosec // below 256
			out.Palette = append(out.Palette, pixel)
			known[pixel] = index
		default:
			index = uint8(out.Palette.Index(pixel)) //nolint:gosec // a palette has at most 256
			known[pixel] = index
		}
		out.Pix[i] = index
	}
	return out
}

// point is a place within a plot, in pixels of the picture.
type point struct{ x, y float64 }

// strokeShades is how many steps of coverage the edge of a line has; few keep the
// file small.
const strokeShades = 8

// stroke draws a line through points with smooth edges, or a dot for a single one.
// Coverage is gathered first, so that joints are no darker than the rest.
func (c *canvas) stroke(area image.Rectangle, points []point, width float64, ink color.RGBA) {
	var all image.Rectangle
	for _, p := range points {
		all = all.Union(around(p, p, width))
	}
	area = area.Intersect(all) // a line with many gaps is many short ones
	mask := make([]float64, area.Dx()*area.Dy())
	for i, from := range points {
		to := points[min(i+1, len(points)-1)]
		touched := around(from, to, width).Intersect(area)
		for y := touched.Min.Y; y < touched.Max.Y; y++ {
			for x := touched.Min.X; x < touched.Max.X; x++ {
				far := distance(point{float64(x) + 0.5, float64(y) + 0.5}, from, to)
				at := (y-area.Min.Y)*area.Dx() + x - area.Min.X
				mask[at] = max(mask[at], min(width/2+0.5-far, 1))
			}
		}
	}
	for i, coverage := range mask {
		if coverage > 0 {
			c.blend(area.Min.X+i%area.Dx(), area.Min.Y+i/area.Dx(), ink, math.Ceil(coverage*strokeShades)/strokeShades)
		}
	}
}

// around is every pixel that a line from a to b can touch.
func around(a, b point, width float64) image.Rectangle {
	reach := width/2 + 1
	return image.Rect(
		int(math.Floor(min(a.x, b.x)-reach)), int(math.Floor(min(a.y, b.y)-reach)),
		int(math.Ceil(max(a.x, b.x)+reach)), int(math.Ceil(max(a.y, b.y)+reach)),
	)
}

// distance is how far p is from the nearest place between a and b.
func distance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	along := 0.0
	if square := dx*dx + dy*dy; square > 0 {
		along = min(max(((p.x-a.x)*dx+(p.y-a.y)*dy)/square, 0), 1)
	}
	return math.Hypot(p.x-a.x-along*dx, p.y-a.y-along*dy)
}
