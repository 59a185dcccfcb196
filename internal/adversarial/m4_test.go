package adversarial_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outsideMark is in the name of everything that lies outside the deploy root, or
// must not be uploaded from inside.
const outsideMark = "outside"

// tree is a directory to deploy, and one beside it that holds what must not leave.
type tree struct{ root, app, outside string }

const deployYaml = "zerops:\n  - setup: worker\n    build:\n      base: nodejs@22\n      buildCommands:\n        - npm ci\n      deployFiles: ./\n    run:\n      base: nodejs@22\n      start: node index.js\n"

func newTree(t *testing.T) tree {
	t.Helper()
	base := t.TempDir()
	d := tree{root: filepath.Join(base, "root"), app: filepath.Join(base, "root", "app"), outside: filepath.Join(base, "elsewhere")}
	for name, content := range map[string]string{
		"app/zerops.yaml": deployYaml, "app/index.js": "1\n", "app/src/main.js": "2\n",
	} {
		d.write(t, filepath.Join(d.root, name), content)
	}
	for name, content := range map[string]string{
		"id_rsa_" + outsideMark: "-----BEGIN OPENSSH PRIVATE KEY-----\n", "zerops.yaml": strings.Replace(deployYaml, "node index.js", "cat /"+outsideMark, 1), "main.js": "3\n",
	} {
		d.write(t, filepath.Join(d.outside, name), content)
	}
	return d
}

func (tree) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// swap puts a link to somewhere else in the place of a file or a directory.
func swap(t *testing.T, place, target string) {
	t.Helper()
	if err := os.Rename(place, place+".was"); err != nil {
		t.Error(err)
	}
	if err := os.Symlink(target, place); err != nil {
		t.Error(err)
	}
}

// leaked is an attack's success where something from outside was uploaded.
func (w *world) leaked(t *testing.T, service string) error {
	t.Helper()
	for _, row := range w.rows(t, "/service-stack/"+service+"/app-version?limit=20") {
		id, _ := row["id"].(string)
		upload, ok := w.sim.Uploaded(id)
		if !ok {
			continue
		}
		for _, e := range upload.Entries {
			if strings.Contains(e.Name, outsideMark) || strings.Contains(e.Link, outsideMark) || e.Type == '2' && filepath.IsAbs(e.Link) {
				return fmt.Errorf("%s was uploaded (link %q)", e.Name, e.Link)
			}
		}
		if strings.Contains(upload.ZeropsYaml, outsideMark) {
			return fmt.Errorf("a zerops.yaml from outside was uploaded: %s", short(upload.ZeropsYaml))
		}
	}
	for _, r := range w.requests() {
		if strings.Contains(string(r.Body), outsideMark) {
			return fmt.Errorf("%s carried text from outside", r.Operation)
		}
	}
	return nil
}

// TestAdversarialM4 swaps what is deployed for something else, between the check and
// the packing: when the program asks the platform for a new version.
func TestAdversarialM4(t *testing.T) {
	t.Parallel()
	for id, change := range map[string]func(t *testing.T, d tree){
		"swapped-directory": func(t *testing.T, d tree) { t.Helper(); swap(t, d.app, d.outside) },
		"swapped-root": func(t *testing.T, d tree) {
			t.Helper()
			d.write(t, filepath.Join(d.outside, "app", "id_"+outsideMark), "x")
			swap(t, d.root, d.outside)
		},
		"swapped-subdirectory": func(t *testing.T, d tree) { t.Helper(); swap(t, filepath.Join(d.app, "src"), d.outside) },
		"swapped-file": func(t *testing.T, d tree) {
			t.Helper()
			swap(t, filepath.Join(d.app, "index.js"), filepath.Join(d.outside, "id_rsa_"+outsideMark))
		},
		"swapped-yaml": func(t *testing.T, d tree) {
			t.Helper()
			swap(t, filepath.Join(d.app, "zerops.yaml"), filepath.Join(d.outside, "zerops.yaml"))
		},
	} {
		for _, build := range []bool{true, false} {
			name := "M4/" + id
			if !build {
				name += "-built"
			}
			attack(t, name, func(t *testing.T) error {
				d, w := newTree(t), newWorld(t)
				service := sibling(w)
				reached := false
				w.when(http.MethodPost, "/app-version", func() { reached = true; change(t, d) })
				p := w.serve(t, how{args: []string{"--deploy-root", d.root}, dir: d.root})
				r := p.call("deploy_service", args{"service": service, "directory": "app", "build": build})
				if !reached {
					t.Fatalf("the attack came too late: %s", r.text)
				}
				return w.leaked(t, service)
			})
		}
	}
}

