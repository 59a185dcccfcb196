package settings

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// apiPath is what the API's operations are below; users copy addresses with
// and without it.
const apiPath = "/api/rest/public"

// normalizeAPIURL returns the address without apiPath and without a slash at
// the end. Its errors never repeat the address, which may hold a password.
func normalizeAPIURL(address string) (string, error) {
	if !strings.Contains(address, "://") {
		// Zerops itself lists its regions by bare host names.
		scheme := "https://"
		if LoopbackAddress(strings.SplitN(address, "/", 2)[0]) {
			scheme = "http://"
		}
		address = scheme + address
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "":
		return "", errors.New("not a usable address: write it like " + defaultAPIURL)
	case u.User != nil:
		return "", errors.New("the address must not hold a user name or password: put the token in ZEROPS_TOKEN")
	case u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("the address must not have a query or fragment: write it like " + defaultAPIURL)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", errors.New("plain http would send the token in the clear: use https (http is for this machine only)")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("the address must begin with https://")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "", errors.New("the port must be between 1 and 65535")
		}
	}
	path := strings.TrimRight(u.Path, "/")
	path = strings.TrimRight(strings.TrimSuffix(path, apiPath), "/")
	return u.Scheme + "://" + strings.ToLower(u.Host) + path, nil
}

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
