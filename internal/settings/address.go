package settings

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// checkListen accepts HOST:PORT and unix:PATH.
func checkListen(address string) error {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		if path == "" {
			return errors.New("unix: needs the path of a socket: write unix:/run/zerops-mcp.sock")
		}
		return nil
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return errors.New(strconv.Quote(clip(address)) + " is neither HOST:PORT nor unix:PATH")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return errors.New(strconv.Quote(clip(port)) + " is no port: write a number from 0 to 65535")
	}
	return nil
}

// LoopbackAddress reports whether only this machine can reach the address,
// which is HOST, HOST:PORT or unix:PATH.
func LoopbackAddress(address string) bool {
	if strings.HasPrefix(address, "unix:") {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	return loopback(host)
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}
