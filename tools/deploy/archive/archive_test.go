package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools/deploy/archive"
)

var withGit = flag.Bool("git", false, "compare the ignore rules with the git that is installed")

var ample = archive.Limits{Files: 10_000, Bytes: 1 << 30}

// tree makes files in a new directory: a name that ends in a slash is a
// directory, a content that starts with "-> " a link.
func tree(tb testing.TB, files map[string]string) string {
	tb.Helper()
	dir := tb.TempDir()
	for name, content := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o750); err != nil {
			tb.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(content, "-> "); ok {
			err = os.Symlink(strings.ReplaceAll(target, "$DIR", dir), full)
		} else if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(full, 0o750)
		} else {
			err = os.WriteFile(full, []byte(content), 0o600)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

type member struct {
	name, link, content string
	mode                int64
}

// open opens a directory as deploys do.
func open(tb testing.TB, dir string, own ...string) *archive.Directory {
	tb.Helper()
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		tb.Fatal(err)
	}
	d, err := archive.Open(resolved, ".", own...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = d.Close() })
	return d
}

// pack returns the members of the archive of a directory in their order.
func pack(tb testing.TB, dir string) ([]member, archive.Contents) {
	tb.Helper()
	var b bytes.Buffer
	contents, err := open(tb, dir).Pack(tb.Context(), ample, &b, nil)
	if err != nil {
		tb.Fatal(err)
	}
	unzipped, err := gzip.NewReader(&b)
	if err != nil {
		tb.Fatal(err)
	}
	var members []member
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return members, contents
		}
		if err != nil {
			tb.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			tb.Fatal(err)
		}
		members = append(members, member{h.Name, h.Linkname, string(content), h.Mode})
	}
}

func names(members []member) []string {
	var out []string
	for _, m := range members {
		if !strings.HasSuffix(m.name, "/") {
			out = append(out, m.name)
		}
	}
	return out
}

func TestPackKeepsOutWhatIsIgnored(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"nothing ignored", map[string]string{"b": "", "a": "", "c/d": ""}, "a b c/d"},
		{"git is never packed", map[string]string{".git/config": "", "sub/.git": "gitdir: x", "a": ""}, "a"},
		{"name at any depth", map[string]string{".gitignore": "*.log\n", "a.log": "", "x/b.log": "", "x/c": ""}, ".gitignore x/c"},
		{"anchored", map[string]string{".gitignore": "/build\n", "build/a": "", "x/build/a": ""}, ".gitignore x/build/a"},
		{"directory only", map[string]string{".gitignore": "out/\n", "out/a": "", "x/out": ""}, ".gitignore x/out"},
		{"last rule wins", map[string]string{".gitignore": "*.env\n!keep.env\n", "a.env": "", "keep.env": ""}, ".gitignore keep.env"},
		{"no way back into an ignored directory", map[string]string{".gitignore": "d\n!d/a\n", "d/a": ""}, ".gitignore"},
		{"back with a star", map[string]string{".gitignore": "d/*\n!d/a\n", "d/a": "", "d/b": ""}, ".gitignore d/a"},
		{"nested file counts from its directory", map[string]string{"x/.gitignore": "/a\n", "a": "", "x/a": "", "x/y/a": ""}, "a x/.gitignore x/y/a"},
		{"nested file wins", map[string]string{".gitignore": "*.txt\n", "x/.gitignore": "!a.txt\n", "a.txt": "", "x/a.txt": "", "x/b.txt": ""}, ".gitignore x/.gitignore x/a.txt"},
		{"two stars", map[string]string{".gitignore": "a/**/z\n**/deep\nend/**\n", "a/z": "", "a/b/c/z": "", "a/b/y": "", "q/deep": "", "end/x/y": "", "z": ""}, ".gitignore a/b/y z"},
		{"question mark and class", map[string]string{".gitignore": "?.c\n[!a-c]x\n[[:digit:]]y\n", "a.c": "", "ab.c": "", "ax": "", "dx": "", "1y": "", "ay": ""}, ".gitignore ab.c ax ay"},
		{"escapes", map[string]string{".gitignore": "\\#a\n\\!b\nc\\*\n", "#a": "", "!b": "", "c*": "", "cd": ""}, ".gitignore cd"},
		{"comment, blank line, CRLF, spaces, BOM", map[string]string{".gitignore": "\ufeff# a\r\n\r\na  \r\n", "a": "", "b": ""}, ".gitignore b"},
		{"deployignore too", map[string]string{".deployignore": "docs/\n", "docs/a": "", "b": ""}, ".deployignore b"},
		{"deployignore brings back", map[string]string{".gitignore": "dist\n", ".deployignore": "!dist\nsrc\n", "dist/a": "", "src/a": ""}, ".deployignore .gitignore dist/a"},
		{"star does not cross a slash", map[string]string{".gitignore": "a*z\n/b/*c\n", "a/z": "", "abz": "", "b/x/c": "", "b/xc": ""}, ".gitignore a/z b/x/c"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			members, _ := pack(t, tree(t, tc.files))
			if got := strings.Join(names(members), " "); got != tc.want {
				t.Errorf("packed %s\nwant   %s", got, tc.want)
			}
		})
	}
}