// TestAdversarialM4Files uploads what is never uploaded, from inside the root.
func TestAdversarialM4Files(t *testing.T) {
	t.Parallel()
	const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n"
	for id, name := range map[string]string{
		"private-key": "id_rsa", "private-key-elsewhere": "certs/server.pem", "key-with-another-name": "notes.txt", "netrc": ".netrc", "git-credentials": ".git-credentials",
		"netrc-below": "home/.netrc",
	} {
		attack(t, "M4/"+id, func(t *testing.T) error {
			d, w := newTree(t), newWorld(t)
			d.write(t, filepath.Join(d.app, name), key)
			p := w.serve(t, how{args: []string{"--deploy-root", d.root}, dir: d.root})
			r := p.call("deploy_service", args{"service": sibling(w), "directory": "app"})
			for _, e := range w.entries(t, sibling(w), r) {
				if strings.HasSuffix(e, name) {
					return fmt.Errorf("%s was uploaded", e)
				}
			}
			return nil
		})
	}
	attack(t, "M4/own-files", func(t *testing.T) error {
		// The program's own token, keys and audit log, where they lie in the directory.
		d, w := newTree(t), newWorld(t)
		own := map[string]string{"ztoken": "obviously-fake-owner-token\n", "signing": "kR7xW2mQ9vT4nB6yH1sD8fG3jL5pZ0cA\n", "audit.log": ""}
		for name, content := range own {
			d.write(t, filepath.Join(d.app, name), content)
		}
		p := w.serve(t, how{
			args: []string{"--deploy-root", d.root, "--audit-log", filepath.Join(d.app, "audit.log"), "--signing-key-file", filepath.Join(d.app, "signing"), "--token-file", filepath.Join(d.app, "ztoken")},
			dir:  d.root, token: "none", // the file wins over nothing
		})
		r := p.call("deploy_service", args{"service": sibling(w), "directory": "app"})
		for _, e := range w.entries(t, sibling(w), r) {
			if _, ours := own[filepath.Base(e)]; ours {
				return fmt.Errorf("%s was uploaded", e)
			}
		}
		return nil
	})
	attack(t, "M4/from-file-through-a-link", func(t *testing.T) error {
		d, w := newTree(t), newWorld(t)
		d.write(t, filepath.Join(d.outside, "vars"), "STOLEN="+outsideMark+"\n")
		if err := os.Symlink(d.outside, filepath.Join(d.app, "linked")); err != nil {
			t.Fatal(err)
		}
		p := w.serve(t, how{args: []string{"--deploy-root", d.root}, dir: d.root})
		for _, path := range []string{"app/linked/vars", filepath.Join(d.root, "app/linked/vars"), "app/../../elsewhere/vars", filepath.Join(d.outside, "vars")} {
			p.call("set_env", args{"service": sibling(w), "from_file": map[string]any{"path": path}})
		}
		return w.leaked(t, sibling(w))
	})
}

// entries are the names that the newest deployment of a service was uploaded with;
// there has to be one.
func (w *world) entries(t *testing.T, service string, r result) []string {
	t.Helper()
	var names []string
	for _, row := range w.rows(t, "/service-stack/"+service+"/app-version?limit=20") {
		id, _ := row["id"].(string)
		if upload, ok := w.sim.Uploaded(id); ok {
			for _, e := range upload.Entries {
				names = append(names, e.Name)
			}
		}
	}
	if len(names) == 0 && !r.isError {
		t.Fatalf("nothing was uploaded: %s", r.text)
	}
	return names
}
