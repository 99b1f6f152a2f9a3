package pyrus_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/pyrus"
)

// vectors were made with another implementation of HMAC-SHA1.
var vectors = []struct{ name, body, signature string }{
	{
		"P1 plain, settings as JSON in a string",
		"eyJldmVudCI6ImNvbW1lbnQiLCJhY2Nlc3NfdG9rZW4iOiJ0b2siLCJ0YXNrX2lkIjoxMTYxMSwidXNlcl9pZCI6MTczMSwiYm90X3NldHRpbmdzIjoie1wi" +
			"bGFuZ1wiOlwiZW5cIn0iLCJ0YXNrIjp7ImlkIjoxMTYxMSwidGV4dCI6IkhlbGxvIn19",
		"6AEC4C658D61DD0D080DF2509C29C77CAF79CCCA",
	},
	{
		"P1 G10 \\u escapes",
		"eyJldmVudCI6ImNvbW1lbnQiLCJ0YXNrX2lkIjoxLCJ0YXNrIjp7ImlkIjoxLCJ0ZXh0IjoiXHUwNDFmXHUwNDQwXHUwNDM4XHUwNDMyXHUwNDM1XHUwNDQyIC8gPGI+In19",
		"8FA733D84EC396FADB11BAE8D40081636CBC0A9A",
	},
	{
		"P1 P2 G10 the same JSON, raw UTF-8",
		"eyJldmVudCI6ImNvbW1lbnQiLCJ0YXNrX2lkIjoxLCJ0YXNrIjp7ImlkIjoxLCJ0ZXh0Ijoi0J/RgNC40LLQtdGCIC8gPGI+In19",
		"B12327CCB50F9528DDC89BA370552CAB55449C15",
	},
	{
		"P1 G10 CRLF, spaces, last line end",
		"eyAiZXZlbnQiIDogImNvbW1lbnQiLA0KICAidGFza19pZCIgOiAxLCAgInRhc2siIDogeyAiaWQiIDogMSB9IH0K",
		"186E4FEF46BF066CF3218ACCA721B08D8280C14F",
	},
	{"P1 empty", "", "BDD6D1E2A25109CCF9A930B0F3AF098B0F1C6D90"},
}

const vectorKey = "4c6f3d5e-0b9a-pyrus-test-key"

func keyed(keys ...bot.Secret) bot.Channel {
	ch := bot.Channel{ID: "c1", Credentials: map[string][]bot.Credential{}}
	for _, k := range keys {
		ch.Credentials["security_key"] = append(ch.Credentials["security_key"], bot.Credential{Value: k})
	}
	return ch
}

func verify(ch bot.Channel, body []byte, signatures ...string) bot.ErrorKind {
	h := http.Header{"X-Pyrus-Sig": signatures}
	return bot.KindOf(pyrus.New(http.DefaultClient, "", "").Verify(ch, h, body))
}

func TestVectors(t *testing.T) {
	for i, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			body, err := base64.StdEncoding.DecodeString(v.body)
			if err != nil {
				t.Fatal(err)
			}
			for _, signature := range []string{v.signature, strings.ToLower(v.signature)} {
				if got := verify(keyed(vectorKey), body, signature); got != "" {
					t.Errorf("Verify(%q, %s) is of kind %q, want no error", body, signature, got)
				}
			}
			other := vectors[(i+1)%len(vectors)]
			if got := verify(keyed(vectorKey), body, other.signature); got != bot.Unauthorized {
				t.Errorf("P2 Verify(%q) with the signature of %q is of kind %q, want unauthorized", body, other.name, got)
			}
			for at := range body {
				changed := []byte(string(body))
				changed[at] ^= 1
				if got := verify(keyed(vectorKey), changed, v.signature); got != bot.Unauthorized {
					t.Fatalf("P2 Verify() with byte %d changed is of kind %q, want unauthorized", at, got)
				}
			}
		})
	}
}

// TestVerifyRows has the rows of the network's checklist; the whole matrix is in providertest.
func TestVerifyRows(t *testing.T) {
	body := []byte(`{"task_id":1}`)
	right := signed("now", body)
	for _, test := range []struct {
		name   string
		keys   []bot.Secret
		header []string
		want   bot.ErrorKind
	}{
		{"P1 upper case", []bot.Secret{"now"}, []string{right}, ""},
		{"P1 mixed case", []bot.Secret{"now"}, []string{strings.ToLower(right[:20]) + right[20:]}, ""},
		{"P3 missing", []bot.Secret{"now"}, nil, bot.Unauthorized},
		{"P3 empty", []bot.Secret{"now"}, []string{""}, bot.Unauthorized},
		{"P3 too short", []bot.Secret{"now"}, []string{right[:39]}, bot.Unauthorized},
		{"P3 too short by a byte", []bot.Secret{"now"}, []string{right[:38]}, bot.Unauthorized},
		{"P3 too long", []bot.Secret{"now"}, []string{right + "00"}, bot.Unauthorized},
		{"P3 not hex", []bot.Secret{"now"}, []string{strings.Repeat("Z", 40)}, bot.Unauthorized},
		{"P3 hex that ends early", []bot.Secret{"now"}, []string{right[:38] + "ZZ"}, bot.Unauthorized},
		{"P3 with a prefix", []bot.Secret{"now"}, []string{"sha1=" + right}, bot.Unauthorized},
		{"P3 given twice", []bot.Secret{"now"}, []string{right, right}, bot.Unauthorized},
		{"P4 no key", nil, []string{right}, bot.Unavailable},
		{"P4 empty key", []bot.Secret{""}, []string{right}, bot.Unavailable},
		{"P4 empty key that signed", []bot.Secret{""}, []string{signed("", body)}, bot.Unavailable},
		{"P4 an empty key beside another", []bot.Secret{"now", ""}, []string{signed("", body)}, bot.Unauthorized},
		{"P6 the key before", []bot.Secret{"next", "now"}, []string{right}, ""},
		{"P6 the key after", []bot.Secret{"now", "before"}, []string{right}, ""},
		{"P6 a third key", []bot.Secret{"next", "before"}, []string{right}, bot.Unauthorized},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := verify(keyed(test.keys...), body, test.header...); got != test.want {
				t.Errorf("Verify(%q) is of kind %q, want %q", test.header, got, test.want)
			}
		})
	}
}
