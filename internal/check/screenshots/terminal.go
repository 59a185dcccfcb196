package main

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

const (
	letter  = 8.4 // width of a character of the font, in pixels
	row     = 19.0
	margin  = 14.0
	caption = 30.0
)

// terminal draws lines with their colours as an SVG picture of a window.
func terminal(command string, lines []string) []byte {
	lines = append([]string{"\x1b[1m$ " + command + "\x1b[0m"}, lines...)
	widest := 0
	for _, l := range lines {
		widest = max(widest, utf8.RuneCountInString(plain(l)))
	}
	width, height := 2*margin+float64(widest)*letter, caption+2*margin+float64(len(lines))*row
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`+"\n",
		width, height, width, height, html.EscapeString(command))
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" rx="8" fill="#1b1f24"/>`+"\n", width, height)
	for i, colour := range []string{"#ff5f56", "#ffbd2e", "#27c93f"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="17" r="5.5" fill="%s"/>`+"\n", 18+18*i, colour)
	}
	b.WriteString(`<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="#d0d7de" xml:space="preserve" style="white-space:pre">` + "\n")
	for i, l := range lines {
		fmt.Fprintf(&b, `<text x="%.0f" y="%.1f">%s</text>`+"\n", margin, caption+margin+float64(i)*row, spans(l))
	}
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes()
}

// spans turns colour sequences into styled text.
func spans(line string) string {
	var b strings.Builder
	style := ""
	for line != "" {
		text, rest, found := strings.Cut(line, "\x1b[")
		if text != "" {
			if style != "" {
				fmt.Fprintf(&b, "<tspan %s>%s</tspan>", style, html.EscapeString(text))
			} else {
				b.WriteString(html.EscapeString(text))
			}
		}
		if !found {
			break
		}
		code, after, _ := strings.Cut(rest, "m")
		style = map[string]string{
			"1": `font-weight="bold" fill="#ffffff"`, "2": `fill="#7d8590"`, "31": `fill="#ff7b72"`, "32": `fill="#56d364"`, "33": `fill="#e3b341"`,
		}[code]
		line = after
	}
	return b.String()
}

// plain is the line without colours.
func plain(line string) string {
	var b strings.Builder
	for line != "" {
		text, rest, _ := strings.Cut(line, "\x1b[")
		b.WriteString(text)
		_, line, _ = strings.Cut(rest, "m")
	}
	return b.String()
}
