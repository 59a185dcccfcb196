package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// printer shows values to people.
type printer struct {
	out   io.Writer
	style style
	// width bounds tables; 0 for no bound.
	width int
}

// show prints an object: single facts first, then every list as a table.
func (p printer) show(v value) {
	if v.kind != object {
		p.value("", v)
		return
	}
	var facts, rest []member
	for _, m := range v.members {
		switch {
		case m.value.empty() && (m.value.kind != list || m.name != "items"):
		case m.value.flat() && (m.value.kind != list || m.name != "items"):
			facts = append(facts, m)
		default:
			rest = append(rest, m)
		}
	}
	p.facts(facts)
	for i, m := range rest {
		if i > 0 || len(facts) > 0 {
			fmt.Fprintln(p.out)
		}
		title := m.name
		if title == "items" {
			title = ""
		}
		p.value(title, m.value)
	}
}

// facts prints names and values in two columns.
func (p printer) facts(facts []member) {
	widest := 0
	for _, m := range facts {
		widest = max(widest, utf8.RuneCountInString(m.name))
	}
	for _, m := range facts {
		fmt.Fprintf(p.out, "%s  %s\n", p.style.faint(pad(m.name, widest)), p.style.status(m.value.text()))
	}
}

// value prints something that does not fit on a line.
func (p printer) value(title string, v value) {
	if title != "" {
		fmt.Fprintln(p.out, p.style.bold(title))
	}
	switch {
	case v.kind == scalar:
		for text := range strings.SplitSeq(strings.TrimRight(v.scalar, "\n"), "\n") {
			fmt.Fprintln(p.out, strings.TrimRight(indented(text), " "))
		}
	case v.kind == list && len(v.items) == 0:
		fmt.Fprintln(p.out, p.style.faint("(none)"))
	case v.kind == list && v.items[0].kind == object && p.wordy(v.items):
		for i, item := range v.items {
			if i > 0 {
				fmt.Fprintln(p.out)
			}
			p.show(item)
		}
	case v.kind == list && v.items[0].kind == object:
		p.table(v.items)
	case v.kind == list:
		for _, item := range v.items {
			fmt.Fprintln(p.out, "  "+item.text())
		}
	case v.kind == object:
		p.show(v)
	}
}

// wordy reports whether rows hold so much text that they are better read one
// below the other than side by side.
func (p printer) wordy(rows []value) bool {
	const many, words = 12, 90
	if len(rows) > many {
		return false
	}
	long := 0
	for _, row := range rows {
		for _, m := range row.members {
			if m.name != "message" && (!m.value.flat() || utf8.RuneCountInString(m.value.text()) > words) {
				long++
			}
		}
	}
	return long > len(rows)
}

// indented keeps a line's indentation, which printable would fold.
func indented(text string) string {
	body := strings.TrimLeft(text, " \t")
	return strings.ReplaceAll(text[:len(text)-len(body)], "\t", "    ") + printable(body)
}

// table prints objects as rows. Columns come in the order in which the objects
// name them; columns without any value are left out.
func (p printer) table(rows []value) {
	var names []string
	for _, row := range rows {
		for _, m := range row.members {
			if !m.value.empty() && !slices.Contains(names, m.name) {
				names = append(names, m.name)
			}
		}
	}
	cells := make([][]string, len(rows)+1)
	for _, name := range names {
		cells[0] = append(cells[0], strings.ToUpper(name))
	}
	for i, row := range rows {
		for _, name := range names {
			cells[i+1] = append(cells[i+1], row.get(name).text())
		}
	}
	widths := make([]int, len(names))
	for _, row := range cells {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	shown := p.fit(names, widths)
	for r, row := range cells {
		var b strings.Builder
		for i, cell := range row[:shown] {
			text := cut(cell, widths[i])
			if i < shown-1 {
				text = pad(text, widths[i])
			}
			switch {
			case r == 0:
				text = p.style.bold(text)
			case names[i] == "status":
				text = strings.Replace(text, cell, p.style.status(cell), 1)
			case names[i] == "id":
				text = p.style.faint(text)
			}
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(text)
		}
		fmt.Fprintln(p.out, strings.TrimRight(b.String(), " "))
	}
	if shown < len(names) {
		fmt.Fprintln(p.out, p.style.faint("(--output json also has "+strings.Join(names[shown:], ", ")+")"))
	}
}

// fit narrows the columns until the table fits and says how many of them are
// shown: first the widest are cut, then the last ones are left out, then the
// rest is cut further. Ids stay whole, because they are there to be copied, and
// so does what somebody logged.
func (p printer) fit(names []string, widths []int) int {
	if p.width <= 0 {
		return len(names)
	}
	for shown := len(names); shown > 0; shown-- {
		if p.narrow(names[:shown], widths[:shown], 24) {
			return shown
		}
		if shown <= 4 {
			p.narrow(names[:shown], widths[:shown], 10)
			return shown
		}
	}
	return len(names)
}

// narrow cuts the widest columns, none below floor, and reports whether the
// table fits then.
func (p printer) narrow(names []string, widths []int, floor int) bool {
	for {
		total, widest := 2*(len(widths)-1), -1
		for i, w := range widths {
			if names[i] == "message" {
				continue
			}
			total += w
			if names[i] != "id" && w > floor && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		switch {
		case total <= p.width:
			return true
		case widest < 0:
			return false
		}
		widths[widest] = max(floor, widths[widest]-(total-p.width))
	}
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:max(0, width-1)]) + "…"
}
