package simulator

import (
	_ "embed" // catalogue.json lists every operation of the vendor.
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// catalogueJSON lists all operations with their arguments and the shapes of their
// answers. It is made from zerops/testdata/operations.json and the vendor's objects by
// TestCatalogue -update.
//
//go:embed catalogue.json
var catalogueJSON []byte

// operationSpec is what the catalogue says about one operation.
type operationSpec struct {
	name, method, path, returns string
	params, query, body         []fieldSpec
}

// fieldSpec is one argument.
type fieldSpec struct {
	name, kind string
	required   bool
	enum       []string
}

type catalogue struct {
	operations map[string]*operationSpec
	// shapes are the fields of each object: name to kind.
	shapes map[string]map[string]string
}

// everyOperation is the embedded list, read once for all accounts of a process; nobody
// changes it.
var everyOperation = sync.OnceValue(parseCatalogue)

// parseCatalogue reads the embedded list; it panics on a damaged one because that
// is a fault of the build.
func parseCatalogue() *catalogue {
	var raw struct {
		Operations [][]string                   `json:"operations"`
		Objects    map[string]map[string]string `json:"objects"`
	}
	if err := json.Unmarshal(catalogueJSON, &raw); err != nil {
		must(false, fmt.Errorf("catalogue.json: %w", err))
	}
	known := &catalogue{operations: make(map[string]*operationSpec, len(raw.Operations)), shapes: raw.Objects}
	for _, row := range raw.Operations {
		known.operations[row[0]] = &operationSpec{
			name: row[0], method: row[1], path: row[2], returns: row[3],
			params: parseFields(row[4]), query: parseFields(row[5]), body: parseFields(row[6]),
		}
	}
	return known
}

// parseFields reads "name*:type(A|B) …".
func parseFields(text string) []fieldSpec {
	var fields []fieldSpec
	for word := range strings.FieldsSeq(text) {
		name, kind, _ := strings.Cut(word, ":")
		var field fieldSpec
		field.name, field.required = strings.CutSuffix(name, "*")
		kind, values, closed := strings.Cut(kind, "(")
		field.kind = kind
		if closed {
			field.enum = strings.Split(strings.TrimSuffix(values, ")"), "|")
		}
		fields = append(fields, field)
	}
	return fields
}
