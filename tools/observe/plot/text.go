package plot

import (
	_ "embed"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"unicode"
)

// The sheets hold the glyphs of [Ranges] in cells of equal size, in 16 shades of
// which the index is the coverage. They are made by the program in glyphs.
var (
	//go:embed glyphs12.png
	smallSheet string
	//go:embed glyphs16.png
	largeSheet string
)

// The form of a sheet.
const (
	// SheetColumns is how many cells are in a row of a sheet.
	SheetColumns = 32
	// SheetLeft is where in its cell a glyph begins, since some reach to the left.
	SheetLeft = 2
	// SheetShades is how many steps of coverage there are.
	SheetShades = 16
	// box stands for a character the sheets lack.
	box = '□'
)

// Ranges lists the characters of the sheets, first and last: Latin, Greek and
// Cyrillic letters, and the punctuation of names and titles.
func Ranges() [][2]rune {
	return [][2]rune{{' ', '~'}, {0xa0, 0x17f}, {0x391, 0x3ce}, {0x410, 0x44f}, {'–', '—'}, {'‘', '’'}, {'“', '”'}, {'…', '…'}, {'€', '€'}, {box, box}}
}

// font draws text out of a sheet.
type font struct {
	sheet  *image.Paletted
	cell   image.Point
	height int // of a line
}

func openFont(sheet string) (font, error) {
	decoded, err := png.Decode(strings.NewReader(sheet))
	if err != nil {
		return font{}, fmt.Errorf("reading the glyphs: %w", err)
	}
	paletted, ok := decoded.(*image.Paletted)
	if !ok {
		return font{}, fmt.Errorf("reading the glyphs: the sheet is a %T", decoded)
	}
	count := 0
	for _, r := range Ranges() {
		count += int(r[1]-r[0]) + 1
	}
	size := paletted.Bounds().Size()
	rows := (count + SheetColumns - 1) / SheetColumns
	return font{sheet: paletted, cell: image.Pt(size.X/SheetColumns, size.Y/rows), height: size.Y/rows - 1}, nil
}

// origin is where the cell of a character begins, or of the box in its stead.
func (f font) origin(r rune) image.Point {
	index := 0
	for _, span := range Ranges() {
		if r >= span[0] && r <= span[1] {
			index += int(r - span[0])
			return image.Pt(index%SheetColumns*f.cell.X, index/SheetColumns*f.cell.Y)
		}
		index += int(span[1]-span[0]) + 1
	}
	return f.origin(box)
}

// advance is how far the next glyph is; the first line of a cell is as long.
func (f font) advance(at image.Point) int {
	n := 0
	for n < f.cell.X && f.sheet.ColorIndexAt(at.X+n, at.Y) > 0 {
		n++
	}
	return n
}

// unseen tells characters that take no room: marks upon the letter before them,
// and controls.
func unseen(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc) }

func (f font) width(text string) int {
	sum := 0
	for _, r := range text {
		if !unseen(r) {
			sum += f.advance(f.origin(r))
		}
	}
	return sum
}

// cut shortens text to a width in pixels.
func (f font) cut(text string, width int) string {
	if f.width(text) <= width {
		return text
	}
	room := width - f.width("…")
	for i, r := range text {
		if !unseen(r) {
			room -= f.advance(f.origin(r))
		}
		if room < 0 {
			return strings.TrimRight(text[:i], " ") + "…"
		}
	}
	return text
}

// draw writes text with its upper left corner at x, y.
func (f font) draw(c *canvas, text string, x, y int, ink color.RGBA) {
	for _, r := range text {
		if unseen(r) {
			continue
		}
		at := f.origin(r)
		for dy := 1; dy < f.cell.Y; dy++ {
			for dx := range f.cell.X {
				if shade := f.sheet.ColorIndexAt(at.X+dx, at.Y+dy); shade > 0 {
					c.blend(x+dx-SheetLeft, y+dy-1, ink, float64(shade)/(SheetShades-1))
				}
			}
		}
		x += f.advance(at)
	}
}
