package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
)

func TestF43FilesRecipientsAreReplacedAndSubscribersStay(t *testing.T) {
	onEach(t, newClock(), func(t *testing.T, s *store.Store, _ store.Table) { testRecipients(t, s) })
}

func testRecipients(t *testing.T, s *store.Store) {
	p := publish(t, s, withHooks("1", "2"))
	hook, channel := p.Hooks[0].ID, p.Head.Channels["telegram"]
	subscriber := func(chat string) store.Recipient {
		return store.Recipient{Channel: channel, Address: bot.Address{Chat: chat, Thread: "t", User: "7"}, Vars: map[string]string{"name": "Ada"}}
	}
	for _, chat := range []string{"2", "3", "3", "4"} {
		if err := s.Subscribe(t.Context(), hook, subscriber(chat)); err != nil {
			t.Fatalf("Subscribe(%s) = %v", chat, err)
		}
	}
	for _, chat := range []string{"1", "4", "5"} {
		if err := s.Unsubscribe(t.Context(), hook, subscriber(chat).ID()); err != nil {
			t.Fatalf("Unsubscribe(%s) = %v", chat, err)
		}
	}
	check := func(when string, want ...string) {
		t.Helper()
		recipients, err := s.Recipients(t.Context(), hook, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range recipients {
			got = append(got, fmt.Sprintf("%s listed %v subscribed %v left %v as %s", r.Chat, r.Listed, r.Subscribed, r.Left, r.Vars["name"]))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("recipients %s (-want +got):\n%s", when, diff)
		}
	}
	check("of both sorts",
		"1 listed true subscribed false left true as ", "2 listed true subscribed true left false as ",
		"3 listed false subscribed true left false as Ada")
	publish(t, s, withHooks("1", "9"))
	check("of another file",
		"1 listed true subscribed false left true as ", "2 listed false subscribed true left false as Ada",
		"3 listed false subscribed true left false as Ada", "9 listed true subscribed false left false as ")
	publish(t, s, withHooks())
	publish(t, s, withHooks("1"))
	check("listed again", "1 listed true subscribed false left false as ",
		"2 listed false subscribed true left false as Ada", "3 listed false subscribed true left false as Ada")
}

func TestRecipientsInPages(t *testing.T) {
	onEach(t, newClock(), func(t *testing.T, s *store.Store, _ store.Table) { testPages(t, s) })
}

func testPages(t *testing.T, s *store.Store) {
	var chats []string
	for i := range 250 {
		chats = append(chats, fmt.Sprint(1000+i))
	}
	hook := publish(t, s, withHooks(chats...)).Hooks[0].ID
	var got []string
	for after := ""; ; {
		page, err := s.Recipients(t.Context(), hook, after, 99)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			got = append(got, r.Chat)
		}
		if len(page) < 99 {
			break
		}
		after = page[len(page)-1].ID()
	}
	if diff := cmp.Diff(chats, got); diff != "" {
		t.Errorf("chats of all pages (-want +got):\n%s", diff)
	}
	publish(t, s, withHooks("1100"))
	if left, err := s.Recipients(t.Context(), hook, "", 0); err != nil || len(left) != 1 {
		t.Errorf("Recipients of a file with one = %d, %v, want 1", len(left), err)
	}
}

// A recipient whose terms are changed twice at once has both changes; one who leaves meanwhile stays away.
func TestF43TermsAreChangedAtOnce(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, _ store.Table) {
		r := store.Recipient{Channel: "c", Address: bot.Address{Chat: "7", Thread: "3"}, Vars: map[string]string{"a": "1"}, Subscribed: true}
		if err := s.Subscribe(t.Context(), "h", r); err != nil {
			t.Fatal(err)
		}
		tries := 0
		got, err := s.ChangeTerms(t.Context(), "h", r.ID(), func(changed *store.Recipient) error {
			if tries++; tries == 1 {
				r.Vars = map[string]string{"a": "2"}
				if err := s.Subscribe(t.Context(), "h", r); err != nil {
					t.Fatal(err)
				}
			}
			changed.Thread = "4"
			return nil
		})
		r.Thread, r.CreatedAt = "4", c.Now()
		if diff := cmp.Diff(r, got); diff != "" || err != nil || tries != 2 {
			t.Errorf("ChangeTerms in %d tries, %v (-want +got):\n%s", tries, err, diff)
		}
		_, err = s.ChangeTerms(t.Context(), "h", r.ID(), func(changed *store.Recipient) error {
			changed.Thread = "5"
			return s.Unsubscribe(t.Context(), "h", r.ID())
		})
		if bot.KindOf(err) != bot.NotFound {
			t.Errorf("ChangeTerms of one who leaves meanwhile = %v, want not_found", err)
		}
		if left, err := s.Recipient(t.Context(), "h", r.ID()); bot.KindOf(err) != bot.NotFound {
			t.Errorf("Recipient = %+v, %v, want none", left, err)
		}
	})
}

