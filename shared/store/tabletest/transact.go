package tabletest

import (
	"fmt"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func put(i store.Item, cond store.Condition) store.Op {
	return store.Op{Verb: store.PutVerb, Item: i, Cond: cond}
}

func remove(sk string, cond store.Condition) store.Op {
	return store.Op{Verb: store.DeleteVerb, Item: store.Item{Key: key(sk)}, Cond: cond}
}

func check(sk string, cond store.Condition) store.Op {
	return store.Op{Verb: store.CheckVerb, Item: store.Item{Key: key(sk)}, Cond: cond}
}

func testTransact(t *testing.T, f fixture) {
	b := f.put(t, item("b", "old"))
	c := f.put(t, item("c", "old"))
	d := f.put(t, item("d", "old"))
	f.put(t, item("e", "old"))
	err := f.Transact(t.Context(),
		put(item("a", "new"), store.Absent), put(item("b", "new"), store.IfVersion(b)), remove("c", store.IfVersion(c)),
		check("d", store.IfVersion(d)), remove("e", store.Always), check("none", store.Absent), remove("none2", store.Always))
	if err != nil {
		t.Fatalf("Transact() = %v", err)
	}
	for sk, want := range map[string]string{"a": "new", "b": "new", "c": "", "d": "old", "e": "", "none": ""} {
		f.wantBody(t, sk, want)
	}
	if got, err := f.Get(t.Context(), key("b")); err != nil || got.Version <= b {
		t.Errorf("Get(b) = version %d, %v, want above %d", got.Version, err, b)
	}
	if got, err := f.Get(t.Context(), key("d")); err != nil || got.Version != d {
		t.Errorf("Get(d), which was only checked = version %d, %v, want %d", got.Version, err, d)
	}
	if err := f.Transact(t.Context()); err != nil {
		t.Errorf("Transact(nothing) = %v", err)
	}
}

// testTransactConflicts lets the last operation fail, after others that would have succeeded.
func testTransactConflicts(t *testing.T, f fixture) {
	a, b := f.put(t, item("a", "old")), f.put(t, item("b", "old"))
	for _, test := range []struct {
		name string
		last store.Op
	}{
		{"put, absent", put(item("b", "new"), store.Absent)},
		{"put, version", put(item("b", "new"), store.IfVersion(b+1))},
		{"put, version of nothing", put(item("x", "new"), store.IfVersion(b))},
		{"delete, absent", remove("b", store.Absent)},
		{"delete, version", remove("b", store.IfVersion(b+1))},
		{"delete, version of nothing", remove("x", store.IfVersion(b))},
		{"check, absent", check("b", store.Absent)},
		{"check, version", check("b", store.IfVersion(b+1))},
		{"check, version of nothing", check("x", store.IfVersion(b))},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := f.Transact(t.Context(), put(item("new", "new"), store.Always), remove("a", store.IfVersion(a)), test.last)
			wantKind(t, "Transact", err, bot.Conflict)
			for sk, want := range map[string]string{"a": "old", "b": "old", "new": "", "x": ""} {
				f.wantBody(t, sk, want)
			}
		})
	}
}

func testTransactMisuse(t *testing.T, f fixture) {
	var many []store.Op
	for n := range store.TransactLimit + 1 {
		many = append(many, put(item(fmt.Sprint(n), "x"), store.Always))
	}
	if err := f.Transact(t.Context(), many[:store.TransactLimit]...); err != nil {
		t.Errorf("Transact(%d operations) = %v", store.TransactLimit, err)
	}
	for _, test := range []struct {
		name string
		ops  []store.Op
	}{
		{"too many", many},
		{"one item twice", []store.Op{put(item("z", "1"), store.Always), check("z", store.Absent)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("Transact() did not panic")
				}
				f.wantBody(t, "z", "")
			}()
			f.Transact(t.Context(), test.ops...)
		})
	}
}

func testItemLimits(t *testing.T, f fixture) {
	sized := func(sk string, size int) store.Item {
		i := item(sk, "")
		i.Body = []byte(strings.Repeat("x", size-i.Size()))
		return i
	}
	for _, test := range []struct {
		name string
		size int
		want bot.ErrorKind
	}{
		{"largest", store.MaxItemBytes, ""},
		{"one more", store.MaxItemBytes + 1, bot.TooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			for call, write := range map[string]func(store.Item) error{
				"put":      func(i store.Item) error { _, err := f.Put(t.Context(), i, store.Always); return err },
				"batch":    func(i store.Item) error { return f.BatchPut(t.Context(), i) },
				"transact": func(i store.Item) error { return f.Transact(t.Context(), put(i, store.Absent)) },
			} {
				i := sized(call+" "+test.name, test.size)
				err := write(i)
				wantKind(t, call, err, test.want)
				if test.want != "" {
					wantNumbers(t, err, test.size, store.MaxItemBytes)
					continue
				}
				f.wantBody(t, i.SK, string(i.Body))
			}
		})
	}
}

// wantNumbers wants a message that says how large something was and how large it may be.
func wantNumbers(t *testing.T, err error, numbers ...int) {
	t.Helper()
	for _, n := range numbers {
		if message := bot.PublicMessage(err); !strings.Contains(message, fmt.Sprint(n)) {
			t.Errorf("message %q does not name %d", message, n)
		}
	}
}

func testKeyLimits(t *testing.T, f fixture) {
	long := func(n int) string { return strings.Repeat("k", n) }
	for _, test := range []struct {
		name string
		key  store.Key
		want bot.ErrorKind
	}{
		{"longest", store.Key{PK: long(store.MaxPKBytes), SK: long(store.MaxSKBytes)}, ""},
		{"partition key too long", store.Key{PK: long(store.MaxPKBytes + 1), SK: "s"}, bot.TooLarge},
		{"sort key too long", store.Key{PK: "p", SK: long(store.MaxSKBytes + 1)}, bot.TooLarge},
		{"bytes count", store.Key{PK: "p", SK: "é" + long(store.MaxSKBytes-1)}, bot.TooLarge},
		{"no partition key", store.Key{SK: "s"}, bot.Invalid},
		{"no sort key", store.Key{PK: "p"}, bot.Invalid},
		{"not UTF-8", store.Key{PK: "p", SK: "\xff"}, bot.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := t.Context()
			_, err := f.Put(ctx, store.Item{Key: test.key}, store.Always)
			wantKind(t, "Put", err, test.want)
			_, err = f.Get(ctx, test.key)
			wantKind(t, "Get", err, test.want)
			wantKind(t, "Delete", f.Delete(ctx, test.key, store.Always), test.want)
			wantKind(t, "Transact",
				f.Transact(ctx, store.Op{Verb: store.CheckVerb, Item: store.Item{Key: test.key}, Cond: store.Absent}), test.want)
		})
	}
}

func testBatchLimits(t *testing.T, f fixture) {
	_, err := f.BatchGet(t.Context(), make([]store.Key, store.BatchLimit+1)...)
	wantKind(t, "BatchGet", err, bot.TooLarge)
	wantNumbers(t, err, store.BatchLimit+1, store.BatchLimit)
	err = f.BatchPut(t.Context(), make([]store.Item, store.BatchLimit+1)...)
	wantKind(t, "BatchPut", err, bot.TooLarge)
	wantNumbers(t, err, store.BatchLimit+1, store.BatchLimit)
}
