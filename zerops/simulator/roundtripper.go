package simulator

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
)

// RoundTripper answers the requests of an http.Client without any network, whatever
// host they name. It is for testing/synctest, where a real connection would keep
// the clock from moving. A dropped connection is io.ErrUnexpectedEOF.
func (s *Simulator) RoundTripper() http.RoundTripper { return inProcess{s} }

type inProcess struct {
	simulator *Simulator
}

// RoundTrip runs the handler in a goroutine of its own, so that a caller who gives
// up does not have to wait for it.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	asked := r.Clone(r.Context())
	asked.RequestURI = r.URL.RequestURI()
	if asked.Host == "" {
		asked.Host = r.URL.Host
	}
	if asked.Body == nil {
		asked.Body = http.NoBody
	}
	answered := make(chan *bufferedAnswer, 1)
	switched := &switchedAnswer{bufferedAnswer: &bufferedAnswer{header: make(http.Header)}, client: make(chan net.Conn), gone: make(chan struct{})}
	defer close(switched.gone)
	if r.Header.Get("Upgrade") != "" { // what follows is no longer of this request
		asked = asked.WithContext(context.WithoutCancel(r.Context()))
	}
	go func() {
		answered <- t.serve(asked, switched)
		_ = asked.Body.Close() // http.RoundTripper has to, and nobody hears of an error.
	}()
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case conn := <-switched.client:
		return &http.Response{
			Status: "101 Switching Protocols", StatusCode: http.StatusSwitchingProtocols, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: switched.header, Body: conn, Request: r,
		}, nil
	case answer := <-answered:
		return answer.response(r)
	}
}

// switchedAnswer is an answer that can become a connection in both directions.
type switchedAnswer struct {
	*bufferedAnswer
	client chan net.Conn
	gone   chan struct{} // the client has its answer, or gave up
}

// Hijack hands one end of the connection to the handler and the other to the client.
func (a *switchedAnswer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	server, client := net.Pipe()
	select {
	case a.client <- client:
		return server, bufio.NewReadWriter(bufio.NewReader(server), bufio.NewWriter(server)), nil
	case <-a.gone:
		return nil, nil, errors.Join(net.ErrClosed, server.Close(), client.Close())
	}
}

// serve runs the handler; a handler that cuts the connection is marked as cut.
func (t inProcess) serve(r *http.Request, w *switchedAnswer) (answer *bufferedAnswer) {
	answer = w.bufferedAnswer
	defer func() {
		fault := recover()
		if fault == nil {
			return
		}
		if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			answer.cut = true
			return
		}
		panic(fault)
	}()
	t.simulator.ServeHTTP(w, r)
	return answer
}

// response makes what http.Client expects. A cut answer fails before its header or,
// where some of it was sent, while the body is read.
func (b *bufferedAnswer) response(r *http.Request) (*http.Response, error) {
	if b.cut && b.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	body := io.Reader(bytes.NewReader([]byte(b.body.String())))
	length := int64(b.body.Len())
	if b.cut {
		body, length = io.MultiReader(body, brokenReader{}), -1
	} else if declared, err := strconv.ParseInt(b.header.Get("Content-Length"), 10, 64); err == nil {
		length = declared
	}
	status := b.statusOr200()
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: b.header, Body: io.NopCloser(body), ContentLength: length, Request: r,
	}, nil
}

// brokenReader is the rest of a body whose connection was cut.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
