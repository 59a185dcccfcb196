package measure

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// Build makes a stripped binary, as a release is made.
func Build(ctx context.Context, path, pkg string) error {
	return BuildIn(ctx, ".", path, pkg)
}

// BuildFlags are the flags of go build with which a release is made.
func BuildFlags() []string {
	return []string{"-trimpath", "-ldflags", "-s -w", "-gcflags=zerops-mcp/...=-l"}
}

// BuildIn makes a stripped binary of a package of the module in dir.
func BuildIn(ctx context.Context, dir, path, pkg string) error {
	args := append([]string{"build"}, BuildFlags()...)
	//nolint:gosec // the arguments are those of our own programs
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", path, pkg)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr //nolint:forbidigo // what the compiler says is for whoever runs the check
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", pkg, err)
	}
	return nil
}
