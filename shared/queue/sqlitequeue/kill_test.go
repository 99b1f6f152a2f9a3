package sqlitequeue_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/queue/sqlitequeue"
	"hookline/shared/sqlitefile"
)

// childFile names the file that a copy of this test program sends to, instead of testing, until it is killed.
const childFile = "SQLITEQUEUE_TEST_CHILD"

const childSenders = 8

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		if err := sendAsChild(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// sendAsChild has senders send to a chat each and print what was accepted; a consumer takes jobs and dies at them.
func sendAsChild(path string) error {
	file, err := sqlitefile.Open(path)
	if err != nil {
		return err
	}
	q, err := sqlitequeue.New(file, queue.Conversations, time.Now)
	if err != nil {
		return err
	}
	go q.Consume(context.Background(), childSenders, func(context.Context, bot.Job) queue.Result { select {} })
	var sending sync.WaitGroup
	for sender := range childSenders {
		sending.Go(func() {
			for n := 0; ; n++ {
				event := fmt.Sprintf("%d/%d", sender, n)
				if err := q.Send(context.Background(), job(fmt.Sprint(sender), event)); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				fmt.Println(event)
			}
		})
	}
	sending.Wait()
	return nil
}

// What was accepted before kill -9 comes out afterwards, in order, what was in flight too.
func TestKill(t *testing.T) {
	const accepted = 400
	path := filepath.Join(t.TempDir(), "hookline.db")
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childFile+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		want[lines.Text()] = true
		if len(want) == accepted {
			child.Process.Kill()
		}
	}
	child.Wait()
	if len(want) < accepted {
		t.Fatalf("the child sent %d jobs before it ended, want %d", len(want), accepted)
	}

	q := openQueue(t, path, time.Now)
	waiting, _, err := q.Waiting(t.Context())
	if err != nil || waiting < len(want) {
		t.Fatalf("Waiting() = %d, %v, want the %d that were accepted", waiting, err, len(want))
	}
	next := map[string]int{}
	for _, event := range consumeOnly(t, q, waiting, queue.Done()) {
		var sender string
		var n int
		if _, err := fmt.Sscanf(event, "%1s/%d", &sender, &n); err != nil || n != next[sender] {
			t.Errorf("event %q was taken, %v, want number %d of its sender", event, err, next[sender])
		}
		next[sender]++
		delete(want, event)
	}
	if len(want) > 0 {
		t.Errorf("accepted and lost: %v", want)
	}
}
