package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"hookline/shared/bot"
)

// maxKeyFile is far above what anyone keeps of old keys.
const maxKeyFile = 64 << 10

// OpenFile reads master keys from a file: base64, one a line, the current one first; blank lines and those that start
// with '#' do not count. Where there is no file it makes one with a fresh key and mode 0600. A file that others may read
// and one without a good key are kind invalid.
func OpenFile(path string) (*Keys, error) {
	text, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = createKeyFile(path); err == nil {
			text, err = readKeyFile(path)
		}
	}
	if _, ok := errors.AsType[*bot.Error](err); ok {
		return nil, err
	}
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "key file", err)
	}
	masters, err := parseKeys(path, text)
	if err != nil {
		return nil, err
	}
	return New(masters[0], masters[1:]...)
}

func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	switch mode := info.Mode(); {
	case !mode.IsRegular():
		return nil, refuse(path, "is not a regular file")
	case mode.Perm()&0o077 != 0:
		return nil, refuse(path, fmt.Sprintf("may be read or written by others (mode %04o): chmod 600 it", mode.Perm()))
	case info.Size() > maxKeyFile:
		return nil, refuse(path, "is too large")
	}
	return io.ReadAll(io.LimitReader(f, maxKeyFile))
}

// parseKeys never shows what stands in a line: it may be a key with a typing mistake.
func parseKeys(path string, text []byte) ([][]byte, error) {
	var masters [][]byte
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		master, err := base64.StdEncoding.AppendDecode(nil, line)
		if err != nil || len(master) != KeyBytes {
			return nil, refuse(path, fmt.Sprintf("line %d is not base64 of %d bytes", number, KeyBytes))
		}
		masters = append(masters, master)
	}
	if len(masters) == 0 {
		return nil, refuse(path, "holds no key")
	}
	return masters, nil
}

func refuse(path, why string) error {
	return bot.Errorf(bot.Invalid, "key file "+path+" "+why)
}

// createKeyFile writes the file whole under another name and then links it: two programs that start at once agree on one
// key, and a crash never leaves half a file.
func createKeyFile(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := writeFreshKey(f); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func writeFreshKey(f *os.File) error {
	master := make([]byte, KeyBytes)
	rand.Read(master) // never fails
	_, err := fmt.Fprintf(f, "# Hookline's master key. Without it no stored credential can be read.\n%s\n",
		base64.StdEncoding.EncodeToString(master))
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes a new name in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
