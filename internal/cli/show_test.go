package cli_test

import (
	"bytes"
	"testing"

	"zerops-mcp/internal/cli"
)

func TestShow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		raw   string
		width int
		want  string
	}{
		"facts, then a table": {
			`{"total":2,"empty":"","items":[{"id":"AAAA","name":"one","tags":["a","b"],"at":"2026-01-02T03:04:05Z"},{"id":"BBBB","name":"two","more":{"total":3,"failed":0}}]}`, 0,
			"total  2\n\nID    NAME  TAGS  AT                   MORE\nAAAA  one   a, b  2026-01-02 03:04:05\nBBBB  two                              total 3\n",
		},
		"an empty list": {`{"items":[]}`, 0, "(none)\n"},
		"columns that do not fit": {
			`{"items":[{"id":"AAAAAAAAAAAAAAAAAAAAAA","name":"a name that is much longer than the others","org":"o","status":"ACTIVE","created":"2026-01-02T03:04:05Z"}]}`, 60,
			"ID                      NAME                     ORG  STATUS\nAAAAAAAAAAAAAAAAAAAAAA  a name that is much lo…  o    ACTIVE\n(--output json also has created)\n",
		},
		"how things stand is told to the end": {
			`{"items":[{"id":"AAAAAAAAAAAAAAAAAAAAAA","hostname":"db","type":"postgresql:single@18","version":"18.2","status":"ACTIVE"},` +
				`{"id":"BBBBBBBBBBBBBBBBBBBBBB","hostname":"app","type":"nodejs@22","version":"22","status":"STOPPED"}]}`, 44,
			"ID                      HOSTNAME  STATUS\nAAAAAAAAAAAAAAAAAAAAAA  db        ACTIVE\nBBBBBBBBBBBBBBBBBBBBBB  app       STOPPED\n" +
				"(--output json also has version, type)\n",
		},
		"a column is as wide as there is room once others are left out": {
			`{"items":[{"id":"AAAAAAAAAAAAAAAAAAAAAA","name":"a name that is much longer than the others","org":"o","status":"ACTIVE","description":"many words that say rather little"}]}`, 85,
			"ID                      NAME                                        ORG  STATUS\nAAAAAAAAAAAAAAAAAAAAAA  a name that is much longer than the others  o    ACTIVE\n" +
				"(--output json also has description)\n",
		},
		"the next call": {
			`{"status":"in_progress","next":{"tool":"wait_for","arguments":{"processes":["p1","p2"],"wait_seconds":45}}}`, 0,
			"status  in_progress\nnext    zerops-mcp call wait_for --arg processes=p1,p2 --arg wait_seconds=45\n",
		},
		"a document": {`{"yaml":"a:\n\tb: \u001b[31m1\u001b[0m\n"}`, 0, "yaml\na:\n    b: [31m1[0m\n"},
		"rows full of words": {
			`{"causes":[{"cause":"one","evidence":["a line of a log that is long enough to fill more than half of a usual terminal","another one of the same kind"],` +
				`"explanation":"an explanation that is long enough not to fit into a column of a table beside all the others, however wide"}]}`, 0,
			"causes\ncause        one\nexplanation  an explanation that is long enough not to fit into a column of a table beside all the others, however wide\n\n" +
				"evidence\n  a line of a log that is long enough to fill more than half of a usual terminal\n  another one of the same kind\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := cli.Show(&out, []byte(tt.raw), tt.width); err != nil {
				t.Fatal(err)
			}
			if out.String() != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", out.String(), tt.want)
			}
		})
	}
}
