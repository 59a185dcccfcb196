package simulator

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Bounds of the archives that are kept: of one, and of all, of which the oldest goes
// first.
const (
	maxKeptArchive = 4 << 20
	maxKeptCode    = 32 << 20
)

// downloadTime is how long an address to download from is good for.
const downloadTime = 15 * time.Minute

// keptBytes is a copy of what is uploaded, unless that is too large.
type keptBytes struct {
	data []byte
	over bool
}

// Write keeps what fits and never fails.
func (k *keptBytes) Write(p []byte) (int, error) {
	if k.over = k.over || len(k.data)+len(p) > maxKeptArchive; k.over {
		k.data = nil
		return len(p), nil
	}
	k.data = append(k.data, p...)
	return len(p), nil
}

// keepCode keeps the archive of a version, and drops the oldest ones where all
// together are too many.
func (w *world) keepCode(v *version, kept *keptBytes) {
	if kept.over {
		return
	}
	v.code = kept.data
	w.coded = append(w.coded, v.id)
	total := 0
	for _, id := range slices.Backward(w.coded) {
		known, ok := w.versions.get(id)
		if !ok {
			continue
		}
		if total += len(known.code); total > maxKeptCode {
			known.code = nil
		}
	}
	w.coded = slices.DeleteFunc(w.coded, func(id string) bool {
		known, ok := w.versions.get(id)
		return !ok || known.code == nil
	})
}

// permit is what an address to download from is good for.
type permit struct {
	versionID string // empty for a backup
	expires   time.Time
}

// permitDownload makes an address with a credential of its own in the query.
func (w *world) permitDownload(kind, versionID string) string {
	maps.DeleteFunc(w.downloads, func(_ string, p permit) bool { return w.now.After(p.expires) })
	token := w.secret(kind)
	w.downloads[token] = permit{versionID, w.now.Add(downloadTime)}
	return w.origin + downloadPath + "?downloadToken=" + token
}

// versionCode hands out the address of the archive of a version, not the archive
// (platform §10.1).
func versionCode(c *call) (any, error) {
	v, _, err := c.version(toWrite)
	if err != nil {
		return nil, err
	}
	if !v.uploaded {
		return nil, refuse("appVersionDataNotAvailable", "App version data is not available")
	}
	return object{"url": c.world.permitDownload("download", v.id)}, nil
}

// downloadByURL serves what a temporary address leads to. It asks for no
// Authorization header.
func (s *Simulator) downloadByURL(w http.ResponseWriter, r *http.Request) {
	data, err := s.downloaded(r)
	if err != nil {
		refusal, ok := errors.AsType[*apiError](err)
		if !ok {
			refusal = &apiError{status: http.StatusInternalServerError, code: "internalServerError", message: "Internal server error"}
		}
		writeError(w, refusal)
		return
	}
	download{contentType: "application/gzip", name: "download.tar.gz", data: data}.send(w)
}

func (s *Simulator) downloaded(r *http.Request) ([]byte, error) {
	if r.URL.Query().Get("accessToken") != "" { // files of containers
		return []byte("simulated archive\n"), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.advance(s.cfg.clock())
	good, ok := s.world.downloads[r.URL.Query().Get("downloadToken")]
	if !ok || s.world.now.After(good.expires) {
		return nil, forbidden("downloadTokenInvalidOrExpired", "Download token is invalid or expired")
	}
	if good.versionID == "" {
		return []byte("simulated archive\n"), nil
	}
	v, ok := s.world.versions.get(good.versionID)
	switch {
	case !ok || v.archive != nil && v.code == nil: // too large to be kept
		return nil, refuse("appVersionDataNotAvailable", "App version data is not available")
	case v.code != nil:
		return v.code, nil
	}
	return v.seededCode()
}

// seededCode is the archive of a version that was made with the account. What a build
// from Git has left has no zerops.yaml in it.
func (v *version) seededCode() ([]byte, error) {
	files := map[string]string{"dist/main.js": "console.log('simulated')\n"}
	if v.git == nil {
		files["zerops.yaml"] = v.yaml
	}
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Size: int64(len(files[name])), Mode: 0o644, ModTime: v.created}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write([]byte(files[name])); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
