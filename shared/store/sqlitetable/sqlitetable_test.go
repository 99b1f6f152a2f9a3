package sqlitetable_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
	"hookline/shared/store/sqlitetable"
	"hookline/shared/store/tabletest"
)

func open(tb testing.TB, path string, now func() time.Time) *sqlitetable.Table {
	tb.Helper()
	file, err := sqlitefile.Open(path)
	if err != nil {
		tb.Fatalf("Open(%q) = %v", path, err)
	}
	tb.Cleanup(func() {
		if err := file.Close(); err != nil {
			tb.Errorf("Close() = %v", err)
		}
	})
	table, err := sqlitetable.New(file, now)
	if err != nil {
		tb.Fatalf("New() = %v", err)
	}
	return table
}

func TestTable(t *testing.T) {
	tabletest.Run(t, func(t *testing.T, now func() time.Time) store.Table {
		return open(t, filepath.Join(t.TempDir(), "hookline.db"), now)
	}, tabletest.Capabilities{})
}

// A clock that stands still, or is set back, must not give a version twice.
func TestVersionsWithoutClock(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	table := open(t, filepath.Join(t.TempDir(), "hookline.db"), func() time.Time { return now })
	var last int64
	for range 3 {
		version, err := table.Put(t.Context(), store.Item{Key: store.Key{PK: "p", SK: "s"}}, store.Absent)
		if err != nil || version <= last {
			t.Fatalf("Put(Absent) = version %d, %v, want above %d", version, err, last)
		}
		if err := table.Delete(t.Context(), store.Key{PK: "p", SK: "s"}, store.IfVersion(version)); err != nil {
			t.Fatalf("Delete() = %v", err)
		}
		last = version
		now = now.Add(-time.Second)
	}
}

func TestSweep(t *testing.T) {
	const expired, kept = 700, 50
	var seconds atomic.Int64
	now := func() time.Time { return time.Unix(1_700_000_000+seconds.Load(), 0) }
	table := open(t, filepath.Join(t.TempDir(), "hookline.db"), now)
	put := func(n int, expires time.Time) {
		item := store.Item{Key: store.Key{PK: "p", SK: fmt.Sprint(n)}, ExpiresAt: expires}
		if _, err := table.Put(t.Context(), item, store.Always); err != nil {
			t.Fatalf("Put() = %v", err)
		}
	}
	for n := range expired {
		put(n, now().Add(time.Second))
	}
	for n := range kept {
		put(expired+2*n, now().Add(time.Hour))
		put(expired+2*n+1, time.Time{})
	}
	seconds.Add(60)
	for pass, want := range []int{500, expired - 500, 0} {
		if got, err := table.Sweep(t.Context()); err != nil || got != want {
			t.Errorf("pass %d: Sweep() = %d, %v, want %d", pass, got, err, want)
		}
	}
	if left, err := table.Query(t.Context(), store.Query{PK: "p"}); err != nil || len(left) != 2*kept {
		t.Errorf("Query() = %d items, %v, want %d", len(left), err, 2*kept)
	}
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.db")
	key := store.Key{PK: "p", SK: "s"}
	var version int64
	t.Run("write", func(t *testing.T) {
		var err error
		item := store.Item{Key: key, Body: []byte("body")}
		if version, err = open(t, path, time.Now).Put(t.Context(), item, store.Absent); err != nil {
			t.Fatalf("Put() = %v", err)
		}
	})
	table := open(t, path, func() time.Time { return time.Now().Add(-time.Hour) })
	got, err := table.Get(t.Context(), key)
	if err != nil || string(got.Body) != "body" || got.Version != version {
		t.Errorf("Get() = %q, version %d, %v, want body, version %d", got.Body, got.Version, err, version)
	}
	next, err := table.Put(t.Context(), store.Item{Key: key}, store.Always)
	if err != nil || next <= version {
		t.Errorf("Put(Always), the clock set back, = version %d, %v, want above %d", next, err, version)
	}
}

func TestAnswersNoKeys(t *testing.T) {
	table := open(t, filepath.Join(t.TempDir(), "hookline.db"), time.Now)
	_, err := table.Get(t.Context(), store.Key{PK: "ACCOUNT#a", SK: "TOKEN#hash"})
	if got, want := err.Error(), "no such item"; got != want || bot.KindOf(err) != bot.NotFound {
		t.Errorf("Get() = %q, want %q", got, want)
	}
}

// BenchmarkTurn is what a turn of a conversation asks of the table: three items read at once, one written back.
func BenchmarkTurn(b *testing.B) {
	table := open(b, filepath.Join(b.TempDir(), "hookline.db"), time.Now)
	keys := []store.Key{{PK: "CHANNEL#c", SK: "META"}, {PK: "BOT#b", SK: "HEAD"}}
	for _, key := range keys {
		if _, err := table.Put(b.Context(), store.Item{Key: key, Body: make([]byte, 500)}, store.Always); err != nil {
			b.Fatal(err)
		}
	}
	var chats atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		chat := store.Item{Key: store.Key{PK: fmt.Sprint("CONV#c#", chats.Add(1)), SK: "u"}, Body: make([]byte, 2000)}
		var version int64
		for pb.Next() {
			if _, err := table.BatchGet(b.Context(), keys[0], keys[1], chat.Key); err != nil {
				b.Error(err)
			}
			var err error
			if version, err = table.Put(b.Context(), chat, store.IfVersion(version)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
}

func BenchmarkPut(b *testing.B) {
	table := open(b, filepath.Join(b.TempDir(), "hookline.db"), time.Now)
	var rows atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			item := store.Item{Key: store.Key{PK: fmt.Sprint(rows.Add(1) % 1000), SK: "s"}, Body: make([]byte, 500)}
			if _, err := table.Put(b.Context(), item, store.Always); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}
