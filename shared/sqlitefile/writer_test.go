package sqlitefile_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/sqlitefile"
)

// gate holds up commits.
type gate struct {
	reached chan struct{} // a commit is about to happen
	pass    chan error    // let it happen, or fail
}

func hold(f *sqlitefile.File) gate {
	g := gate{make(chan struct{}), make(chan error)}
	f.WrapCommit(func(commit func() error) error {
		g.reached <- struct{}{}
		if err := <-g.pass; err != nil {
			return err
		}
		return commit()
	})
	return g
}

// together runs operations in one transaction: they wait while that of the number 0 is held up.
func together(t *testing.T, f *sqlitefile.File, g gate, ops ...func(*sqlitefile.Conn) error) (answers []chan error) {
	t.Helper()
	first := start(t, f, insert(0))
	<-g.reached
	for _, op := range ops {
		answers = append(answers, start(t, f, op))
	}
	f.AwaitWaiting(len(ops))
	g.pass <- nil
	if err := <-first; err != nil {
		t.Fatalf("Write(0) = %v", err)
	}
	return answers
}

func start(t *testing.T, f *sqlitefile.File, op func(*sqlitefile.Conn) error) chan error {
	answer := make(chan error, 1)
	go func() { answer <- f.Write(t.Context(), op) }()
	return answer
}

func TestAnsweredAfterCommit(t *testing.T) {
	f, path := open(t)
	g := hold(f)
	other := elsewhere(t, path)
	seen := func() (n int) {
		t.Helper()
		if err := other.QueryRowContext(t.Context(), "SELECT count(*) FROM numbers").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	answer := start(t, f, insert(1))
	<-g.reached
	select {
	case err := <-answer:
		t.Fatalf("Write() = %v before its commit", err)
	default:
	}
	if n := seen(); n != 0 {
		t.Fatalf("another connection sees %d rows before the commit, want 0", n)
	}
	g.pass <- nil
	if err := <-answer; err != nil {
		t.Fatalf("Write() = %v", err)
	}
	if n := seen(); n != 1 {
		t.Errorf("another connection sees %d rows after the answer, want 1", n)
	}
}

func TestGroupCommit(t *testing.T) {
	const writers = 100
	f, _ := open(t)
	g := hold(f)
	var ops []func(*sqlitefile.Conn) error
	want := []int{0}
	for n := 1; n <= writers; n++ {
		ops, want = append(ops, insert(n)), append(want, n)
	}
	answers := together(t, f, g, ops...)
	<-g.reached // the one commit for all
	g.pass <- nil
	for _, answer := range answers {
		if err := <-answer; err != nil {
			t.Errorf("Write() = %v", err)
		}
	}
	wantNumbers(t, f, want...)
}

func TestFailedCommit(t *testing.T) {
	f, _ := open(t)
	g := hold(f)
	answers := together(t, f, g, insert(1), insert(2))
	<-g.reached
	g.pass <- errors.New("the disk is gone")
	for _, answer := range answers {
		wantKind(t, "Write", <-answer, bot.Unavailable)
	}
	again := start(t, f, insert(1))
	<-g.reached
	g.pass <- nil
	wantKind(t, "Write(after it)", <-again, "")
	wantNumbers(t, f, 0, 1)
}

// An operation that fails takes nothing with it and leaves nothing behind.
func TestFailedOperation(t *testing.T) {
	refused := bot.Errorf(bot.Conflict, "refused")
	for _, test := range []struct {
		name string
		op   func(*sqlitefile.Conn) error
		want bot.ErrorKind
	}{
		{"refused before a change", func(*sqlitefile.Conn) error { return refused }, bot.Conflict},
		{"refused after a change", func(c *sqlitefile.Conn) error { return errors.Join(insert(9)(c), refused) }, bot.Conflict},
		{"constraint", func(c *sqlitefile.Conn) error { return errors.Join(insert(9)(c), insert(0)(c)) }, bot.Internal},
		{"no such table", func(c *sqlitefile.Conn) error {
			_, err := c.Exec("INSERT INTO nothing VALUES(1)")
			return err
		}, bot.Internal},
		{"panic", func(c *sqlitefile.Conn) error { panic(insert(9)(c)) }, bot.Internal},
		{"undoes the transaction, as a full disk may", func(c *sqlitefile.Conn) error {
			_, err := c.Exec("INSERT OR ROLLBACK INTO numbers VALUES(0)")
			return err
		}, bot.Internal},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, _ := open(t)
			g := hold(f)
			answers := together(t, f, g, insert(1), test.op, insert(2))
			stop := make(chan struct{})
			var passing sync.WaitGroup
			passing.Go(func() {
				for {
					select {
					case <-g.reached:
						g.pass <- nil
					case <-stop:
						return
					}
				}
			})
			for i, want := range []bot.ErrorKind{"", test.want, ""} {
				wantKind(t, "Write", <-answers[i], want)
			}
			close(stop)
			passing.Wait()
			wantNumbers(t, f, 0, 1, 2)
		})
	}
}

