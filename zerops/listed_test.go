package zerops_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

const (
	// listFile is the reduced list of the operations that the vendor's SDK has:
	// what the tests of the catalogue compare with, and nothing else.
	listFile = "testdata/operations.json"
	// fullList is where the whole list lies beside a checkout that has it.
	fullList = "../../shared/operations.json"
)

// listedOperation is an operation of the vendor's SDK.
type listedOperation struct {
	Operation   string        `json:"operation"`
	Method      string        `json:"method"`
	Path        string        `json:"path"`
	ReadOnly    bool          `json:"readOnly,omitempty"`
	Destructive bool          `json:"destructive,omitempty"`
	Returns     string        `json:"returns"`
	PathParams  []listedField `json:"pathParams,omitempty"`
	QueryParams []listedField `json:"queryParams,omitempty"`
	Body        []listedField `json:"body,omitempty"`
}

type listedField struct {
	Name     string        `json:"name,omitempty"`
	Type     string        `json:"type"`
	Format   string        `json:"format,omitempty"` // id, the only one that the catalogue knows
	Required bool          `json:"required,omitempty"`
	Enum     []string      `json:"enum,omitempty"`
	Fields   []listedField `json:"fields,omitempty"`
	Items    *listedField  `json:"items,omitempty"`
}

func listedOperations(t *testing.T) []listedOperation {
	t.Helper()
	operations, err := readList(listFile)
	if err != nil {
		t.Fatal(err)
	}
	return operations
}

func readList(file string) ([]listedOperation, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list struct{ Operations []listedOperation }
	err = json.Unmarshal(raw, &list)
	return list.Operations, err
}

// TestListOfOperations holds the reduced list to the whole one, where that is at
// hand. To renew it, put the whole list in its place and run
//
//	go test ./zerops -run TestListOfOperations -update
//	go test ./zerops/simulator -run TestCatalogue -update
func TestListOfOperations(t *testing.T) {
	operations, err := readList(fullList)
	if errors.Is(err, fs.ErrNotExist) {
		operations, err = readList(listFile) // its form is checked all the same
	}
	if err != nil {
		t.Fatal(err)
	}
	want := writeList(t, operations)
	if *update {
		if err := os.WriteFile(listFile, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(listFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is made of the whole list; run this test with -update and read the difference", listFile)
	}
}

// writeList writes operations by name, one a line.
func writeList(t *testing.T, operations []listedOperation) []byte {
	t.Helper()
	slices.SortFunc(operations, func(a, b listedOperation) int { return strings.Compare(a.Operation, b.Operation) })
	var out bytes.Buffer
	out.WriteString("{\"operations\": [\n")
	for i, operation := range operations {
		reduce(operation.PathParams)
		reduce(operation.QueryParams)
		reduce(operation.Body)
		line, err := json.Marshal(operation)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(line)
		if i < len(operations)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("]}\n")
	return out.Bytes()
}

// reduce drops the formats that no test asks for.
func reduce(fields []listedField) {
	for i := range fields {
		field := &fields[i]
		if field.Format != "id" {
			field.Format = ""
		}
		reduce(field.Fields)
		if field.Items != nil {
			reduce(field.Items.Fields)
		}
	}
}
