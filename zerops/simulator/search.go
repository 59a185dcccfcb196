package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

type searchTerm struct {
	Name     string          `json:"name"`
	Operator string          `json:"operator"`
	Value    json.RawMessage `json:"value"`
}

type searchSort struct {
	Name      string `json:"name"`
	Ascending bool   `json:"ascending"`
}

// searchBody is the body of every search.
type searchBody struct {
	Search []searchTerm `json:"search"`
	Sort   []searchSort `json:"sort"`
	Limit  *int         `json:"limit"`
	Offset *int         `json:"offset"`
	Text   string       `json:"text"`
}

// candidate is a row that a search may show; its view is made only when needed.
type candidate struct {
	clientID, projectID string
	view                func() object
}

// searchOrg answers a search of data that belongs to an organisation. Without
// "clientId eq" the platform refuses, with one that is not the caller's as well,
// and it shows only what the caller may read (platform §1.6).
func (c *call) searchOrg(columns []string, rows func(yield func(candidate))) (any, error) {
	var body searchBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	clientID, err := c.searchedOrg(body.Search)
	if err != nil {
		return nil, err
	}
	if err := body.check(append([]string{"clientId"}, columns...)); err != nil {
		return nil, err
	}
	var found []object
	rows(func(row candidate) {
		if row.clientID != clientID || row.projectID != "" && !c.mayRead(row.clientID, row.projectID) {
			return
		}
		if view := row.view(); body.fits(view) {
			found = append(found, view)
		}
	})
	return body.answer(c, found)
}

// searchedOrg is the organisation that a search names.
func (c *call) searchedOrg(terms []searchTerm) (string, error) {
	for _, term := range terms {
		var id string
		if term.Name != "clientId" || term.Operator != "eq" || json.Unmarshal(term.Value, &id) != nil {
			continue
		}
		if !isID(id) || c.membership(id) == nil {
			return "", refuse("invalidUserInputWithText", "search is not allowed, insufficient privileges")
		}
		return id, nil
	}
	return "", refuse("invalidUserInput", "clientId not defined")
}

// searchGlobal answers a search of an index that belongs to nobody.
func (c *call) searchGlobal(columns []string, rows func(yield func(object))) (any, error) {
	var body searchBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := body.check(columns); err != nil {
		return nil, err
	}
	var found []object
	rows(func(view object) {
		if body.fits(view) {
			found = append(found, view)
		}
	})
	return body.answer(c, found)
}

// check refuses unknown columns and operators.
func (b *searchBody) check(columns []string) error {
	for _, term := range b.Search {
		if !slices.Contains(columns, term.Name) {
			return refuse("invalidUserInput", "unknown column [%s]", term.Name)
		}
		switch term.Operator {
		case "eq", "ne":
		case "in":
			var values []json.RawMessage
			if json.Unmarshal(term.Value, &values) != nil {
				return badField("search."+term.Name, "operator in expects an array")
			}
		default:
			return badField("search."+term.Name, "unknown operator "+term.Operator)
		}
	}
	for _, by := range b.Sort {
		if !slices.Contains(columns, by.Name) {
			return refuse("invalidUserInput", "unknown sort column [%s]", by.Name)
		}
	}
	if b.Limit != nil && *b.Limit < 0 || b.Offset != nil && *b.Offset < 0 {
		return badField("limit", "limit and offset must not be negative")
	}
	return nil
}

// fits reports whether a row passes every term and the free text.
func (b *searchBody) fits(view object) bool {
	for _, term := range b.Search {
		have := textAt(view, term.Name)
		switch term.Operator {
		case "eq":
			if have != plainText(term.Value) {
				return false
			}
		case "ne":
			if have == plainText(term.Value) {
				return false
			}
		case "in":
			var values []json.RawMessage
			_ = json.Unmarshal(term.Value, &values) // Checked before.
			if !slices.ContainsFunc(values, func(value json.RawMessage) bool { return plainText(value) == have }) {
				return false
			}
		}
	}
	return contains(textAt(view, "name")+" "+textAt(view, "id"), b.Text)
}

// answer sorts the rows and cuts a page out of them.
func (b *searchBody) answer(c *call, rows []object) (any, error) {
	for _, by := range slices.Backward(b.Sort) {
		sortBy(rows, func(x, y object) int {
			order := compare(valueAt(x, by.Name), valueAt(y, by.Name))
			if !by.Ascending {
				order = -order
			}
			return order
		})
	}
	limit, offset := defaultPageSize, 0
	if b.Limit != nil {
		limit = *b.Limit
	}
	limit = min(limit, c.cfg.pageLimit)
	if b.Offset != nil {
		offset = *b.Offset
	}
	total := len(rows)
	rows = rows[min(offset, total):]
	rows = rows[:min(limit, len(rows))]
	return object{"items": list(rows), "totalHits": total, "limit": limit, "offset": offset}, nil
}

// valueAt follows a dotted path into a row.
func valueAt(view object, name string) any {
	first, rest, nested := strings.Cut(name, ".")
	value := view[first]
	if !nested {
		return value
	}
	if inner, ok := value.(object); ok {
		return valueAt(inner, rest)
	}
	return nil
}

func textAt(view object, name string) string {
	value := valueAt(view, name)
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// plainText is a JSON value as the index compares it.
func plainText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

func compare(x, y any) int {
	if a, ok := x.(int); ok {
		if b, ok := y.(int); ok {
			return cmp.Compare(a, b)
		}
	}
	return strings.Compare(fmt.Sprint(x), fmt.Sprint(y))
}
