package pyrus_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/pyrus"
)

func replyWith(parts ...bot.Part) bot.Reply {
	return bot.Reply{Address: bot.Address{Chat: "11611"}, Parts: parts}
}

var hello = replyWith(bot.Part{Text: "x"})

func TestLoginIsKept(t *testing.T) {
	p, api := play(t, ok(commented200))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := p.Send(t.Context(), channel(), hello); err != nil {
				t.Errorf("Send() = %v, want no error", err)
			}
		})
	}
	group.Wait()
	if api.loggedIn() != 1 {
		t.Errorf("Send() of 8 comments logs in %d times, want once", api.loggedIn())
	}
	other := channel()
	other.ID = "c2"
	if _, err := p.Send(t.Context(), other, hello); err != nil || api.loggedIn() != 2 {
		t.Errorf("Send() of another channel = %v with %d logins in all, want one of its own", err, api.loggedIn())
	}
	other.Credentials = map[string][]bot.Credential{"security_key": {{Value: "MARKED-wrong"}}}
	if _, err := p.Send(t.Context(), other, hello); bot.ReasonOf(err) != bot.ReasonCredentials {
		t.Errorf("Send() with another key = %v, want reason credentials", err)
	}
}

func TestP28ExpiredToken(t *testing.T) {
	p, api := play(t, ok(commented200))
	if _, err := p.Send(t.Context(), channel(), hello); err != nil {
		t.Fatal(err)
	}
	api.expire(1)
	if got, err := p.Send(t.Context(), channel(), hello); err != nil || got.Sent != 1 || api.loggedIn() != 2 {
		t.Errorf("P28 Send() with an expired token = %+v, %v after %d logins, want it sent after two", got, err, api.loggedIn())
	}
	api.expire(9)
	_, err := p.Send(t.Context(), channel(), hello)
	if bot.KindOf(err) != bot.Unauthorized || bot.ReasonOf(err) != bot.ReasonCredentials || api.loggedIn() != 3 {
		t.Errorf("P28 Send() where every token is refused = %v after %d logins, want credentials after one more", err, api.loggedIn())
	}
}

func TestP28LastingRefusalIsNotTriedAgain(t *testing.T) {
	for _, code := range []string{"account_blocked", "invalid_credentials", "invalid_application_id"} {
		p, api := play(t, refused(http.StatusUnauthorized, code))
		_, err := p.Send(t.Context(), channel(), hello)
		if bot.ReasonOf(err) != bot.ReasonCredentials || api.loggedIn() != 1 {
			t.Errorf("Send() refused with %s = %v after %d logins, want credentials after one", code, err, api.loggedIn())
		}
	}
	for _, code := range []string{"authorization_error", "token_not_specified", "revoked_token", "invalid_token", "of tomorrow"} {
		p, api := play(t, refused(http.StatusUnauthorized, code), ok(commented200))
		if _, err := p.Send(t.Context(), channel(), hello); err != nil || api.loggedIn() != 2 {
			t.Errorf("Send() refused with %s = %v after %d logins, want it sent after two", code, err, api.loggedIn())
		}
	}
}

