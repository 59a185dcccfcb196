package simulator

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"path"
)

// Addresses outside the API's own path.
const (
	uploadPath   = "/api/rest/object-storage/upload"
	downloadPath = "/api/rest/object-storage/download"
)

// Bounds of what is remembered of an archive.
const (
	maxArchiveEntries = 5000
	maxArchiveYaml    = 256 << 10
)

// Upload is an archive of code that the simulator has received.
type Upload struct {
	// Bytes counts what came over the wire.
	Bytes int64
	// Entries are the members of the archive, at most some thousands.
	Entries []UploadEntry
	// ZeropsYaml is the text of zerops.yaml at the top of the archive, if any.
	ZeropsYaml string
}

// UploadEntry is a member of an uploaded archive.
type UploadEntry struct {
	Name string
	// Type is the tar type flag: '0' a file, '5' a directory, '2' a symbolic link.
	Type byte
	// Link is the target of a symbolic link.
	Link string
	Size int64
	Mode int64
}

// Uploaded returns what was uploaded for a version.
func (s *Simulator) Uploaded(versionID string) (Upload, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.world.versions.get(versionID)
	if !ok || v.archive == nil {
		return Upload{}, false
	}
	return *v.archive, true
}

// mountStorage puts the addresses for uploads and downloads on the mux. Uploads are
// read as a stream; small archives are kept for those who ask for the code again.
func (s *Simulator) mountStorage() {
	s.mux.HandleFunc("PUT "+uploadPath, s.uploadByURL)
	s.mux.HandleFunc("GET "+downloadPath, s.downloadByURL)
	s.mux.HandleFunc("PUT "+basePath+"/app-version/{id}/upload", s.uploadByID)
	s.names["PUT "+basePath+"/app-version/{id}/upload"] = "PutAppVersionUpload"
}

// uploadByURL takes the code at the address that createVersion gave out. The secret
// in the query is all the authorisation it needs.
func (s *Simulator) uploadByURL(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.world.advance(s.cfg.clock())
	id, ok := s.world.uploads[r.URL.Query().Get("uploadToken")]
	s.mu.Unlock()
	if !ok {
		writeError(w, forbidden("downloadTokenInvalidOrExpired", "Upload token is invalid or expired"))
		return
	}
	s.receive(w, r, id)
}

// uploadByID is the same on the API's own host, with a token; it answers an empty
// body.
func (s *Simulator) uploadByID(w http.ResponseWriter, r *http.Request) {
	if err := s.mayUpload(r); err != nil {
		if refusal, ok := errors.AsType[*apiError](err); ok {
			writeError(w, refusal)
		}
		return
	}
	s.receive(w, r, r.PathValue("id"))
}

// mayUpload checks the token and the version of an upload on the API's own host.
func (s *Simulator) mayUpload(r *http.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.advance(s.cfg.clock())
	c := &call{world: s.world, cfg: &s.cfg, r: r, query: r.URL.Query()}
	if err := c.authenticate(false); err != nil {
		return err
	}
	if !isID(r.PathValue("id")) {
		return badField("id", "invalid id format")
	}
	_, _, err := c.version(toWrite)
	return err
}

// receive reads an archive and attaches it to a version.
func (s *Simulator) receive(w http.ResponseWriter, r *http.Request, id string) {
	kept := &keptBytes{}
	archive, err := readArchive(io.TeeReader(r.Body, kept))
	if err != nil {
		var refusal *apiError
		if !errors.As(err, &refusal) {
			refusal = refuse("objectMimeTypeNotSupported", "Object is not a gzip tar archive")
		}
		writeError(w, refusal)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.world.versions.get(id)
	if !ok || v.status != versionUploading {
		writeError(w, refuse("appVersionIsNotBeingUploaded", "App version is not being uploaded"))
		return
	}
	v.uploaded, v.archive, v.archiveYaml = true, archive, archive.ZeropsYaml
	s.world.keepCode(v, kept)
	w.WriteHeader(http.StatusOK)
}

// countingReader counts what passes through it.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// readArchive walks through a gzip tar without keeping its contents.
func readArchive(body io.Reader) (*Upload, error) {
	counted := &countingReader{r: body}
	unzipped, err := gzip.NewReader(counted)
	if err != nil {
		if counted.n == 0 {
			return nil, refuse("objectContentLengthZero", "Object content length is zero")
		}
		return nil, err
	}
	archive := &Upload{}
	members := tar.NewReader(unzipped)
	for {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(archive.Entries) < maxArchiveEntries {
			archive.Entries = append(archive.Entries, UploadEntry{
				Name: header.Name, Type: header.Typeflag, Link: header.Linkname, Size: header.Size, Mode: header.Mode,
			})
		}
		if name := path.Clean(header.Name); name == "zerops.yaml" || name == "zerops.yml" {
			text, err := io.ReadAll(io.LimitReader(members, maxArchiveYaml))
			if err != nil {
				return nil, err
			}
			archive.ZeropsYaml = string(text)
		}
	}
	// What follows the end mark of the archive still has to be good gzip.
	if _, err := io.Copy(io.Discard, io.LimitReader(unzipped, 1<<20)); err != nil {
		return nil, err
	}
	archive.Bytes = counted.n
	return archive, nil
}
