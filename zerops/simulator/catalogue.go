package simulator

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the list of every operation of the vendor
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// catalogueFile is testdata/catalogue.json, packed: all operations with their
// arguments and the shapes of their answers. TestCatalogue -update makes both from
// zerops/testdata/operations.json and the vendor's objects.
//
//go:embed catalogue.json.gz
var catalogueFile []byte

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
	unpacked, err := gzip.NewReader(bytes.NewReader(catalogueFile))
	if err == nil {
		err = json.NewDecoder(unpacked).Decode(&raw)
	}
	if err != nil {
		must(false, fmt.Errorf("catalogue.json.gz: %w", err))
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
