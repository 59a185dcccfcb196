package transport

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// certificate is a TLS certificate that is read again when its files change.
type certificate struct {
	certFile, keyFile string
	age               time.Duration
	logger            *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	stamp   string
	checked time.Time
}

// newCertificate reads the files once; an error in them then is an error of the
// configuration.
func newCertificate(certFile, keyFile string, age time.Duration, logger *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, age: age, logger: logger, checked: time.Now()}
	loaded, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("serve HTTP: read the TLS certificate: %w", err)
	}
	c.current, c.stamp = &loaded, c.stampOf()
	return c, nil
}

// stampOf describes the state of the files.
func (c *certificate) stampOf() string {
	var stamp strings.Builder
	for _, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return ""
		}
		fmt.Fprintf(&stamp, "%d %d ", info.ModTime().UnixNano(), info.Size())
	}
	return stamp.String()
}

// get returns the certificate for a handshake. While new files cannot be read,
// as when only one of them was replaced yet, the old certificate stays.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) < c.age {
		return c.current, nil
	}
	c.checked = time.Now()
	stamp := c.stampOf()
	if stamp == c.stamp {
		return c.current, nil
	}
	loaded, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		c.logger.Warn("the new TLS certificate cannot be used; the old one stays", slog.Any("error", err))
		return c.current, nil
	}
	c.current, c.stamp = &loaded, stamp
	c.logger.Info("TLS certificate read again")
	return c.current, nil
}

// config returns the TLS configuration of a server.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}
