package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"hookline/infra/emulators"
	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
	"hookline/shared/store/dynamotable"
	"hookline/shared/store/sqlitetable"
)

// clock is a time that tests set.
type clock struct {
	mutex sync.Mutex
	at    time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.at
}

func (c *clock) Advance(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.at = c.at.Add(d)
}

// open gives a store on a new SQLite file, and its table to look behind it.
func open(t *testing.T, c *clock) (*store.Store, store.Table) {
	t.Helper()
	file, err := sqlitefile.Open(filepath.Join(t.TempDir(), "hookline.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	table, err := sqlitetable.New(file, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return store.New(table, keys, c.Now), table
}

// onEach runs a test on each database.
func onEach(t *testing.T, c *clock, test func(t *testing.T, s *store.Store, table store.Table)) {
	t.Run("SQLite", func(t *testing.T) {
		s, table := open(t, c)
		test(t, s, table)
	})
	t.Run("DynamoDB", func(t *testing.T) {
		client := dynamodb.NewFromConfig(emulators.DynamoDB(t))
		keys, err := secret.New([]byte(strings.Repeat("k", 32)))
		if err != nil {
			t.Fatal(err)
		}
		table := dynamotable.New(client, emulators.CreateTable(t, client), c.Now)
		test(t, store.New(table, keys, c.Now), table)
	})
}

const token = bot.Secret("123:the-token-of-the-test")

func definition(texts ...string) bot.Definition {
	def := bot.Definition{Bot: "pizza", Channels: map[string]bot.ChannelSpec{
		"telegram": {Provider: "telegram", Credentials: map[string][]bot.Credential{"token": {{Value: token, From: "TELEGRAM_TOKEN"}}}},
	}}
	for i, text := range texts {
		def.Handlers = append(def.Handlers, bot.Handler{
			Name: fmt.Sprintf("h%d", i), Response: &bot.Response{Message: bot.Message{Text: text}},
		})
	}
	return def
}

func publish(t *testing.T, s *store.Store, def bot.Definition) store.Publication {
	t.Helper()
	p, err := s.Publish(t.Context(), "main", def)
	if err != nil {
		t.Fatalf("Publish(%s) = %v", def.Bot, err)
	}
	return p
}

func TestPublish(t *testing.T) {
	s, _ := open(t, newClock())
	first := publish(t, s, definition("one"))
	same := publish(t, s, definition("one"))
	second := publish(t, s, definition("one", "two"))
	got := [][3]any{
		{first.Created, first.Changed, first.Head.Version},
		{same.Created, same.Changed, same.Head.Version},
		{second.Created, second.Changed, second.Head.Version},
	}
	want := [][3]any{{true, true, 1}, {false, false, 1}, {false, true, 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("created, changed, version of three publications (-want +got):\n%s", diff)
	}
	head, err := s.BotByName(t.Context(), "main", "pizza")
	if err != nil || head.Version != 2 {
		t.Fatalf("BotByName = version %d, %v, want 2", head.Version, err)
	}
	def, err := s.Definition(t.Context(), head, head.Definition)
	want2 := definition("one", "two")
	want2.Channels = nil
	if diff := cmp.Diff(want2, def); err != nil || diff != "" {
		t.Errorf("Definition of version 2 (-want +got), %v:\n%s", err, diff)
	}
	if _, err := s.BotByName(t.Context(), "other", "pizza"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("BotByName of another owner = %v, want not_found", err)
	}
}

func TestPublishLargeBotIsReadWhole(t *testing.T) {
	s, table := open(t, newClock())
	def := definition()
	for i := range 10_000 {
		def.Handlers = append(def.Handlers, bot.Handler{
			Name: fmt.Sprintf("handler-%d", i), Pattern: fmt.Sprintf("^word%d$", i),
			Response: &bot.Response{Message: bot.Message{Text: noise(i)}},
		})
	}
	p := publish(t, s, def)
	chunks, err := table.Query(t.Context(), store.Query{PK: "BOT#" + p.Head.ID, Prefix: "V#"})
	if err != nil || len(chunks) < 2 {
		t.Fatalf("chunks = %d, %v: the test wants a bot of several", len(chunks), err)
	}
	read, err := s.Definition(t.Context(), p.Head, p.Head.Definition)
	if err != nil || len(read.Handlers) != 10_000 || read.Handlers[9_999].Response.Text != noise(9_999) {
		t.Errorf("Definition = %d handlers, %v, want 10000 whole ones", len(read.Handlers), err)
	}
}

// noise is text that does not compress well.
func noise(i int) string {
	var b strings.Builder
	x := uint32(i)*2654435761 + 1
	for range 40 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		fmt.Fprintf(&b, "%08x", x)
	}
	return b.String()
}

func TestPublishRaceLeavesOneWholeVersionEach(t *testing.T) {
	s, _ := open(t, newClock())
	publish(t, s, definition("start"))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for {
				_, err := s.Publish(context.Background(), "main", definition(fmt.Sprint("text ", i)))
				if bot.KindOf(err) == bot.Conflict {
					continue
				}
				if err != nil {
					t.Errorf("Publish %d = %v", i, err)
				}
				return
			}
		})
	}
	wg.Wait()
	head, err := s.BotByName(t.Context(), "main", "pizza")
	if err != nil || head.Version != 9 {
		t.Errorf("BotByName after 1+8 publications = version %d, %v, want 9", head.Version, err)
	}
	def, err := s.Definition(t.Context(), head, head.Definition)
	if err != nil || len(def.Handlers) != 1 {
		t.Errorf("Definition = %v, %v, want one handler", def.Handlers, err)
	}
	if len(head.Channels) != 1 {
		t.Errorf("channels = %v, want the one", head.Channels)
	}
}

