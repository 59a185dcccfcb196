package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "draw the pictures of the documentation again")

func TestPicturesAreCurrent(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "..", "docs", "images")
	if *update {
		if err := run(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range shots() {
		picture, err := s.draw(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(bytes.NewReader(picture)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s is no picture: %v", s.name, err)
			}
		}
		have, err := os.ReadFile(filepath.Join(dir, s.name+".svg"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, picture) {
			t.Errorf("docs/images/%s.svg is not what the command shows now: run go test ./internal/check/screenshots -update", s.name)
		}
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	got := string(terminal("x", []string{"\x1b[32mok\x1b[0m <b> & rest", ""}))
	for _, want := range []string{`<tspan fill="#56d364">ok</tspan> &lt;b&gt; &amp; rest`, `aria-label="x"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}
