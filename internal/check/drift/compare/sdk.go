package compare

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// sdkModule is the vendor's SDK.
const sdkModule = "github.com/zeropsio/zerops-go"

// ErrUnavailable reports that the SDK's source cannot be had now.
var ErrUnavailable = errors.New("the SDK cannot be had")

// DownloadSDK returns the directory of the SDK's source: the given version, or
// the one of go.mod for "".
func DownloadSDK(ctx context.Context, version string) (string, error) {
	module := sdkModule
	if version != "" {
		module += "@" + version
	}
	command := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	if version != "" {
		// Another version has no checksum in go.sum, and a private database to ask
		// may not be within reach. It is only read, never built.
		command.Env = append(os.Environ(), "GONOSUMDB=github.com/zeropsio/*", "GOFLAGS=-mod=mod")
	}
	answer, err := command.Output()
	if err != nil && len(answer) == 0 {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	var found struct {
		Dir   string `json:"Dir"`
		Error string `json:"Error"`
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return "", fmt.Errorf("%w: reading what go answers: %w", ErrUnavailable, err)
	}
	if found.Dir == "" {
		return "", fmt.Errorf("%w: %s", ErrUnavailable, cmp.Or(found.Error, "go names no directory"))
	}
	return found.Dir, nil
}

// ReadSDK reads the operations from the SDK's source.
func ReadSDK(dir string) ([]Route, error) {
	bodies, err := readStructs(filepath.Join(dir, "dto", "input", "body"))
	if err != nil {
		return nil, err
	}
	queries, err := readStructs(filepath.Join(dir, "dto", "input", "query"))
	if err != nil {
		return nil, err
	}
	var routes []Route
	err = eachFile(filepath.Join(dir, "sdk"), func(file *ast.File) error {
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || function.Recv == nil || function.Body == nil {
				continue
			}
			route, found, err := readHandler(function, bodies, queries)
			if err != nil {
				return err
			}
			if found {
				routes = append(routes, route)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(routes) == 0 {
		return nil, fmt.Errorf("%s holds no operations", dir)
	}
	slices.SortFunc(routes, func(a, b Route) int { return strings.Compare(a.Operation, b.Operation) })
	return routes, nil
}

// readHandler recognises a method that builds an address in u and sends it with
// a function of sdkBase.
func readHandler(function *ast.FuncDecl, bodies, queries map[string][]string) (Route, bool, error) {
	route := Route{Operation: function.Name.Name}
	var failure error
	ast.Inspect(function.Body, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.AssignStmt:
			if name, ok := n.Lhs[0].(*ast.Ident); ok && name.Name == "u" && n.Tok == token.DEFINE && route.Path == "" {
				route.Path, failure = readPath(n.Rhs[0])
			}
		case *ast.CallExpr:
			selector, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				break
			}
			if from, ok := selector.X.(*ast.Ident); ok && from.Name == "sdkBase" {
				route.Method = strings.ToUpper(strings.TrimSuffix(selector.Sel.Name, "Raw"))
			}
		}
		return failure == nil
	})
	if failure != nil {
		return Route{}, false, fmt.Errorf("%s: %w", route.Operation, failure)
	}
	if route.Path == "" || route.Method == "" {
		return Route{}, false, nil
	}
	for _, parameters := range function.Type.Params.List {
		selector, ok := parameters.Type.(*ast.SelectorExpr)
		if !ok || len(parameters.Names) == 0 {
			continue
		}
		switch parameters.Names[0].Name {
		case "inputDtoBody":
			route.Body = bodies[selector.Sel.Name]
		case "inputDtoQuery":
			route.Query = queries[selector.Sel.Name]
		}
	}
	return route, true, nil
}

// readPath turns "/project/" + inputDtoPath.Id.Native() into /project/{id}.
func readPath(expression ast.Expr) (string, error) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return "", fmt.Errorf("reading a path: %w", err)
		}
		return strings.TrimPrefix(text, prefix), nil
	case *ast.BinaryExpr:
		left, err := readPath(e.X)
		if err != nil {
			return "", err
		}
		right, err := readPath(e.Y)
		return left + right, err
	case *ast.CallExpr:
		// Each layer of calls and selectors is a conversion around the DTO's field.
		if name := dtoField(e); name != "" {
			return "{" + lowerFirst(name) + "}", nil
		}
	}
	return "", fmt.Errorf("a path is built in a way that this program does not know (%T)", expression)
}

// dtoField finds the field that is selected from inputDtoPath.
func dtoField(expression ast.Expr) string {
	var found string
	ast.Inspect(expression, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if from, ok := selector.X.(*ast.Ident); ok && from.Name == "inputDtoPath" {
				found = selector.Sel.Name
			}
		}
		return found == ""
	})
	return found
}

// readStructs returns the JSON names of the fields of each struct in dir.
func readStructs(dir string) (map[string][]string, error) {
	structs := map[string][]string{}
	err := eachFile(dir, func(file *ast.File) error {
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				kind, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				if fields, ok := kind.Type.(*ast.StructType); ok {
					structs[kind.Name.Name] = fieldNames(fields)
				}
			}
		}
		return nil
	})
	return structs, err
}

func fieldNames(fields *ast.StructType) []string {
	var names []string
	for _, field := range fields.Fields.List {
		if len(field.Names) == 0 {
			continue
		}
		name := lowerFirst(field.Names[0].Name)
		if field.Tag != nil {
			if tag, err := strconv.Unquote(field.Tag.Value); err == nil {
				if tagged, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ","); tagged != "" {
					name = tagged
				}
			}
		}
		names = append(names, name)
	}
	return names
}

// eachFile parses the Go files of a directory.
func eachFile(dir string, visit func(*ast.File) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("reading the SDK: %w", err)
	}
	for _, entry := range entries {
		if entry.IsDir() || filepath.Ext(entry.Name()) != ".go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, entry.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("reading the SDK: %w", err)
		}
		if err := visit(file); err != nil {
			return err
		}
	}
	return nil
}

func lowerFirst(s string) string {
	runes := []rune(s)
	if len(runes) > 0 {
		runes[0] = unicode.ToLower(runes[0])
	}
	return string(runes)
}
