// Package archive packs a directory into a gzip tar archive while it reads it.
//
// Nothing of the archive is held in memory, and nothing outside the directory is
// read: all access goes through an [os.Root]. Files named by .gitignore and
// .deployignore stay out, at any depth, as does .git. The order is that of the
// names, so that the same tree makes the same sequence of entries.
//
// The ignore rules are matched here rather than by a library: the small ones get
// escapes, question marks or classes wrong, the complete ones bring a Git
// implementation along, and a wrong answer uploads a file that its owner meant
// to keep. The tests compare the rules with Git's own verdicts.
package archive
