package lambda_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"hookline/infra/lambda"
	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/simulate/countertest"
)

const (
	benchStarts = 20
	benchUsers  = 20
)

// TestBench prints what the Lambda shape weighs, how soon it answers, and what a message costs. Run it by `make bench-aws`,
// on a machine that does nothing else.
func TestBench(t *testing.T) {
	if os.Getenv("HOOKLINE_BENCH") == "" {
		t.Skip("make bench-aws runs it")
	}
	benchSizes(t)
	benchColdStarts(t)
	alone, full := benchMessages(t, 1, 3), benchMessages(t, 10, 10)
	report("a batch of 1", alone)
	report("a batch of 10", full)
}

func benchSizes(t *testing.T) {
	into := t.TempDir()
	if err := build(into, "GOOS=linux", "GOARCH=arm64"); err != nil {
		t.Fatal(err)
	}
	for _, name := range functions {
		content, err := os.ReadFile(filepath.Join(into, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%-10s arm64: %5.2f MB, zip %5.2f MB\n", name, float64(len(content))/1e6, float64(zipped(t, content))/1e6)
	}
}

// zipped gives the size of a program as it is uploaded.
func zipped(t *testing.T, content []byte) int {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.Create("bootstrap")
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return archive.Len()
}

func benchColdStarts(t *testing.T) {
	w := newWorld(t, countertest.Bot())
	w.chats(benchStarts)
	secret := w.channel.WebhookSecrets[0].Reveal()
	id := 0
	w.coldStart("telegram", w.webhook, func() error {
		id++
		if status, _ := w.post(secret, update(id)); status != http.StatusOK {
			return fmt.Errorf("status %d", status)
		}
		return nil
	})
	w.coldStart("processor", w.processor, func() error {
		id++
		response, err := w.process(t.Context(), w.single(id))
		if err == nil && len(response.BatchItemFailures) > 0 {
			err = fmt.Errorf("handed back")
		}
		return err
	})
}

// coldStart times a function from its start.
func (w *world) coldStart(name string, f *lambda.Function, call func() error) {
	w.Helper()
	var polled, answered []time.Duration
	for range benchStarts {
		f.Kill()
		started := time.Now()
		if err := f.Prepare(); err != nil {
			w.Fatal(err)
		}
		polled = append(polled, time.Since(started))
		if err := call(); err != nil {
			w.Fatal(err)
		}
		answered = append(answered, time.Since(started))
	}
	fmt.Printf("%-10s exec to first poll %.1f ms, to first answer %.1f ms (medians of %d, emulators)\n",
		name, milliseconds(median(polled)), milliseconds(median(answered)), benchStarts)
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// single is a batch of one message that nobody has seen, of a user of its own.
func (w *world) single(id int) events.SQSEvent {
	w.Helper()
	chat := fmt.Sprint(id%benchStarts + 1)
	job := bot.NewEventJob(w.channel, bot.Event{
		ID: fmt.Sprint(id), Provider: "telegram", Channel: w.channel.ID, Kind: bot.Text, Text: fmt.Sprint(id),
		Chat: &bot.Chat{ID: chat}, From: &bot.Person{ID: chat, FirstName: "Ada"},
	}, time.Now())
	body, err := queue.Encode(job)
	if err != nil {
		w.Fatal(err)
	}
	return events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: fmt.Sprint(id), Body: string(body), EventSource: "aws:sqs",
		Attributes: map[string]string{"MessageGroupId": queue.ID(job.Group())},
	}}}
}

// benchMessages has warm functions take so many messages of each user in batches of a size.
func benchMessages(t *testing.T, batchSize, each int) usage {
	w := newWorld(t, countertest.Bot())
	units := w.measure()
	chats := w.chats(benchUsers)
	stop := w.consume(1, batchSize)
	for _, c := range chats {
		c.Say(1)
	}
	countertest.CheckOnce(chats)
	stop()

	requests, batches, before := len(w.amazon.Calls()), len(w.processed()), units.consumed()
	for _, c := range chats {
		c.Say(each)
	}
	w.until("all calls are on the queue", func() bool { return w.waiting() == benchUsers*each })
	w.consume(1, batchSize)
	countertest.CheckOnce(chats)
	w.until("the queue is empty", func() bool { return w.waiting() == 0 })

	u := usage{
		messages: float64(benchUsers * each), batches: float64(len(w.processed()) - batches),
		requests: map[string]float64{}, units: units.consumed(),
	}
	for _, operation := range w.amazon.operations(requests) {
		u.requests[operation]++
	}
	for operation, sum := range before {
		if u.units[operation] -= sum; u.units[operation] == 0 {
			delete(u.units, operation)
		}
	}
	w.webhook.Close()
	w.processor.Close()
	u.logBytes = float64(w.logged.Load()) * float64(each) / float64(each+1)
	return u
}

func report(what string, u usage) {
	for _, turns := range []bool{true, false} {
		names, perMessage := u.list(turns)
		sum := 0.0
		for _, n := range perMessage {
			sum += n
		}
		fmt.Printf("%s, turn records %v: %.2f requests to AWS a message\n", what, turns, sum)
		for _, name := range names {
			if n := perMessage[name]; n > 0 {
				fmt.Printf("    %-22s %.2f\n", name, n)
			}
		}
		fmt.Printf("    dollars a million messages: %.2f with logs, %.2f without\n",
			u.dollars(turns, true)*million, u.dollars(turns, false)*million)
	}
	fmt.Printf("    capacity units of %.0f messages: %v; log bytes a message: %.0f\n", u.messages, u.units, u.logBytes/u.messages)
}