// counting is a table that counts what is written to it, and fails after some transactions.
type counting struct {
	store.Table
	transactions, limit int
}

func (c *counting) Transact(ctx context.Context, ops ...store.Op) error {
	if c.transactions++; c.limit > 0 && c.transactions > c.limit {
		return bot.Errorf(bot.Unavailable, "the table is down")
	}
	return c.Table.Transact(ctx, ops...)
}

func TestPublicationGoesOnWithRecipientsWhereItFailed(t *testing.T) {
	c := newClock()
	_, table := open(t, c)
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	slow := &counting{Table: table, limit: 3} // the first is that of the head
	s := store.New(slow, keys, c.Now)
	var chats []string
	for i := range 400 {
		chats = append(chats, fmt.Sprint(i))
	}
	if _, err := s.Publish(t.Context(), "main", withHooks(chats...)); bot.KindOf(err) != bot.Unavailable {
		t.Fatalf("Publish to a table that fails = %v, want unavailable", err)
	}
	head, err := s.BotByName(t.Context(), "main", "pizza")
	if err != nil || head.Version != 1 {
		t.Fatalf("BotByName = version %d, %v, want the version live all the same", head.Version, err)
	}
	slow.limit, slow.transactions = 0, 0
	publish(t, s, withHooks(chats...))
	if want := 3; slow.transactions != want { // 198 of 400 were written
		t.Errorf("Publish again took %d transactions, want %d for the rest", slow.transactions, want)
	}
	if all, err := s.Recipients(t.Context(), head.Hooks["courier"], "", 0); err != nil || len(all) != 400 {
		t.Errorf("Recipients = %d, %v, want 400", len(all), err)
	}
	slow.limit, slow.transactions = 2, 0
	if _, err := s.Publish(t.Context(), "main", withHooks()); bot.KindOf(err) != bot.Unavailable {
		t.Fatalf("Publish of no recipients to a table that fails = %v, want unavailable", err)
	}
	slow.limit = 0
	publish(t, s, withHooks(chats...))
	if all, err := s.Recipients(t.Context(), head.Hooks["courier"], "", 0); err != nil || len(all) != 400 {
		t.Errorf("Recipients after a publication of none that failed, and one of all = %d, %v, want 400", len(all), err)
	}
	slow.transactions = 0
	publish(t, s, withHooks(chats...))
	if slow.transactions != 0 {
		t.Errorf("Publish of what is there took %d transactions, want none", slow.transactions)
	}
}

// overtaking is a table in which a newer version lists its recipients just before an older one does.
type overtaking struct {
	store.Table
	overtake func()
}

func (o *overtaking) Transact(ctx context.Context, ops ...store.Op) error {
	if overtake := o.overtake; overtake != nil && strings.HasPrefix(ops[0].Item.SK, "RCPT#") {
		o.overtake = nil
		overtake()
	}
	return o.Table.Transact(ctx, ops...)
}

func TestRecipientsAreThoseOfTheNewestVersion(t *testing.T) {
	c := newClock()
	plain, table := open(t, c)
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	publish(t, plain, withHooks())
	o := &overtaking{Table: table}
	o.overtake = func() { publish(t, plain, withHooks("3")) }
	p := publish(t, store.New(o, keys, c.Now), withHooks("2"))
	recipients, err := plain.Recipients(t.Context(), p.Hooks[0].ID, "", 0)
	if err != nil || len(recipients) != 1 || recipients[0].Chat != "3" {
		t.Errorf("recipients = %+v, %v, want those of the version that was published last", recipients, err)
	}
}

func TestListOfAnUnknownChannelIsRefused(t *testing.T) {
	s, _ := open(t, newClock())
	def := withHooks("1")
	def.Hooks[0].Recipients[0].Channel = "nowhere"
	if _, err := s.Publish(t.Context(), "main", def); err == nil || !strings.Contains(err.Error(), `no channel "nowhere"`) {
		t.Errorf("Publish = %v, want the channel named", err)
	}
}
