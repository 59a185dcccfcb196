package diagnose

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite generated files")

func TestCausesArePacked(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("causes.txt")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Write(source)
		if err := cmpErr(err, w.Close(), os.WriteFile("causes.txt.gz", packed.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
		return
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(causesFile))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(got, source) {
		t.Errorf("causes.txt.gz is not the packed causes.txt (%v); run go test ./tools/diagnose -run TestCausesArePacked -update", err)
	}
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestCausesAreWhole looks for entries that cannot be found or do not help.
func TestCausesAreWhole(t *testing.T) {
	t.Parallel()
	table := causes()
	for _, c := range table.causes {
		if c.explanation == "" || c.next == nil && c.name != "dependency_stopped" || strings.Trim(c.where, "bpsr-") != "" {
			t.Errorf("%s lacks an explanation or the next call, or is looked for in %q", c.name, c.where)
		}
	}
	for _, p := range table.index.patterns {
		grams := 0
		eachGram(p.text, func(uint16) { grams++ })
		if grams == 0 || p.text != strings.ToLower(p.text) {
			t.Errorf("%s: the pattern %q cannot be found", table.causes[p.cause].name, p.text)
		}
	}
	t.Logf("%d entries, %d patterns", len(table.causes), len(table.index.patterns))
}

// BenchmarkDiagnose reads the longest log there is.
func BenchmarkDiagnose(b *testing.B) {
	line := strings.Repeat("ERROR the quick brown fox: could not find what it was looking for in /var/www, ", 50)
	texts := make([]string, 1000)
	for i := range texts {
		texts[i] = line
	}
	e := diagnosed(saidWhileRunning(texts...))
	causes()
	for b.Loop() {
		e.Diagnose()
	}
}
