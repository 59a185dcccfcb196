// Package plot draws small charts of lines and bars as PNG pictures. It knows
// nothing of what it draws: titles, units and labels come from its caller. Every
// function is pure; any value is drawn or left out, none is an error.
package plot

//go:generate go run ./glyphs
