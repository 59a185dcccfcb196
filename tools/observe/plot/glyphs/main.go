// Command glyphs draws the sheets of glyphs that package plot embeds, out of the Go
// font (Bigelow & Holmes, under the licence of Go). Run it in tools/observe/plot when the
// characters or sizes change: go generate ./tools/observe/plot.
package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"zerops-mcp/tools/observe/plot"
)

func main() {
	for _, size := range []int{12, 16} {
		if err := write(size); err != nil {
			fmt.Fprintln(os.Stderr, "glyphs:", err)
			os.Exit(1)
		}
	}
}

func write(size int) error {
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return fmt.Errorf("reading the font: %w", err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return fmt.Errorf("opening the font: %w", err)
	}
	var runes []rune
	for _, span := range plot.Ranges() {
		for r := span[0]; r <= span[1]; r++ {
			runes = append(runes, r)
		}
	}
	metrics := face.Metrics()
	cell := image.Pt(size*3/2+plot.SheetLeft, metrics.Ascent.Ceil()+metrics.Descent.Ceil()+1)
	rows := (len(runes) + plot.SheetColumns - 1) / plot.SheetColumns
	var shades color.Palette
	for i := range plot.SheetShades {
		shades = append(shades, color.Gray{Y: uint8(i * 255 / (plot.SheetShades - 1))})
	}
	sheet := image.NewPaletted(image.Rect(0, 0, cell.X*plot.SheetColumns, cell.Y*rows), shades)
	for i, r := range runes {
		at := image.Pt(i%plot.SheetColumns*cell.X, i/plot.SheetColumns*cell.Y)
		area, mask, from, advance, _ := face.Glyph(fixed.P(at.X+plot.SheetLeft, at.Y+1+metrics.Ascent.Ceil()), r)
		bounds := image.Rectangle{Min: at.Add(image.Pt(0, 1)), Max: at.Add(cell)}
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				_, _, _, alpha := mask.At(from.X+x-area.Min.X, from.Y+y-area.Min.Y).RGBA()
				if image.Pt(x, y).In(bounds) {
					sheet.SetColorIndex(x, y, uint8((alpha*(plot.SheetShades-1)+0x7fff)/0xffff)) //nolint:gosec // below SheetShades
				}
			}
		}
		for x := range advance.Round() {
			sheet.SetColorIndex(at.X+x, at.Y, plot.SheetShades-1)
		}
	}
	out, err := os.Create(fmt.Sprintf("glyphs%d.png", size))
	if err != nil {
		return fmt.Errorf("creating the sheet: %w", err)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(out, sheet); err != nil {
		_ = out.Close()
		return fmt.Errorf("writing the sheet: %w", err)
	}
	return out.Close()
}