// TestP29ReturnedAddress: the one that logging in gives is used, without its last slash; one that is not safe is not.
func TestP29ReturnedAddress(t *testing.T) {
	p, api := play(t, ok(commented200))
	if _, err := p.Send(t.Context(), channel(), hello); err != nil || api.names() != "POST /moved/v4/tasks/11611/comments" {
		t.Errorf("Send() = %v and calls %s, want the address that was returned", err, api.names())
	}
	for _, test := range []struct {
		name, address, want string
	}{
		{"none", "", "POST /v4/tasks/11611/comments"},
		{"slashes", "OWN/a/v4//", "POST /a/v4/tasks/11611/comments"},
		{"http elsewhere", "http://elsewhere.invalid/v4", ""},
		{"no scheme", "elsewhere.invalid/v4", ""},
		{"credentials", "https://a:b@elsewhere.invalid/v4", ""},
		{"query", "OWN/v4?x=1", ""},
		{"fragment", "OWN/v4#x", ""},
		{"another scheme", "file:///etc/passwd", ""},
		{"no address", "https://\u007f", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, api := play(t, ok(commented200))
			answer := ok(`{"access_token":"MARKED-token-1","api_url":"` + strings.ReplaceAll(test.address, "OWN", api.url) + `"}`)
			api.auth = &answer
			_, err := p.Send(t.Context(), channel(), hello)
			if api.names() != test.want || (test.want == "") != (bot.KindOf(err) == bot.Unavailable) {
				t.Errorf("Send() with address %q = %v and calls %q, want %q", test.address, err, api.names(), test.want)
			}
			if test.want == "" && !strings.HasPrefix(bot.PublicMessage(err), "pyrus names an address") {
				t.Errorf("Send() with address %q = %v, want it judged before anything is sent there", test.address, err)
			}
		})
	}
}

func TestLoginErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer reply
		kind   bot.ErrorKind
		reason string
	}{
		{"wrong key", refused(401, "invalid_credentials"), bot.Unauthorized, bot.ReasonCredentials},
		{"blocked", refused(403, "access_denied"), bot.Unauthorized, bot.ReasonCredentials},
		{"malformed", refused(400, "required_field_missing"), bot.Unauthorized, bot.ReasonCredentials},
		{"limited", refused(429, "too_many_requests"), bot.RateLimited, ""},
		{"down", refused(500, "server_error"), bot.Unavailable, ""},
		{"a proxy's page", reply{status: 502, body: "<html>"}, bot.Unavailable, ""},
		{"wrong address", reply{status: 404, body: "<html>"}, bot.Unavailable, ""},
		{"elsewhere", reply{status: 302, body: "moved"}, bot.Unavailable, ""},
		{"broken off", reply{}, bot.Unavailable, ""},
		{"no token", ok(`{}`), bot.Unavailable, ""},
		{"no JSON", ok(`<html>`), bot.Unavailable, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, api := play(t, ok(commented200))
			api.auth = &test.answer
			got, err := p.Send(t.Context(), channel(), hello)
			if bot.KindOf(err) != test.kind || bot.ReasonOf(err) != test.reason || got.Sent != 0 || api.names() != "" {
				t.Errorf("Send() = %+v, %v, reason %q and calls %q, want kind %q, reason %q, none",
					got, err, bot.ReasonOf(err), api.names(), test.kind, test.reason)
			}
			if strings.Contains(err.Error()+bot.PublicMessage(err), "MARKED") {
				t.Errorf("P33 Send() = %q, which shows a secret", err)
			}
		})
	}
}

func TestNoCredentials(t *testing.T) {
	p := pyrus.New(http.DefaultClient, "", "")
	if _, err := p.Send(t.Context(), bot.Channel{ID: "c1"}, hello); bot.ReasonOf(err) != bot.ReasonCredentials {
		t.Errorf("Send() without login and key = %v, want reason credentials and no call", err)
	}
}

// TestSessionsAreBounded: beyond a thousand channels some log in anew.
func TestSessionsAreBounded(t *testing.T) {
	p, api := play(t, ok(commented200))
	answer := ok(`{"access_token":"MARKED-token-1"}`)
	api.auth = &answer
	ch := channel()
	for i := range 1002 {
		ch.ID = "c" + string(rune(0x4e00+i))
		if _, err := p.Send(t.Context(), ch, hello); err != nil {
			t.Fatal(err)
		}
	}
	ch.ID = "c" + string(rune(0x4e00))
	if _, err := p.Send(t.Context(), ch, hello); err != nil || api.loggedIn() != 1003 {
		t.Errorf("Send() of the first of 1002 channels = %v after %d logins, want one more", err, api.loggedIn())
	}
}
