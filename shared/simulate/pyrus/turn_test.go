package pyrus_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/provider"
	"hookline/shared/provider/pyrus"
	"hookline/shared/secret"
	simulated "hookline/shared/simulate/pyrus"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
	"hookline/shared/store/sqlitetable"
	"hookline/shared/webhook"
)

// house is a bot behind its door: what the door queues waits in jobs until it is handled.
type house struct {
	*world
	engine *engine.Engine
	jobs   chan bot.Job
	codes  chan int // that the door answered with
}

func (h *house) Send(_ context.Context, jobs ...bot.Job) error {
	for _, job := range jobs {
		h.jobs <- job
	}
	return nil
}

// housed publishes a bot that answers hi with a comment, yes with an approval, and nothing else.
func housed(t *testing.T) *house {
	t.Helper()
	h := &house{world: started(t), jobs: make(chan bot.Job, 20), codes: make(chan int, 20)}
	file, err := sqlitefile.Open(filepath.Join(t.TempDir(), "hookline.db"))
	h.must(err)
	table, err := sqlitetable.New(file, time.Now)
	h.must(err)
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	h.must(err)
	st := store.New(table, keys, time.Now)
	set := provider.NewSet(h.provider())
	h.engine = engine.New(st, set, slog.New(slog.DiscardHandler), time.Now)
	published, err := st.Publish(t.Context(), "main", bot.Definition{
		Bot: "pizza",
		Channels: map[string]bot.ChannelSpec{"pyrus": {
			Provider: "pyrus", Settings: map[string]any{"login": login},
			Credentials: map[string][]bot.Credential{"security_key": {{Value: key}}},
		}},
		Handlers: []bot.Handler{
			{Name: "hi", Pattern: "^hi", Response: &bot.Response{Message: bot.Message{Text: `You said {{ event.text }} to "{{ event.task.id }}"`}}},
			{Name: "yes", Pattern: "^yes$", Response: &bot.Response{
				Options: map[string]bot.Options{"pyrus": {"approval_choice": "approved", "skip_auto_reopen": true}},
			}},
		},
	})
	h.must(err)
	door := webhook.New(set["pyrus"].(*pyrus.Pyrus), st, h)
	mux := http.NewServeMux()
	mux.Handle(door.Pattern(), door)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, r)
		if answer.Body.Len() > 0 {
			t.Errorf("P22 P27 the door answers %q, want an empty body", answer.Body)
		}
		code := answer.Code
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.status) > 0 { // the answer gets lost on its way
			code, h.status = h.status[0], h.status[1:]
		}
		w.WriteHeader(code)
	}))
	t.Cleanup(func() { h.Close(); server.Close(); file.Close() })
	h.must(h.SetProfile(login, simulated.Profile{Webhook: server.URL + "/pyrus/" + published.Head.Channels["pyrus"]}))
	return h
}

// handle works off n jobs.
func (h *house) handle(n int) {
	h.t.Helper()
	for range n {
		select {
		case job := <-h.jobs:
			if result := h.engine.Handle(h.t.Context(), job); result.HandBack {
				h.t.Errorf("job %s is handed back", job.ID)
			}
		case <-time.After(10 * time.Second):
			h.t.Fatal("nothing was queued")
		}
	}
}

// seen gives the texts that the bot has commented.
func (h *house) seen() (texts []string) {
	h.t.Helper()
	sent, err := h.Messages(h.t.Context(), in("5"), 0, 0)
	h.must(err)
	for _, s := range sent {
		texts = append(texts, s.Shown.Text)
	}
	return texts
}

func (h *house) say(text string) {
	h.t.Helper()
	_, err := h.Say(in("5"), text)
	h.must(err)
}

func TestP19OneComment(t *testing.T) {
	h := housed(t)
	h.status = []int{500, 500, 200}
	h.say(`hi "there" \`)
	h.handle(3)
	if got := strings.Join(h.seen(), "|"); got != `You said hi "there" \ to "5"` {
		t.Errorf("P19 P23 three attempts of one call make the comments %q, want one", got)
	}
}

// TestP21SlowHandler: the door has answered long before the comment is made.
func TestP21SlowHandler(t *testing.T) {
	h := housed(t)
	h.say("hi")
	job := <-h.jobs
	h.say("hi again") // comes in only once the first call was answered
	second := <-h.jobs
	if got := h.seen(); len(got) != 0 {
		t.Errorf("before any job is handled there are the comments %q", got)
	}
	h.jobs <- job
	h.jobs <- second
	h.handle(2)
	if got := strings.Join(h.seen(), "|"); got != `You said hi to "5"|You said hi again to "5"` {
		t.Errorf("the comments are %q, want an answer to each", got)
	}
}

func TestP22NoHandler(t *testing.T) {
	h := housed(t)
	h.say("what?")
	h.handle(1)
	if got := h.seen(); len(got) != 0 {
		t.Errorf("what no handler matches makes the comments %q", got)
	}
}

// TestP32OptionsOnly: an answer without text, on a task that is closed and stays so.
func TestP32OptionsOnly(t *testing.T) {
	h := housed(t)
	h.hand("5")
	h.handle(1)
	if status, body := h.do("POST", "/v4/tasks/5/comments", `{"action":"finished"}`); status != 200 {
		t.Fatalf("closing the task = %d %s", status, body)
	}
	_, err := h.Post(in("5"), map[string]json.RawMessage{"text": []byte(`"yes"`), "skip_auto_reopen": []byte("true")})
	h.must(err)
	h.handle(1)
	_, task := h.do("GET", "/v4/tasks/5", "")
	if !strings.Contains(task, `"approval_choice":"approved"`) || !strings.Contains(task, `"is_closed":true`) {
		t.Errorf("after the approval the task is %s, want it approved and closed", task)
	}
	if sent, _ := h.Messages(t.Context(), in("5"), 1, 0); len(sent) != 1 || sent[0].Shown.Text != "" {
		t.Errorf("the bot comments %+v, want one comment without text", sent)
	}
}
