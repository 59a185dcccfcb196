package env

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestParseDotenv(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []DotenvPair
		line int // of the error
	}{
		"plain":             {text: "A=1\nB = two words \n", want: []DotenvPair{{"A", "1"}, {"B", "two words"}}},
		"no newline at end": {text: "A=1", want: []DotenvPair{{"A", "1"}}},
		"windows lines":     {text: "\ufeffA=1\r\nB='x'\r\n", want: []DotenvPair{{"A", "1"}, {"B", "x"}}},
		"comments":          {text: "# one\n\n  # two\nA=1 # three\nB=a#b\nC=# nothing\nD=\"x\" # four\n", want: []DotenvPair{{"A", "1"}, {"B", "a#b"}, {"C", ""}, {"D", "x"}}},
		"export":            {text: "export A=1\nexport\tB=2\nexported=3\n", want: []DotenvPair{{"A", "1"}, {"B", "2"}, {"exported", "3"}}},
		"empty":             {text: "A=\nB=\"\"\nC=''\n", want: []DotenvPair{{"A", ""}, {"B", ""}, {"C", ""}}},
		"escapes":           {text: `A="line\none \"quoted\" \$5 \\ \x"`, want: []DotenvPair{{"A", "line\none \"quoted\" $5 \\ \\x"}}},
		"literal":           {text: "A='\\n ${x} \"'\nB=`'\"`\n", want: []DotenvPair{{"A", `\n ${x} "`}, {"B", `'"`}}},
		"several lines":     {text: "A=\"-----BEGIN\nfake\n-----END\"\nB='x\ny'\nC=1\n", want: []DotenvPair{{"A", "-----BEGIN\nfake\n-----END"}, {"B", "x\ny"}, {"C", "1"}}},
		"nothing expanded":  {text: "A=${db_password}$HOME\n", want: []DotenvPair{{"A", "${db_password}$HOME"}}},
		"equals in value":   {text: "A=b=c==\n", want: []DotenvPair{{"A", "b=c=="}}},
		"nothing at all":    {text: " \n\n", want: nil},
		"no assignment":     {text: "A=1\nnonsense\n", line: 2},
		"no name":           {text: "=1\n", line: 1},
		"name with a space": {text: "A B=1\n", line: 1},
		"open quote":        {text: "A=1\n\nB=\"x\nC=2\n", line: 3},
		"open escape":       {text: "A=\"x\\", line: 1},
		"after the quote":   {text: "A='x' y\n", line: 1},
	} {
		got, err := ParseDotenv(c.text)
		if c.line > 0 {
			if wrong, ok := errors.AsType[*dotenvError](err); !ok || wrong.line != c.line {
				t.Errorf("%s: error %v, want one about line %d", name, err, c.line)
			}
			continue
		}
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %q, want %q", name, got[i], c.want[i])
			}
		}
	}
}

func TestScanDotenv(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []DotenvPair
	}{
		"what is no assignment": {"A=1\nnonsense\n=2\nexport B='x'\n", []DotenvPair{{"A", "1"}, {"B", "x"}}},
		"comments":              {"# A=0\nA=1 # two\n", []DotenvPair{{"A", "1 # two"}}},
		"an odd name":           {"A B=1\n", []DotenvPair{{"A B", "1"}}},
		"open quote":            {"A=\"x\nB=2\n", []DotenvPair{{"A", `"x`}, {"B", "2"}}},
		"after the quote":       {"A='x' y\nB=2\n", []DotenvPair{{"A", "'x' y"}, {"B", "2"}}},
		"several lines":         {"A=\"x\nB=2\"\n", []DotenvPair{{"A", "x\nB=2"}}},
		"too many":              {strings.Repeat("A=1\n", MaxKnown+1), slices.Repeat([]DotenvPair{{"A", "1"}}, MaxKnown)},
	} {
		if got := ScanDotenv(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// FuzzParseDotenv checks that any text is read or refused with a line that
// exists, that an error quotes nothing of it, and that what was read survives
// being written in single quotes.
func FuzzParseDotenv(f *testing.F) {
	for _, seed := range []string{"A=1\n", "export A=\"x\\n\"\n", "A='x\ny' # z\r\n", "=", "A", "A=\"\\", "\ufeffA=`b`", "A=b #c\n#d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := ScanDotenv(text)
		pairs, err := ParseDotenv(text)
		if err == nil && len(found) != min(len(pairs), MaxKnown) {
			t.Fatalf("%d pairs were found in %q, and %d read", len(found), text, len(pairs))
		}
		if err != nil {
			if wrong, ok := errors.AsType[*dotenvError](err); !ok || wrong.line < 1 || wrong.line > strings.Count(text, "\n")+1 {
				t.Fatalf("error %v of %q", err, text)
			}
			return
		}
		var b strings.Builder
		for _, p := range pairs {
			if p.Key == "" || strings.ContainsAny(p.Key, " \n=") {
				t.Fatalf("key %q of %q", p.Key, text)
			}
			if strings.ContainsRune(p.Value, '\'') {
				return // cannot be written in these quotes
			}
			b.WriteString(p.Key + "='" + p.Value + "'\n")
		}
		again, err := ParseDotenv(b.String())
		if err != nil || len(again) != len(pairs) {
			t.Fatalf("%q came back as %q, %v", pairs, again, err)
		}
		for i := range pairs {
			if again[i] != pairs[i] {
				t.Fatalf("%q came back as %q", pairs[i], again[i])
			}
		}
	})
}
