package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"zerops-mcp/internal/phrase"
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
	return strings.ReplaceAll(text[:len(text)-len(body)], "\t", "    ") + phrase.Printable(body)
}

// column is one column of a table.
type column struct {
	name  string
	cells []string // without the heading
	width int
}

// table prints objects as rows. Columns come in the order in which the objects
// name them; columns without any value are left out.
func (p printer) table(rows []value) {
	var columns []column
	for _, row := range rows {
		for _, m := range row.members {
			if !m.value.empty() && !slices.ContainsFunc(columns, func(c column) bool { return c.name == m.name }) {
				columns = append(columns, column{name: m.name, width: utf8.RuneCountInString(m.name)})
			}
		}
	}
	for i := range columns {
		c := &columns[i]
		for _, row := range rows {
			text := row.get(c.name).text()
			c.cells = append(c.cells, text)
			c.width = max(c.width, utf8.RuneCountInString(text))
		}
	}
	columns, left := p.fit(columns)
	p.row(columns, func(c column) (string, string) {
		heading := phrase.Cut(strings.ToUpper(c.name), c.width)
		return heading, p.style.bold(heading)
	})
	for i := range rows {
		p.row(columns, func(c column) (string, string) {
			text := phrase.Cut(c.cells[i], c.width)
			switch c.name {
			case "status":
				if text == c.cells[i] {
					return text, p.style.status(text)
				}
			case "id":
				return text, p.style.faint(text)
			}
			return text, text
		})
	}
	if len(left) > 0 {
		fmt.Fprintln(p.out, p.style.faint("(--output json also has "+strings.Join(left, ", ")+")"))
	}
}

// row prints one line of a table. cell returns a column's text and how it is
// painted.
func (p printer) row(columns []column, cell func(column) (text, painted string)) {
	var b strings.Builder
	for i, c := range columns {
		text, painted := cell(c)
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(painted)
		if i < len(columns)-1 {
			b.WriteString(strings.Repeat(" ", max(0, c.width-utf8.RuneCountInString(text))))
		}
	}
	fmt.Fprintln(p.out, strings.TrimRight(b.String(), " "))
}

// fit narrows the columns until the table fits, and returns those shown and the
// names of those left out: first the widest are cut, then those are left out
// that tell least, then the rest is cut further. Ids stay whole, because they
// are there to be copied, and so does what somebody logged.
func (p printer) fit(columns []column) (shown []column, left []string) {
	const few, fewest = 4, 2
	for {
		floor := 24
		if len(columns) <= few {
			floor = 10
		}
		shown = slices.Clone(columns)
		if p.width == 0 || p.narrow(shown, floor) || len(columns) <= fewest {
			return shown, left
		}
		i := leastTelling(columns)
		left = append(left, columns[i].name)
		columns = slices.Delete(columns, i, i+1)
	}
}

// leastTelling finds the column to leave out first: ids of what is named beside
// them, then what is the same in every row, then the last one. How things stand
// is told to the end.
func leastTelling(columns []column) int {
	same, last := -1, len(columns)-1
	for i, c := range columns {
		if strings.HasSuffix(c.name, "_id") {
			return i
		}
		if c.name != "status" && c.name != "id" && len(c.cells) > 1 && len(slices.Compact(slices.Clone(c.cells))) == 1 {
			same = i
		}
	}
	if same >= 0 {
		return same
	}
	if columns[last].name == "status" {
		last--
	}
	return last
}

// narrow cuts the widest columns, none below floor, and reports whether the
// table fits then.
func (p printer) narrow(columns []column, floor int) bool {
	for {
		total, widest := 2*(len(columns)-1), -1
		for i, c := range columns {
			if c.name == "message" {
				continue
			}
			total += c.width
			if c.name != "id" && c.width > floor && (widest < 0 || c.width > columns[widest].width) {
				widest = i
			}
		}
		switch {
		case total <= p.width:
			return true
		case widest < 0:
			return false
		}
		columns[widest].width = max(floor, columns[widest].width-(total-p.width))
	}
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}
