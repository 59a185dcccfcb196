package install

import "os"

// keepOwner has nothing to do: a new file belongs to whoever makes it, with the
// access rights of its directory.
func keepOwner(string, os.FileInfo) {}
