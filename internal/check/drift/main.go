// Drift compares the operation catalogue of package zerops with what the vendor
// publishes: the source of the SDK, or an OpenAPI document.
//
// It is a module of its own, so that neither the SDK nor an OpenAPI library is
// part of the product.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"zerops-mcp/internal/check/drift/compare"
)

const usage = `usage:
  drift check                     compare the catalogue with the SDK version of go.mod
  drift report --sdk VERSION|DIR  what another SDK version (such as latest) would change
  drift report --openapi FILE     what an OpenAPI document would change

check ends with 1 when something differs and with 3 when the SDK cannot be had.
`

// Exit codes.
const (
	exitSame = iota
	exitDifferent
	exitUsage
	exitUnavailable
)

// maxRun bounds a run; most of it would be the download of the SDK.
const maxRun = 3 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, maxRun)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	cancel()
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	flags := flag.NewFlagSet("drift", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	sdk := flags.String("sdk", "", "version or directory of the SDK")
	document := flags.String("openapi", "", "OpenAPI document")
	if err := flags.Parse(args[1:]); err != nil || flags.NArg() > 0 {
		return exitUsage
	}
	switch {
	case args[0] == "check" && *sdk == "" && *document == "":
		return check(ctx, stdout, stderr)
	case args[0] == "report" && (*sdk == "") != (*document == ""):
		return report(ctx, *sdk, *document, stdout, stderr)
	}
	fmt.Fprint(stderr, usage)
	return exitUsage
}

func check(ctx context.Context, stdout, stderr io.Writer) int {
	routes, err := pinnedSDK(ctx)
	if err != nil {
		return fail(stderr, err)
	}
	differences, err := compare.Catalogue(routes)
	if err != nil {
		return fail(stderr, err)
	}
	for _, difference := range differences {
		fmt.Fprintln(stdout, difference)
	}
	if len(differences) > 0 {
		fmt.Fprintf(stdout, "%d differences from the SDK's %d operations\n", len(differences), len(routes))
		return exitDifferent
	}
	fmt.Fprintf(stdout, "the catalogue agrees with the SDK's %d operations\n", len(routes))
	return exitSame
}

func report(ctx context.Context, sdk, document string, stdout, stderr io.Writer) int {
	var lines []string
	var err error
	if document != "" {
		lines, err = reportDocument(document)
	} else {
		lines, err = reportSDK(ctx, sdk)
	}
	if err != nil {
		return fail(stderr, err)
	}
	for _, line := range lines {
		fmt.Fprintln(stdout, line)
	}
	return exitSame
}

func pinnedSDK(ctx context.Context) ([]compare.Route, error) {
	dir, err := compare.DownloadSDK(ctx, "")
	if err != nil {
		return nil, err
	}
	return compare.ReadSDK(dir)
}

func reportSDK(ctx context.Context, where string) ([]string, error) {
	dir := where
	if info, err := os.Stat(where); err != nil || !info.IsDir() {
		if dir, err = compare.DownloadSDK(ctx, where); err != nil {
			return nil, err
		}
	}
	routes, err := compare.ReadSDK(dir)
	if err != nil {
		return nil, err
	}
	return compare.Catalogue(routes)
}

func reportDocument(file string) ([]string, error) {
	routes, err := compare.ReadOpenAPI(file)
	if err != nil {
		return nil, err
	}
	return compare.Document(routes)
}

func fail(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "drift:", err)
	if errors.Is(err, compare.ErrUnavailable) {
		return exitUnavailable
	}
	return exitDifferent
}