func TestPackKeepsLinksThatStayInside(t *testing.T) {
	t.Parallel()
	outside := tree(t, map[string]string{"secret": "canary-word"})
	dir := tree(t, map[string]string{
		"d/file": "content", "d/near": "-> file", "up": "-> d/../d/file", "dir": "-> d", "absolute": "-> $DIR/d/file", "dangling": "-> nowhere",
		"escape": "-> ../elsewhere", "system": "-> /etc/passwd", "out": "-> " + outside, "via": "-> out/secret",
	})
	members, contents := pack(t, dir)
	got := map[string]string{}
	for _, m := range members {
		if m.link != "" {
			got[m.name] = m.link
		}
		if strings.Contains(m.content, "canary-word") {
			t.Errorf("%s holds what lies outside the directory", m.name)
		}
	}
	want := map[string]string{"d/near": "file", "up": "d/../d/file", "dir": "d", "absolute": "d/file", "dangling": "nowhere"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("links %v\nwant  %v", got, want)
	}
	if len(contents.Skipped) != 4 || contents.Links != 5 {
		t.Errorf("skipped %v, %d links; want the four that lead outside skipped", contents.Skipped, contents.Links)
	}
}

func TestPackIsDeterministicAndComplete(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"z": "last", "a/b/c": "deep", "a.txt": "first", "empty/": "", "run.sh": "#!/bin/sh"})
	if err := os.Chmod(filepath.Join(dir, "run.sh"), 0o750); err != nil {
		t.Fatal(err)
	}
	first, contents := pack(t, dir)
	second, _ := pack(t, dir)
	if !slices.Equal(first, second) {
		t.Error("two archives of the same tree differ")
	}
	var order []string
	for _, m := range first {
		order = append(order, m.name)
		if m.name == "run.sh" && m.mode != 0o750 {
			t.Errorf("run.sh has mode %o", m.mode)
		}
		if m.name == "a/b/c" && m.content != "deep" {
			t.Errorf("a/b/c holds %q", m.content)
		}
	}
	if got, want := strings.Join(order, " "), "a/ a/b/ a/b/c a.txt empty/ run.sh z"; got != want {
		t.Errorf("order %s\nwant  %s", got, want)
	}
	scanned, err := open(t, dir).Scan(t.Context(), ample)
	if err != nil || fmt.Sprint(scanned) != fmt.Sprint(contents) {
		t.Errorf("Scan says %+v, %v; Pack %+v", scanned, err, contents)
	}
}

func TestLimitsNameWhatIsLarge(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"node_modules/big": strings.Repeat("x", 3_000_000), "src/a": "small", "b": "", "c": ""})
	for _, limits := range []archive.Limits{{Files: 3, Bytes: 1 << 30}, {Files: 100, Bytes: 2_000_000}} {
		_, err := open(t, dir).Scan(t.Context(), limits)
		var limit *archive.LimitError
		if !errors.As(err, &limit) {
			t.Fatalf("%+v: error %v", limits, err)
		}
		if limit.TooMany != (limits.Files == 3) {
			t.Errorf("%+v: says %v", limits, err)
		}
		if !limit.TooMany && limit.Largest[0] != "node_modules (3 MB)" {
			t.Errorf("largest %v", limit.Largest)
		}
	}
}

func TestPackStopsWithTheContext(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"big": strings.Repeat("x", 1<<20)})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := open(t, dir).Pack(ctx, ample, io.Discard, func(int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestErrorsNameTheFileButNotTheMachine(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := archive.Open(missing, ".")
	if err == nil || strings.Contains(err.Error(), missing) {
		t.Errorf("error %v", err)
	}
	file := filepath.Join(tree(t, map[string]string{"a": "b"}), "a")
	if _, err := archive.Open(file, "."); err == nil {
		t.Error("a file passed for a directory")
	}
}

// TestRulesAgreeWithGit compares random rules with the verdict of git itself. It
// needs git, so it runs with -git only.
func TestRulesAgreeWithGit(t *testing.T) {
	if !*withGit {
		t.Skip("run with -git")
	}
	files := map[string]string{}
	for _, name := range []string{
		"a", "b", "ab", "a.c", "b.c", ".x", "d/a", "d/b", "d/a.c", "d/e/a", "d/e/f/a", "d/e/f/ab.c", "e/d/a", "x/y/z", "x/z", "z", "a b", "q?", "[a]", "x/a/b", "A",
	} {
		files[name] = ""
	}
	pieces := []string{"a", "b", "d", "e", "x", "y", "z", "*", "**", "?", "*.c", "[ab]", "[!a]", "[a-", "\\a", "a*", "*b", "f", " ", "[[:alpha:]]", "[^a]*", "***", "\\", "[]a]"}
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		ignore := func() string {
			var b strings.Builder
			for range 1 + rng.IntN(4) {
				if rng.IntN(4) == 0 {
					b.WriteString("!")
				}
				if rng.IntN(4) == 0 {
					b.WriteString("/")
				}
				for i := range 1 + rng.IntN(3) {
					if i > 0 {
						b.WriteString("/")
					}
					b.WriteString(pieces[rng.IntN(len(pieces))])
				}
				if rng.IntN(4) == 0 {
					b.WriteString("/")
				}
				b.WriteString("\n")
			}
			return b.String()
		}
		files[".gitignore"], files["d/.gitignore"] = ignore(), ignore()
		dir := tree(t, files)
		members, _ := pack(t, dir)
		ours := names(members)
		slices.Sort(ours)
		git := func(args ...string) string {
			cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "core.excludesFile=/dev/null", "-c", "core.quotePath=false"}, args...)...)
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		}
		git("init", "-q")
		theirs := strings.FieldsFunc(git("ls-files", "-z", "--others", "--exclude-standard"), func(r rune) bool { return r == 0 })
		slices.Sort(theirs)
		if !slices.Equal(ours, theirs) {
			t.Errorf("round %d\n.gitignore %q\nd/.gitignore %q\nours %q\ngit  %q", round, files[".gitignore"], files["d/.gitignore"], ours, theirs)
		}
	}
}
