package install

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// StoreToken keeps the token where only its owner can read it.
func StoreToken(path, token string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("%s: its directory cannot be made: %w", path, unwrapPath(err))
	}
	target, err := followLink(path)
	if err != nil {
		return err
	}
	if info, err := os.Stat(target); err == nil && info.Mode().IsRegular() {
		// A file that others could read so far shall not stay so.
		if err := os.Chmod(target, 0o600); err != nil {
			return fmt.Errorf("%s: %w", path, unwrapPath(err))
		}
	} else if err == nil {
		return errors.New(path + " is not a file")
	}
	return replaceFile(target, []byte(token+"\n"), 0o600)
}
