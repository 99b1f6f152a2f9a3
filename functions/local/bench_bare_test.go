package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sink is a Bot API that takes everything and tells who waits for it. Texts begin with the number of the update that they
// answer.
type sink struct {
	url     string
	arrived atomic.Int64
	waiting sync.Map // number of an update → chan struct{}
}

func newSink(t *testing.T) *sink {
	s := &sink{}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.arrived.Add(1)
	if waiting, ok := s.waiting.LoadAndDelete(number(body, `"text":"`)); ok {
		close(waiting.(chan struct{}))
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":1,"date":1770000000,"chat":{"id":1,"type":"private"}}}`)
}

// number reads the number that stands behind a mark.
func number(body []byte, mark string) int64 {
	_, rest, _ := bytes.Cut(body, []byte(mark))
	end := bytes.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	n, _ := strconv.ParseInt(string(rest[:max(end, 0)]), 10, 64)
	return n
}

// converse has benchCallers users who say n messages in all, each waiting for the reply before the next, and times them
// from the call to the reply's arrival.
func (s *sink) converse(t *testing.T, url string, n int) measure {
	t.Helper()
	var next atomic.Int64
	times := make([]time.Duration, n)
	started := time.Now()
	var users sync.WaitGroup
	for user := range benchCallers {
		users.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				id, body := update(user + 1)
				replied := make(chan struct{})
				s.waiting.Store(id, replied)
				begun := time.Now()
				if err := call(url, body); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-replied:
				case <-time.After(time.Minute):
					t.Errorf("no reply to update %d", id)
					return
				}
				times[i] = time.Since(begun)
			}
		})
	}
	users.Wait()
	return measure{n, time.Since(started), times}
}

// bareLoop makes the calls and the commits of a message and nothing else. A commit appends to a file that is fsynced once
// for all who wait.
type bareLoop struct {
	server   *httptest.Server
	telegram *sink
	log      *os.File
	writes   chan bareWrite
	accepted chan []byte
}

type bareWrite struct {
	body []byte
	done chan error
}

func newBareLoop(t *testing.T) *bareLoop {
	b := &bareLoop{
		telegram: newSink(t), log: must(os.Create(filepath.Join(t.TempDir(), "bare.log")))(t),
		writes: make(chan bareWrite, benchCallers), accepted: make(chan []byte, benchMessages),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/accept", func(w http.ResponseWriter, r *http.Request) { b.accept(w, r) })
	mux.HandleFunc("/whole", func(w http.ResponseWriter, r *http.Request) { b.accepted <- b.accept(w, r) })
	b.server = httptest.NewServer(mux)
	var committing, answering sync.WaitGroup
	committing.Go(b.commit)
	for range workers {
		answering.Go(b.answer)
	}
	t.Cleanup(func() {
		b.server.Close()
		close(b.accepted)
		answering.Wait()
		close(b.writes)
		committing.Wait()
		b.log.Close()
	})
	return b
}

func (b *bareLoop) url(path string) string { return b.server.URL + path }

// accept answers 200 once the body is on disk.
func (b *bareLoop) accept(w http.ResponseWriter, r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = b.write(body)
	}
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	return body
}

// answer takes what was accepted: a commit for taking it, one for the conversation, the call, one for the acknowledgement.
func (b *bareLoop) answer() {
	for body := range b.accepted {
		reply := fmt.Appendf(nil, `{"chat_id":1,"text":"%d Diavola for Ada"}`, number(body, `"update_id":`))
		for _, step := range []func() error{
			func() error { return b.write(reply) },
			func() error { return b.write(body) },
			func() error { return call(b.telegram.url, reply) },
			func() error { return b.write(reply) },
		} {
			if err := step(); err != nil {
				panic(err)
			}
		}
	}
}

func (b *bareLoop) write(body []byte) error {
	w := bareWrite{body, make(chan error, 1)}
	b.writes <- w
	return <-w.done
}

// commit writes all that waits and syncs once.
func (b *bareLoop) commit() {
	for first := range b.writes {
		group := []bareWrite{first}
		for len(b.writes) > 0 {
			group = append(group, <-b.writes)
		}
		var all []byte
		for _, w := range group {
			all = append(all, w.body...)
		}
		_, err := b.log.Write(all)
		if err == nil {
			err = b.log.Sync()
		}
		for _, w := range group {
			w.done <- err
		}
	}
}