func TestDiskFull(t *testing.T) {
	f, _ := open(t)
	if err := f.Write(t.Context(), func(c *sqlitefile.Conn) error {
		_, err := c.Exec("PRAGMA max_page_count=10")
		return err
	}); err != nil {
		t.Fatalf("Write() = %v", err)
	}
	big := func(c *sqlitefile.Conn) error {
		_, err := c.Exec("CREATE TABLE big AS SELECT zeroblob(1000000)")
		return err
	}
	wantKind(t, "Write(too much)", f.Write(t.Context(), big), bot.Unavailable)
	mustInsert(t, f, 1)
	wantNumbers(t, f, 1)
}

func TestLocked(t *testing.T) {
	f, path := open(t)
	other := elsewhere(t, path)
	if err := f.Write(t.Context(), func(c *sqlitefile.Conn) error {
		_, err := c.Exec("PRAGMA busy_timeout=0")
		return err
	}); err != nil {
		t.Fatalf("Write() = %v", err)
	}
	if _, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "Write(while locked)", f.Write(t.Context(), insert(1)), bot.Unavailable)
	if _, err := other.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	mustInsert(t, f, 2)
	wantNumbers(t, f, 2)
}

func TestCancelled(t *testing.T) {
	f, _ := open(t)
	g := hold(f)
	first := start(t, f, insert(0))
	<-g.reached

	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() { waiting <- f.Write(ctx, insert(1)) }()
	f.AwaitWaiting(1)
	cancel()
	err := <-waiting
	wantKind(t, "Write(cancelled while it waits)", err, bot.Unavailable)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Write() = %v, want context.Canceled in it", err)
	}
	g.pass <- nil
	wantKind(t, "Write(0)", <-first, "")

	ctx, cancel = context.WithCancel(t.Context())
	running := make(chan error)
	go func() { running <- f.Write(ctx, insert(2)) }()
	<-g.reached
	cancel()
	g.pass <- nil
	wantKind(t, "Write(cancelled while it commits)", <-running, "")
	wantNumbers(t, f, 0, 2)
}

func TestCloseDrains(t *testing.T) {
	f, path := open(t)
	g := hold(f)
	answers := []chan error{start(t, f, insert(1))}
	<-g.reached
	answers = append(answers, start(t, f, insert(2)))
	f.AwaitWaiting(1)
	closed := make(chan error)
	go func() { closed <- f.Close() }()
	g.pass <- nil
	<-g.reached
	g.pass <- nil
	for _, answer := range answers {
		wantKind(t, "Write", <-answer, "")
	}
	if err := <-closed; err != nil {
		t.Errorf("Close() = %v", err)
	}
	wantNumbers(t, openAt(t, path), 1, 2)
}

// Readers and writers run at once; what was answered is seen by the next read.
func TestReadYourWrites(t *testing.T) {
	f, _ := open(t)
	var last atomic.Int64
	var writing sync.WaitGroup
	for range 8 {
		writing.Go(func() {
			for range 50 {
				n := last.Add(1)
				if err := f.Write(t.Context(), insert(int(n))); err != nil {
					t.Errorf("Write() = %v", err)
				}
				var found int
				err := f.Read(t.Context(), func(c *sqlitefile.Conn) error {
					_, err := c.Row("SELECT count(*) FROM numbers WHERE n=?", []any{n}, &found)
					return err
				})
				if err != nil || found != 1 {
					t.Errorf("after Write(%d), Read() found %d, %v, want 1", n, found, err)
				}
			}
		})
	}
	writing.Wait()
}
