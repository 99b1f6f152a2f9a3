package messenger_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/messenger"
)

// vectors were made by another program than the one under test.
var vectors = []struct{ name, body, sha256, sha1 string }{
	{
		"text",
		"eyJvYmplY3QiOiJwYWdlIiwiZW50cnkiOlt7ImlkIjoiMTAwIiwidGltZSI6MTcwMDAwMDAwMDAwMCwibWVzc2FnaW5nIjpbeyJzZW5kZXIiOnsiaWQiOiIyMDAifSwicmVjaXBpZW50Ijp7ImlkIjoiMTAwIn0sInRpbWVzdGFtcCI6MTcwMDAwMDAwMDAwMCwibWVzc2FnZSI6eyJtaWQiOiJtX3NhbXBsZTEiLCJ0ZXh0IjoicGluZyJ9fV19XX0=",
		"b354047f63b4e8cf702f9d0d6bf4aa9cfa999275d97b2530e25daba52eb94a44", "c3b43f9f801e2d9fca1b55ad56469b1307e5a506",
	},
	{
		"escapes",
		"eyJvYmplY3QiOiJwYWdlIiwiZW50cnkiOlt7ImlkIjoiMTAwIiwidGltZSI6MSwibWVzc2FnaW5nIjpbeyJzZW5kZXIiOnsiaWQiOiIyMDAifSwicmVjaXBpZW50Ijp7ImlkIjoiMTAwIn0sInRpbWVzdGFtcCI6MSwibWVzc2FnZSI6eyJtaWQiOiJtXzIiLCJ0ZXh0IjoiZ3JcdTAwZmNcdTAwZGYifX1dfV19",
		"662ff2a247e59a095acc65568df57bc9412408dde1b9f4a77100fabaa552bce0", "9beee2cefc27492d1269340d7df339a70c2f6d02",
	},
	{
		"the same JSON in UTF-8",
		"eyJvYmplY3QiOiJwYWdlIiwiZW50cnkiOlt7ImlkIjoiMTAwIiwidGltZSI6MSwibWVzc2FnaW5nIjpbeyJzZW5kZXIiOnsiaWQiOiIyMDAifSwicmVjaXBpZW50Ijp7ImlkIjoiMTAwIn0sInRpbWVzdGFtcCI6MSwibWVzc2FnZSI6eyJtaWQiOiJtXzIiLCJ0ZXh0IjoiZ3LDvMOfIn19XX1dfQ==",
		"e5bede19a6cb8d862b40a90b3247f0b318473e9e85239b68d9282d8ecd1c40a7", "dc0da3c32af020de6b6d4dee6066eca393c09a0c",
	},
	{"empty", "", "7664f8a9a72720c6611cc602b46cdc0f12d0f0ff0042b21b1eab691277a15dfa", "51547971a37679c134d2a55fb250165c40cc5073"},
}

const vectorSecret = "hookline-messenger-sample-secret"

func verify(ch bot.Channel, header, value string, body []byte) bot.ErrorKind {
	h := http.Header{}
	if header != "" {
		h.Set(header, value)
	}
	return bot.KindOf(messenger.New(http.DefaultClient, "").Verify(ch, h, body))
}

