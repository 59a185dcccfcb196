package plot

import (
	"image"
	"math"
	"slices"
)

// positions is how many places there are along the level axis.
func (p Panel) positions() int {
	n := len(p.Labels)
	for _, s := range p.Series {
		n = max(n, len(s.Values))
	}
	return n
}

// heights are what the upright axis must reach: the values, or their sums where
// they are stacked.
func (p Panel) heights() []float64 {
	if p.Kind != Stacked {
		var all []float64
		for _, s := range p.Series {
			all = append(all, s.Values...)
		}
		return all
	}
	sums := make([]float64, p.positions())
	for _, s := range p.Series {
		for i, v := range s.Values {
			sums[i] += solid(v)
		}
	}
	return sums
}

// solid is a value as a bar shows it: none where it is missing or below zero.
func solid(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, 0), largest)
}

// panel draws axes, grid, labels and series within the frame.
func (d drawing) panel(p Panel, frame image.Rectangle) {
	y := frame.Min.Y
	if p.Title != "" {
		d.small.draw(d.canvas, d.small.cut(p.Title, frame.Dx()-2*margin), frame.Min.X+margin, y, ink())
		y += d.small.height + gap
	}
	d.small.draw(d.canvas, d.small.cut(p.Y, frame.Dx()-2*margin), frame.Min.X+margin, y, strong())
	y += d.small.height + gap + 2

	scale := newAxis(p.heights(), p.Least)
	var ticks []float64
	widest := 0
	for i := range int(math.Round(scale.top/scale.step)) + 1 {
		ticks = append(ticks, float64(i)*scale.step)
		widest = max(widest, d.small.width(scale.label(ticks[i])))
	}
	area := image.Rect(frame.Min.X+margin+widest+gap, y, frame.Max.X-margin, frame.Max.Y)
	rows := p.rows(d.small, area.Dx())
	area.Max.Y -= (rows+1)*d.small.height + tick + 2*gap

	for _, v := range ticks {
		at := p.level(area, scale, v)
		d.fill(image.Rect(area.Min.X, at, area.Max.X, at+1), faint())
		text := scale.label(v)
		d.small.draw(d.canvas, text, area.Min.X-gap-d.small.width(text), at-d.small.height/2, ink())
	}
	switch p.Kind {
	case Lines:
		d.lines(p, area, scale)
	case Bars, Stacked:
		d.bars(p, area, scale)
	}
	d.fill(image.Rect(area.Min.X, area.Min.Y, area.Min.X+1, area.Max.Y), strong())
	d.fill(image.Rect(area.Min.X, area.Max.Y-1, area.Max.X, area.Max.Y), strong())
	d.labels(p, area, rows)
	title := d.small.cut(p.X, area.Dx())
	d.small.draw(d.canvas, title, (area.Min.X+area.Max.X-d.small.width(title))/2, area.Max.Y+tick+gap+rows*d.small.height, strong())
}

// level is the row of pixels of a value.
func (p Panel) level(area image.Rectangle, scale axis, v float64) int {
	return area.Max.Y - 1 - int(math.Round(scale.share(v)*float64(area.Dy()-1)))
}

// place is the column in the middle of a position. Lines reach from edge to edge;
// bars have a slot each.
func (p Panel) place(area image.Rectangle, i int) float64 {
	n := p.positions()
	if p.Kind == Lines && n > 1 {
		return float64(area.Min.X) + float64(i)/float64(n-1)*float64(area.Dx()-1)
	}
	return float64(area.Min.X) + (float64(i)+0.5)/float64(n)*float64(area.Dx())
}

func (d drawing) lines(p Panel, area image.Rectangle, scale axis) {
	// The last series is drawn first, so that the first is seen where they meet.
	for i, s := range slices.Backward(p.Series) {
		var run []point
		flush := func() {
			if len(run) > 0 {
				d.stroke(image.Rect(area.Min.X, area.Min.Y-2, area.Max.X+2, area.Max.Y), run, 2.4, colorOf(i))
			}
			run = nil
		}
		for at, v := range s.Values {
			if math.IsNaN(v) {
				flush()
				continue
			}
			run = append(run, point{p.place(area, at) + 0.5, float64(area.Max.Y) - 0.5 - scale.share(v)*float64(area.Dy()-1)})
		}
		flush()
	}
}

// widestBar keeps a few bars from becoming a wall.
const widestBar = 64

func (d drawing) bars(p Panel, area image.Rectangle, scale axis) {
	n := p.positions()
	if n == 0 || len(p.Series) == 0 {
		return
	}
	abreast := 1
	if p.Kind == Bars {
		abreast = len(p.Series)
	}
	width := min(float64(area.Dx())/float64(n)*0.76, float64(widestBar*abreast))
	for at := range n {
		left := p.place(area, at) - width/2
		below := 0.0
		for i, s := range p.Series {
			if at >= len(s.Values) {
				continue
			}
			from, height, slot := 0.0, solid(s.Values[at]), i
			if p.Kind == Stacked {
				from, slot = below, 0
				below += height
			}
			if height == 0 {
				continue
			}
			x0 := int(math.Round(left + float64(slot)*width/float64(abreast)))
			x1 := max(int(math.Round(left+float64(slot+1)*width/float64(abreast))), x0+1)
			d.fill(image.Rect(x0, p.level(area, scale, from+height), x1, p.level(area, scale, from)), colorOf(i))
		}
	}
}

// rows is how many lines the labels of the level axis need.
func (p Panel) rows(f font, width int) int {
	if !p.Names || len(p.Labels) < 2 {
		return 1
	}
	for _, label := range p.Labels {
		if f.width(label) > width/len(p.Labels)-gap {
			return 2
		}
	}
	return 1
}

// labels writes along the level axis, in turn on each of the rows, leaving out what
// would run into its neighbour.
func (d drawing) labels(p Panel, area image.Rectangle, rows int) {
	free := make([]int, rows)
	named := 0
	for i, label := range p.Labels {
		if label == "" {
			continue
		}
		row := named % rows
		named++
		if p.Names {
			label = d.small.cut(label, area.Dx()*rows/len(p.Labels)-gap)
		}
		middle, width := int(p.place(area, i)), d.small.width(label)
		left := min(max(middle-width/2, 0), Width-width)
		if left < free[row] {
			continue
		}
		free[row] = left + width + gap
		d.fill(image.Rect(middle, area.Max.Y, middle+1, area.Max.Y+tick+row*d.small.height), strong())
		d.small.draw(d.canvas, label, left, area.Max.Y+tick+row*d.small.height, ink())
	}
}
