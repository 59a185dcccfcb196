package measure

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// BuildFlags are the flags of go build with which a release is made. The scripts
// have them in .ci/flags.
func BuildFlags() []string {
	return []string{"-trimpath", "-ldflags", "-s -w"}
}

// Build makes a stripped binary, as a release is made; env names another system.
func Build(ctx context.Context, path, pkg string, env ...string) error {
	return BuildIn(ctx, ".", path, pkg, env...)
}

// BuildIn makes a stripped binary of a package of the module in dir.
func BuildIn(ctx context.Context, dir, path, pkg string, env ...string) error {
	args := append([]string{"build"}, BuildFlags()...)
	//nolint:gosec // the arguments are those of our own programs
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", path, pkg)...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	cmd.Stderr = os.Stderr //nolint:forbidigo // what the compiler says is for whoever runs the check
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", pkg, err)
	}
	return nil
}