func TestM3Vectors(t *testing.T) {
	ch := withSecrets(vectorSecret)
	older := withSecrets(vectorSecret)
	older.Settings = map[string]any{"signature": "sha1"}
	for i, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			body, err := base64.StdEncoding.DecodeString(v.body)
			if err != nil {
				t.Fatal(err)
			}
			if got := verify(ch, "X-Hub-Signature-256", "sha256="+v.sha256, body); got != "" {
				t.Errorf("Verify(sha256) is of kind %q, want genuine", got)
			}
			if got := verify(older, "X-Hub-Signature", "sha1="+v.sha1, body); got != "" {
				t.Errorf("Verify(sha1) of a channel that asks for it is of kind %q, want genuine", got)
			}
			if got := verify(ch, "X-Hub-Signature", "sha1="+v.sha1, body); got != bot.Unauthorized {
				t.Errorf("Verify(sha1) of a channel that does not is of kind %q, want unauthorized", got)
			}
			other := vectors[(i+1)%len(vectors)]
			if got := verify(ch, "X-Hub-Signature-256", "sha256="+other.sha256, body); got != bot.Unauthorized {
				t.Errorf("M4 Verify with the signature of %q is of kind %q, want unauthorized", other.name, got)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	body := []byte(`{"object":"page"}`)
	right := sign(appSecret, body)
	for _, test := range []struct{ name, header, value string }{
		{"M5 no header", "", ""},
		{"M5 empty", "X-Hub-Signature-256", ""},
		{"M5 no prefix", "X-Hub-Signature-256", strings.TrimPrefix(right, "sha256=")},
		{"M5 prefix only", "X-Hub-Signature-256", "sha256="},
		{"M5 too short", "X-Hub-Signature-256", right[:len(right)-2]},
		{"M5 too long", "X-Hub-Signature-256", right + "00"},
		{"M5 not hex", "X-Hub-Signature-256", right[:len(right)-1] + "g"},
		{"M5 another algorithm's prefix", "X-Hub-Signature-256", "sha1=" + strings.TrimPrefix(right, "sha256=")},
		{"M4 another body's", "X-Hub-Signature-256", sign(appSecret, []byte(`{"object":"page" }`))},
		{"M8 a third secret's", "X-Hub-Signature-256", sign("a-third-secret", body)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := verify(channel(), test.header, test.value, body); got != bot.Unauthorized {
				t.Errorf("Verify(%q) is of kind %q, want unauthorized", test.value, got)
			}
		})
	}
	if got := verify(channel(), "X-Hub-Signature-256", sign("MARKED-older-secret", body), body); got != "" {
		t.Errorf("M8 Verify with the secret before is of kind %q, want genuine", got)
	}
	if got := verify(channel(), "X-Hub-Signature-256", "sha256="+strings.ToUpper(strings.TrimPrefix(right, "sha256=")), body); got != "" {
		t.Errorf("G7 Verify in upper case is of kind %q, want genuine", got)
	}
	for _, secrets := range [][]bot.Secret{nil, {""}} {
		if got := verify(withSecrets(secrets...), "X-Hub-Signature-256", sign("", body), body); got != bot.Unavailable {
			t.Errorf("M7 Verify without a secret is of kind %q, want unavailable", got)
		}
	}
}

// A wrong newer signature is not mended by a right older one.
func TestM6WrongHeaderWithRightLegacyHeader(t *testing.T) {
	ch := withSecrets(vectorSecret)
	ch.Settings = map[string]any{"signature": "sha1"}
	h := http.Header{}
	h.Set("X-Hub-Signature-256", "sha256="+vectors[0].sha256)
	h.Set("X-Hub-Signature", "sha1="+vectors[3].sha1)
	if got := bot.KindOf(messenger.New(http.DefaultClient, "").Verify(ch, h, nil)); got != bot.Unauthorized {
		t.Errorf("Verify is of kind %q, want unauthorized", got)
	}
}

func TestGreet(t *testing.T) {
	chosen := channel()
	chosen.Credentials["verify_token"] = []bot.Credential{{Value: "chosen-token"}}
	unset := channel()
	unset.WebhookSecrets = nil
	query := func(mode, token, challenge string) url.Values {
		return url.Values{"hub.mode": {mode}, "hub.verify_token": {token}, "hub.challenge": {challenge}}
	}
	for _, test := range []struct {
		name    string
		channel bot.Channel
		query   url.Values
		want    string
	}{
		{"M1 derived token", channel(), query("subscribe", "derived-verify-token", "1158201444"), "1158201444"},
		{"M1 chosen token, challenge no number", chosen, query("subscribe", "chosen-token", "a<b>c"), "a<b>c"},
		{"M2 wrong token", channel(), query("subscribe", "wrong", "1"), ""},
		{"M2 the derived one where another is chosen", chosen, query("subscribe", "derived-verify-token", "1"), ""},
		{"M2 no mode", channel(), url.Values{"hub.verify_token": {"derived-verify-token"}, "hub.challenge": {"1"}}, ""},
		{"M2 another mode", channel(), query("unsubscribe", "derived-verify-token", "1"), ""},
		{"M2 no challenge", channel(), query("subscribe", "derived-verify-token", ""), ""},
		{"M2 no token", channel(), url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {"1"}}, ""},
		{"M7 no token of ours", unset, query("subscribe", "", "1"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := messenger.New(http.DefaultClient, "").Greet(test.channel, test.query)
			if got != test.want || (test.want == "") != (bot.KindOf(err) == bot.Forbidden) {
				t.Errorf("Greet(%v) = %q, %v, want %q", test.query, got, err, test.want)
			}
		})
	}
}
