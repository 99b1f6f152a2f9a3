package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"
)

// openDoor serves a handler on a free port.
func openDoor(t *testing.T, handler http.HandlerFunc) (d *door, url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d = newDoor(handler, slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- d.serve(listener) }()
	t.Cleanup(func() {
		d.shutDown()
		if err := <-ended; err != nil {
			t.Errorf("serve = %v, want nil after shutDown", err)
		}
	})
	return d, "http://" + listener.Addr().String()
}

func TestClosedDoorTakesOnlyRepliesOfItsOwn(t *testing.T) {
	d, url := openDoor(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "in") })
	tests := []struct {
		path         string
		open, closed int
	}{
		{"/telegram/id", 200, 503},
		{"/v1/bots", 200, 503},
		{"/healthz", 200, 503},
		{"/simulate/telegram/bot1:x/sendMessage", 200, 200},
	}
	want := func(path string, status int) {
		t.Helper()
		resp, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != status {
			t.Errorf("GET %s = %d, want %d", path, resp.StatusCode, status)
		}
	}
	for _, test := range tests {
		want(test.path, test.open)
	}
	d.close()
	for _, test := range tests {
		want(test.path, test.closed)
	}
}

func TestShutDownEndsUsersWhoWaitForNews(t *testing.T) {
	waiting := make(chan struct{})
	d, url := openDoor(t, func(_ http.ResponseWriter, r *http.Request) {
		close(waiting)
		<-r.Context().Done()
	})
	go func() {
		resp, err := http.Get(url + "/simulate/telegram/chat/b/1/messages?wait=60")
		if err == nil {
			resp.Body.Close()
		}
	}()
	<-waiting
	started := time.Now()
	d.shutDown()
	if took := time.Since(started); took > lastCalls/2 {
		t.Errorf("shutDown took %s with a user who waits for news", took)
	}
}

func TestShutDownWaitsForCalls(t *testing.T) {
	inside, finish, answered := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	d, url := openDoor(t, func(w http.ResponseWriter, r *http.Request) {
		close(inside)
		<-finish
		if r.Context().Err() == nil {
			io.WriteString(w, "whole")
		}
	})
	var text []byte
	go func() {
		resp, err := http.Get(url + "/telegram/id")
		if err == nil {
			text, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		answered <- err
	}()
	<-inside
	d.close()
	context.AfterFunc(d.ending, func() { close(finish) })
	d.shutDown()
	if err := <-answered; err != nil || string(text) != "whole" {
		t.Errorf("a call that ran is answered %q, %v, want it whole", text, err)
	}
}
