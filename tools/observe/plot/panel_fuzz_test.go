package plot

import (
	"encoding/binary"
	"image"
	"math"
	"strings"
	"testing"
)

// FuzzPanel draws panels of whatever numbers and names the platform tells, small
// ones, since a whole picture takes far longer than what can go wrong in it: the
// axis holds every value in a few steps, and the series stay within their frame.
func FuzzPanel(f *testing.F) {
	f.Add(uint8(0), "CPU", []byte{})
	f.Add(uint8(1), "žluťoučký", floats(1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 5e-324))
	f.Add(uint8(2), "\xff\u0301", floats(math.MaxFloat64, math.MaxFloat64, 1e300, math.Copysign(0, -1), 1e-300))
	f.Add(uint8(4), "a", floats(math.Inf(1), math.NaN(), 1, math.NaN(), 2))
	f.Add(uint8(8), strings.Repeat("x", 30), floats(0, 0, 0))
	f.Add(uint8(14), "", floats(5e-324))
	small, err := openFont(smallSheet)
	if err != nil {
		f.Fatal(err)
	}
	picture := newCanvas(120, 110)
	blank := append([]byte(nil), picture.Pix...)
	f.Fuzz(func(t *testing.T, form uint8, name string, raw []byte) {
		if len(raw) > 8*40 || len(name) > 30 {
			return // it is about values, not about how many
		}
		var values []float64
		for ; len(raw) >= 8; raw = raw[8:] {
			values = append(values, math.Float64frombits(binary.LittleEndian.Uint64(raw)))
		}
		p := Panel{
			Title: name, X: name, Y: name, Labels: strings.Split(name, ""), Kind: Kind(form % 3), Names: form&4 > 0,
			Series: []Series{{Name: name, Values: values}, {Values: values[len(values)/2:]}, {}},
		}
		if len(values) > 0 && form&8 > 0 {
			p.Least = values[0]
		}
		scale := newAxis(p.heights(), p.Least)
		if steps := math.Round(scale.top / scale.step); !(steps >= 1 && steps <= 7) {
			t.Fatalf("%v: the axis has %g steps", values, steps)
		}
		for _, v := range p.heights() {
			if share := scale.share(v); !math.IsNaN(v) && !(share >= 0 && share <= 1) || v > scale.top*(1+1e-9) && v <= largest {
				t.Fatalf("%g is at %g of an axis that ends at %g", v, share, scale.top)
			}
		}

		copy(picture.Pix, blank)
		drawing{canvas: picture, small: small, large: small}.panel(p, image.Rect(10, 10, 110, 100))
		for i := range p.Series {
			for y := range picture.Rect.Max.Y {
				for _, x := range []int{0, 9, 112, 119} {
					if picture.RGBAAt(x, y) == colorOf(i) {
						t.Fatalf("series %d of %v is drawn at %d, %d, outside the frame", i, values, x, y)
					}
				}
			}
		}
	})
}

func floats(values ...float64) []byte {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	return raw
}
