package sqlitefile

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
)

// maxGroup bounds a transaction, and with it how long its first operation waits for its last.
const maxGroup = 256

// writer runs operations one after another on its connection, those that wait together in one transaction.
type writer struct {
	conn   *Conn
	commit func() error

	mu      sync.Mutex
	waiting []*operation
	closed  bool
	wake    chan struct{} // holds one token while operations may be waiting
	ended   chan struct{}
}

type operation struct {
	do   func(*Conn) error
	err  error
	done chan struct{} // closed when err stands
}

func startWriter(conn *Conn) *writer {
	w := &writer{conn: conn, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	w.commit = func() error { return w.exec("COMMIT") }
	go w.loop()
	return w
}

// do has an operation run and waits until its transaction is on the disk. Once it has begun to run ctx no longer counts,
// so that the answer always says what happened.
func (w *writer) do(ctx context.Context, do func(*Conn) error) error {
	if err := ctx.Err(); err != nil {
		return cancelled(err)
	}
	op := &operation{do: do, done: make(chan struct{})}
	if !w.put(op) {
		return errClosed
	}
	select {
	case <-op.done:
	case <-ctx.Done():
		if w.withdraw(op) {
			return cancelled(ctx.Err())
		}
		<-op.done
	}
	return op.err
}

func (w *writer) put(op *operation) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.waiting = append(w.waiting, op)
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return true
}

// withdraw takes back an operation that has not begun to run.
func (w *writer) withdraw(op *operation) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.waiting, op)
	if i < 0 {
		return false
	}
	w.waiting = slices.Delete(w.waiting, i, i+1)
	return true
}

func (w *writer) take() []*operation {
	w.mu.Lock()
	defer w.mu.Unlock()
	group := w.waiting
	w.waiting = nil
	if len(group) > maxGroup {
		w.waiting = slices.Clone(group[maxGroup:])
		group = group[:maxGroup]
	}
	return group
}

// close lets waiting operations finish and refuses new ones.
func (w *writer) close() {
	w.mu.Lock()
	w.closed = true
	close(w.wake)
	w.mu.Unlock()
	<-w.ended
}

func (w *writer) loop() {
	defer close(w.ended)
	for range w.wake {
		for group := w.take(); len(group) > 0; group = w.take() {
			w.run(group)
			for _, op := range group {
				close(op.done)
			}
		}
	}
}

// run tries a group in one transaction. If one of them went wrong half way all are undone, and each is tried again by
// itself: then what is undone is its own. SQLite may undo a whole transaction where the disk fails, so savepoints would
// not be enough.
func (w *writer) run(group []*operation) {
	if w.try(group) || len(group) == 1 {
		return
	}
	for i := range group {
		w.try(group[i : i+1])
	}
}

// try runs a group in one transaction and sets the error of each. It is false if all of it was undone for one of them.
func (w *writer) try(group []*operation) bool {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		fail(group, err)
		return true
	}
	for _, op := range group {
		w.conn.changed = false
		err := guarded(op.do, w.conn)
		op.err = classify(err)
		if err != nil && (w.conn.changed || !isOurs(err)) {
			w.rollback()
			return false
		}
	}
	if err := w.commit(); err != nil {
		w.rollback()
		fail(group, err)
	}
	return true
}

// rollback has no answer to act on: it fails where SQLite has ended the transaction itself, and after a broken disk the
// next BEGIN says so.
func (w *writer) rollback() { _ = w.exec("ROLLBACK") }

func (w *writer) exec(query string) error {
	_, err := w.conn.exec(query, nil)
	return err
}

func fail(group []*operation, err error) {
	for _, op := range group {
		op.err = unavailable(err)
	}
}

// guarded turns a panic of an operation into its error: the writer serves others.
func guarded(do func(*Conn) error, conn *Conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return do(conn)
}
