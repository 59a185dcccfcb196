package zerops

import (
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkDecodePage reads one page of a search, as large as they come.
func BenchmarkDecodePage(b *testing.B) {
	var body bytes.Buffer
	body.WriteString(`{"limit":500,"offset":0,"totalHits":500,"items":[`)
	for i := range 500 {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"id":"AAAAAAAAAAAAAAAAAAA%03d","projectId":"BBBBBBBBBBBBBBBBBBBBBB","name":"app%d","status":"ACTIVE","mode":"NON_HA",`+
			`"created":"2026-01-02T03:04:05Z","ports":[{"port":3000,"protocol":"tcp","httpRouting":true}],"unknown":{"a":[1,2,3],"b":"%0200d"}}`, i, i, i)
	}
	body.WriteString("]}")
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		var p page[Service]
		if err := decode(body.Bytes(), &p); err != nil || len(p.Items) != 500 {
			b.Fatalf("%d items, %v", len(p.Items), err)
		}
	}
}