// losing is a table on which the first transaction loses its race. It notes the channels and hooks that are written.
type losing struct {
	store.Table
	lost     bool
	channels []store.Key
	hooks    []store.Key
}

func (l *losing) Put(ctx context.Context, item store.Item, cond store.Condition) (int64, error) {
	if strings.HasPrefix(item.PK, "CHANNEL#") {
		l.channels = append(l.channels, item.Key)
	}
	if strings.HasPrefix(item.PK, "HOOK#") && cond == store.Absent {
		l.hooks = append(l.hooks, item.Key)
	}
	return l.Table.Put(ctx, item, cond)
}

func (l *losing) Transact(ctx context.Context, ops ...store.Op) error {
	if !l.lost {
		l.lost = true
		return bot.Errorf(bot.Conflict, "somebody was quicker")
	}
	return l.Table.Transact(ctx, ops...)
}

func TestPublicationThatLosesLeavesNoChannelBehind(t *testing.T) {
	c := newClock()
	_, table := open(t, c)
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	l := &losing{Table: table}
	publish(t, store.New(l, keys, c.Now), definition("one"))
	if len(l.channels) != 2 {
		t.Fatalf("channels written = %d, want one by each of two tries", len(l.channels))
	}
	for i, want := range []bot.ErrorKind{bot.NotFound, ""} {
		if _, err := table.Get(t.Context(), l.channels[i]); bot.KindOf(err) != want {
			t.Errorf("channel of try %d = %v, want kind %q", i+1, err, want)
		}
	}
}

func TestOldVersionsExpireAfterThirtyDaysAndTheHeadNever(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	first := publish(t, s, definition("one"))
	c.Advance(400 * 24 * time.Hour)
	if _, err := s.Definition(t.Context(), first.Head, first.Head.Definition); err != nil {
		t.Fatalf("Definition of a live version of a year ago = %v, want it", err)
	}
	second := publish(t, s, definition("two"))
	c.Advance(29 * 24 * time.Hour)
	if _, err := s.Definition(t.Context(), first.Head, first.Head.Definition); err != nil {
		t.Errorf("Definition 29 days after it was replaced = %v, want it", err)
	}
	c.Advance(2 * 24 * time.Hour)
	if _, err := s.Definition(t.Context(), first.Head, first.Head.Definition); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Definition 31 days after it was replaced = %v, want not_found", err)
	}
	if _, err := s.Definition(t.Context(), first.Head, second.Head.Definition); err != nil {
		t.Errorf("Definition of the head = %v, want it", err)
	}
}

func TestBotsPages(t *testing.T) {
	s, _ := open(t, newClock())
	for _, name := range []string{"c", "a", "b"} {
		def := definition("x")
		def.Bot = name
		publish(t, s, def)
	}
	for _, test := range []struct {
		after string
		limit int
		want  []string
	}{{"", 0, []string{"a", "b", "c"}}, {"", 2, []string{"a", "b"}}, {"b", 2, []string{"c"}}} {
		heads, err := s.Bots(t.Context(), "main", test.after, test.limit)
		var got []string
		for _, h := range heads {
			got = append(got, h.Name)
		}
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("Bots(after %q, limit %d), %v (-want +got):\n%s", test.after, test.limit, err, diff)
		}
	}
}
