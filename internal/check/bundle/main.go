// Command bundle builds the Claude Desktop bundle and the registry entry of a
// release: universal binary for macOS, one for Windows, the manifest, and a
// server.json that names the bundle with its digest.
//
//	go run ./internal/check/bundle -owner OWNER -version 1.0.0
//
// The files under packaging/ hold OWNER and 0.0.0 where these stand, so that a
// release changes nothing in the repository. Two runs write the same bytes.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"

	"zerops-mcp/internal/bench/measure"
)

func main() {
	var o options
	flag.StringVar(&o.owner, "owner", "OWNER", "the GitHub owner of the release")
	flag.StringVar(&o.version, "version", "0.0.0", "the version, without a leading v")
	flag.StringVar(&o.out, "out", "dist", "the directory to write to")
	flag.StringVar(&o.packaging, "packaging", "packaging", "the directory with the templates")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := o.run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

type options struct{ owner, version, out, packaging string }

func (o options) run(ctx context.Context, log io.Writer) error {
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*$`).MatchString(o.owner) {
		return fmt.Errorf("-owner %q is not the name of a GitHub account", o.owner)
	}
	if !regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`).MatchString(o.version) {
		return fmt.Errorf("-version %q is not a version like 1.2.3", o.version)
	}
	work, err := os.MkdirTemp("", "zerops-mcp-bundle-")
	if err != nil {
		return fmt.Errorf("make a directory to work in: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()

	var slices [][]byte
	for _, arch := range []string{"amd64", "arm64"} {
		binary, err := compile(ctx, work, "darwin", arch)
		if err != nil {
			return err
		}
		slices = append(slices, binary)
	}
	universal, err := universalBinary(slices)
	if err != nil {
		return err
	}
	windows, err := compile(ctx, work, "windows", "amd64")
	if err != nil {
		return err
	}
	manifest, err := o.template("mcpb", "manifest.json")
	if err != nil {
		return err
	}
	icon, err := os.ReadFile(filepath.Join(o.packaging, "mcpb", "icon.png"))
	if err != nil {
		return fmt.Errorf("read the icon: %w", err)
	}
	archive, err := pack([]member{
		{"manifest.json", 0o644, manifest},
		{"icon.png", 0o644, icon},
		{"server/zerops-mcp", 0o755, universal},
		{"server/zerops-mcp.exe", 0o755, windows},
	})
	if err != nil {
		return err
	}
	entry, err := o.template("", "server.json")
	if err != nil {
		return err
	}
	digest := sha256.Sum256(archive)
	entry = bytes.ReplaceAll(entry, []byte(strings.Repeat("0", 64)), []byte(hex.EncodeToString(digest[:])))

	if err := os.MkdirAll(o.out, 0o750); err != nil {
		return fmt.Errorf("make the directory of the results: %w", err)
	}
	name := filepath.Join(o.out, "zerops-mcp-"+o.version+".mcpb")
	err = errors.Join(os.WriteFile(name, archive, 0o600), os.WriteFile(filepath.Join(o.out, "server.json"), entry, 0o600))
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	fmt.Fprintf(log, "%s (%.1f MB)\n%s\n", name, float64(len(archive))/1e6, filepath.Join(o.out, "server.json"))
	return nil
}

// template reads a file of packaging with owner and version filled in.
func (o options) template(elements ...string) ([]byte, error) {
	content, err := os.ReadFile(filepath.Join(append([]string{o.packaging}, elements...)...))
	if err != nil {
		return nil, fmt.Errorf("read a template: %w", err)
	}
	content = bytes.ReplaceAll(content, []byte("OWNER"), []byte(o.owner))
	return bytes.ReplaceAll(content, []byte("0.0.0"), []byte(o.version)), nil
}

// compile builds the program as a release does.
func compile(ctx context.Context, work, system, arch string) ([]byte, error) {
	path := filepath.Join(work, system+"-"+arch)
	if err := measure.Build(ctx, path, ".", "GOOS="+system, "GOARCH="+arch); err != nil {
		return nil, fmt.Errorf("for %s/%s: %w", system, arch, err)
	}
	return os.ReadFile(path)
}
