package same

import (
	"os"
	"path/filepath"

	"zerops-mcp/zerops/simulator"
)

// exampleFiles are what a deployment of the examples uploads, and a file of
// variables.
func exampleFiles() map[string]string {
	return map[string]string{
		"zerops.yaml": `zerops:
  - setup: images
    build:
      base: bun@1.2
      deployFiles: ./
    run:
      base: bun@1.2
      ports:
        - port: 3000
          httpSupport: true
      start: bun main.js
`,
		"main.js": "console.log('hello')\n",
		".env":    "EXAMPLE_FROM_FILE=" + simulator.AdminToken + "\n",
	}
}

// newMachine makes a home and a directory to deploy from below dir.
func newMachine(dir string) (machine, error) {
	m := machine{home: filepath.Join(dir, "home"), files: filepath.Join(dir, "home", "files")}
	if err := os.MkdirAll(m.files, 0o700); err != nil {
		return m, err
	}
	for name, text := range exampleFiles() {
		if err := os.WriteFile(filepath.Join(m.files, name), []byte(text), 0o600); err != nil {
			return m, err
		}
	}
	return m, nil
}
