package same

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"zerops-mcp/internal/bench/measure"
)

// side is one of the two states of the program.
type side struct {
	name string
	// source is the directory of its module, program the binary built from it.
	source, program string
}

// output runs a command in dir and returns what it prints. What it complains about
// is part of the error.
func output(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // git and go, with arguments of our own
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", name, args[0], err, strings.TrimSpace(stderr.String()))
	}
	return stdout.Bytes(), nil
}

// extract writes the files of a commit below dir.
func extract(ctx context.Context, commit, dir string) error {
	if _, err := output(ctx, ".", "git", "cat-file", "-e", commit+"^{commit}"); err != nil {
		return fmt.Errorf("the base commit %s is not in this clone, so nothing was compared: fetch the whole history "+
			"(git fetch --unshallow), or name a commit that is here (go run ./internal/check same BASE): %w", commit, err)
	}
	archive, err := output(ctx, ".", "git", "archive", "--format=tar", commit)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	files := tar.NewReader(bytes.NewReader(archive))
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the files of %s: %w", commit, err)
		}
		if header.Typeflag != tar.TypeReg {
			continue // directories are made below; the comment of git is no file
		}
		if err := root.MkdirAll(path.Dir(header.Name), 0o700); err != nil {
			return err
		}
		data, err := io.ReadAll(io.LimitReader(files, header.Size))
		if err != nil {
			return fmt.Errorf("read %s of %s: %w", header.Name, commit, err)
		}
		if err := root.WriteFile(header.Name, data, 0o600); err != nil {
			return err
		}
	}
}

// build makes the program of a side as it is released, but with a clock that
// stands. Paths are trimmed, so the compiler's cache knows the packages of the base
// from an earlier run.
func (s side) build(ctx context.Context) error {
	goroot, err := output(ctx, s.source, "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	overlay, err := writeOverlay(filepath.Dir(s.program), strings.TrimSpace(string(goroot)))
	if err != nil {
		return err
	}
	args := append([]string{"build"}, measure.BuildFlags()...)
	cmd := exec.CommandContext(ctx, "go", append(args, "-buildvcs=false", "-overlay", overlay, "-o", s.program, ".")...) //nolint:gosec // paths of our own
	cmd.Dir = s.source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program %s: %w\n%s", s.name, err, text)
	}
	return nil
}

// prepare builds the program of the base commit and of the present files in dir.
// Their paths have the same length, because the program wraps lines.
func prepare(ctx context.Context, dir, base string) (was, is side, err error) {
	was = side{name: "of the base commit", source: filepath.Join(dir, "source"), program: filepath.Join(dir, "was", "zerops-mcp")}
	is = side{name: "of the present files", source: ".", program: filepath.Join(dir, "now", "zerops-mcp")}
	if err := extract(ctx, base, was.source); err != nil {
		return was, is, err
	}
	for _, s := range []side{was, is} {
		if err := os.MkdirAll(filepath.Dir(s.program), 0o700); err != nil {
			return was, is, err
		}
		if err := s.build(ctx); err != nil {
			return was, is, err
		}
	}
	return was, is, nil
}
