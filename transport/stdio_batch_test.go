package transport_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/transport"
)

func TestStdioBatches(t *testing.T) {
	t.Parallel()
	batchClient := func(t *testing.T, p *probe, change func(*transport.StdioConfig)) *stdioClient {
		t.Helper()
		c := serveStdio(t, newServer(t, p), change)
		c.initialize("2025-03-26", `{"elicitation":{}}`)
		return c
	}
	ping := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	t.Run("answers come together", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send("[" + ping + "," + toolCall("2", "sleep", `{"ms":50}`) + `,{"jsonrpc":"2.0","method":"notifications/none"},` +
			toolCall("3", "echo", `{"text":"three"}`) + ", 5, []," + initializeLine("2025-11-25", "{}") + "," + toolCall("4", "panic", "{}") + "]")
		answers := decodeBatch(t, c.next())
		byID := map[string]message{}
		null := 0
		for _, m := range answers {
			byID[string(m.ID)] = m
			if string(m.ID) == "null" && m.code() == -32600 {
				null++
			}
		}
		if len(answers) != 7 || null != 2 {
			t.Errorf("%d answers, %d without an id: %v", len(answers), null, answers)
		}
		if byID["1"].code() != 0 || byID["2"].text() != "slept" || byID["3"].text() != "three" ||
			byID[`"init"`].code() != -32600 || byID["4"].code() != -32603 {
			t.Errorf("answered %v", byID)
		}
		if got := c.pong(); len(got) > 0 {
			t.Errorf("then came %s", got[0].raw)
		}
	})
	t.Run("only notifications", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send(`[{"jsonrpc":"2.0","method":"notifications/none"},{"jsonrpc":"2.0","id":77,"result":{}}]`)
		if got := c.pong(); len(got) > 0 {
			t.Errorf("answered %s", got[0].raw)
		}
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send(`[]`)
		if got := c.next(); got.code() != -32600 || string(got.ID) != "null" {
			t.Errorf("answered %s", got.raw)
		}
	})
	t.Run("too many", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send("[" + strings.Repeat("1,", 500_000) + "1]")
		if got := c.next(); got.code() != -32600 || string(got.ID) != "null" {
			t.Errorf("answered %.200s", got.raw)
		}
	})
	t.Run("cancelled members are left out", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		c := batchClient(t, p, nil)
		c.send("[" + toolCall("2", "sleep", `{"ms":60000}`) + "," + toolCall("3", "echo", `{"text":"three"}`) + "," +
			toolCall("4", "stubborn", "{}") + "]")
		<-p.started
		<-p.started
		c.pong()
		time.Sleep(20 * time.Millisecond)
		c.send(cancelLine("2"), cancelLine("3"))
		if got := c.pong(); len(got) > 0 {
			t.Errorf("too early came %s", got[0].raw)
		}
		close(p.release)
		answers := decodeBatch(t, c.next())
		if len(answers) != 1 || string(answers[0].ID) != "4" {
			t.Errorf("answered %v", answers)
		}
		c.send("[" + toolCall("5", "sleep", `{"ms":60000}`) + "]")
		<-p.started
		c.send(cancelLine("5"))
		if got := c.pong(); len(got) > 0 {
			t.Errorf("an array of cancelled requests was answered %s", got[0].raw)
		}
	})
	t.Run("questions are answered in arrays too", func(t *testing.T) {
		t.Parallel()
		c := batchClient(t, newProbe(), nil)
		c.send("[" + toolCall("2", "ask", "{}") + "]")
		question := c.next()
		c.send(fmt.Sprintf(`[{"jsonrpc":"2.0","id":%s,"result":{"action":"accept"}}]`, question.ID))
		if answers := decodeBatch(t, c.next()); len(answers) != 1 || answers[0].text() != "accept" {
			t.Errorf("answered %v", answers)
		}
	})
	t.Run("the end answers arrays", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newProbe()
			c := batchClient(t, p, func(cfg *transport.StdioConfig) { cfg.Concurrency = 2 })
			defer func() { close(p.release); synctest.Wait() }()
			c.send("[" + toolCall("2", "stubborn", "{}") + "," + toolCall("3", "stubborn", "{}") + "," + toolCall("4", "echo", "{}") + "]")
			<-p.started
			<-p.started
			c.stop()
			answers := decodeBatch(t, c.next())
			if len(answers) != 3 {
				t.Errorf("answered %v", answers)
			}
			for _, m := range answers {
				if want := map[string]string{"2": "uncertain", "3": "uncertain", "4": "unavailable"}[string(m.ID)]; !strings.Contains(m.text(), want) {
					t.Errorf("answered %s, want %s", m.raw, want)
				}
			}
		})
	})
}
