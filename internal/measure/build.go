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

// BuildIn makes a stripped binary of a package of the module in dir.
func BuildIn(ctx context.Context, dir, path, pkg string) error {
	//nolint:gosec // the arguments are those of our own programs
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-gcflags=zerops-mcp/...=-l", "-o", path, pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr //nolint:forbidigo // what the compiler says is for whoever runs the check
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", pkg, err)
	}
	return nil
}
