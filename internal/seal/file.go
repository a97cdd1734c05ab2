package seal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

const fileHeader = `# The keys that seal the secrets in idpond's database. Without them the database
# is worthless; with them and the database, everything in it can be read. Keep a
# copy on another disk than the database. One line for each key, id:base64; the
# highest id seals, all of them open.
`

// maxFile is the largest key file that is read: every id, with room for comments.
const maxFile = 8 << 20

// LoadOrCreateFile reads the key file at path. When there is none, it makes one
// with a fresh key, mode 0600, and its directory with mode 0700. The file appears
// whole or not at all; when two processes start at once, both get the same one.
// A file that its group or others may read is refused.
func LoadOrCreateFile(path string) (*Keyring, error) {
	r, err := LoadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	if err := createFile(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("seal: the key file cannot be made: %w", err)
	}
	return LoadFile(path)
}

// LoadFile reads the key file at path; fs.ErrNotExist is in the error's chain
// when there is none.
func LoadFile(path string) (*Keyring, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("seal: the key file: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("seal: the key file %s is not a file", path)
	case Exposed(info.Mode()):
		return nil, fmt.Errorf("seal: the key file %s may be read or written by others than its owner (mode %04o): run chmod 600 %s, and if others had access to it, rotate the key",
			path, info.Mode().Perm(), path)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("seal: %s is too large to be a key file", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("seal: the key file: %w", err)
	}
	r, err := ParseKeyring(string(text))
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	return r, nil
}

// Exposed reports whether others than its owner may read or write a file of this mode.
// Windows doesn't tell by the mode, so no file is exposed there.
func Exposed(mode fs.FileMode) bool { return runtime.GOOS != "windows" && mode.Perm()&0o077 != 0 }

func createFile(path string) error {
	r, err := NewKeyring()
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := writeTemp(dir, fileHeader+r.Text())
	if err != nil {
		return err
	}
	// A link, unlike a rename, never replaces a key that another process made
	// in the meantime and has perhaps used already.
	return errors.Join(os.Link(temp, path), os.Remove(temp), syncDir(dir))
}

// writeTemp writes text to a new file in dir, readable by its owner alone, and
// waits until it is on the disk.
func writeTemp(dir, text string) (name string, err error) {
	f, err := os.CreateTemp(dir, ".seal-*")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories can't be opened for that there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
