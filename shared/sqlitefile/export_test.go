package sqlitefile

import "runtime"

// WriterPragmas lets a test break the settings.
var WriterPragmas = &writerPragmas

// WrapCommit puts a function around each commit. Nothing may be written meanwhile.
func (f *File) WrapCommit(around func(commit func() error) error) {
	commit := f.writer.commit
	f.writer.commit = func() error { return around(commit) }
}

// AwaitWaiting returns once n operations wait for a transaction.
func (f *File) AwaitWaiting(n int) {
	for f.waiting() < n {
		runtime.Gosched()
	}
}

func (f *File) waiting() int {
	f.writer.mu.Lock()
	defer f.writer.mu.Unlock()
	return len(f.writer.waiting)
}
