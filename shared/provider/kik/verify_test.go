package kik_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/kik"
)

const sampleKey = "hookline-kik-sample-key-01"

// vectors are bodies, in base64, with the signature that sampleKey makes of them.
var vectors = []struct{ name, body, signature string }{
	{
		"one text message", "eyJtZXNzYWdlcyI6W3sidHlwZSI6InRleHQiLCJpZCI6IjZmMWMyZjBlLTliMWQtNGE1MS04YTM5LTBkMmY1ZjdmNWIxMCIs" +
			"ImNoYXRJZCI6ImMtMSIsImZyb20iOiJzYW1wbGUudXNlciIsImJvZHkiOiJwaW5nIiwidGltZXN0YW1wIjoxNDUwMDAwMDAwMDAwfV19",
		"4712D6CBD712BB4A6FA4749D5B64F7217BB7C341",
	},
	{
		"escapes", `eyJtZXNzYWdlcyI6W3sidHlwZSI6InRleHQiLCJpZCI6IjEiLCJmcm9tIjoiYS5iIiwiYm9keSI6ImdyXHUwMGZjXHUwMGRmIn1dfQ==`,
		"4689617BED5C6E6207839285F6F949F77BC14878",
	},
	{
		"raw UTF-8", "eyJtZXNzYWdlcyI6W3sidHlwZSI6InRleHQiLCJpZCI6IjEiLCJmcm9tIjoiYS5iIiwiYm9keSI6Imdyw7zDnyJ9XX0=",
		"ED3BA0278A102BA41DE5A331B8A289BA51DD0A22",
	},
	{"empty list, spaces, final CRLF", "eyAibWVzc2FnZXMiIDogWyBdIH0NCg==", "604469A4B1D1E763C170A6C7066D43ACE632D24D"},
	{"empty body", "", "EC2CA2BF53DC8F97222B6F6FBF4D0C0A2B39E8F8"},
}

func verify(ch bot.Channel, body []byte, header http.Header) bot.ErrorKind {
	return bot.KindOf(kik.New(http.DefaultClient, "").Verify(ch, header, body))
}

func signed(signatures ...string) http.Header { return http.Header{"X-Kik-Signature": signatures} }

func TestVerifyVectors(t *testing.T) {
	ch := withKeys(sampleKey)
	for i, vector := range vectors {
		t.Run(vector.name, func(t *testing.T) {
			body, err := base64.StdEncoding.DecodeString(vector.body)
			if err != nil {
				t.Fatal(err)
			}
			other := vectors[(i+1)%len(vectors)].signature
			for _, test := range []struct {
				name, signature string
				want            bot.ErrorKind
			}{
				{"K1 upper case", vector.signature, ""},
				{"K1 lower case", strings.ToLower(vector.signature), ""},
				{"K1 mixed case", vector.signature[:20] + strings.ToLower(vector.signature[20:]), ""},
				{"K2 of other bytes", other, bot.Unauthorized},
			} {
				if got := verify(ch, body, signed(test.signature)); got != test.want {
					t.Errorf("%s: Verify() is of kind %q, want %q", test.name, got, test.want)
				}
			}
		})
	}
}

func TestVerifyRows(t *testing.T) {
	body := []byte(`{"messages":[]}`)
	right, byEmptyKey := sign(sampleKey, body), sign("", body)
	named := func(names ...string) http.Header {
		h := signed(right)
		h["X-Kik-Username"] = names
		return h
	}
	for _, test := range []struct {
		name   string
		keys   []bot.Secret
		header http.Header
		want   bot.ErrorKind
	}{
		{"K1 the key before, while it is changed", []bot.Secret{"next", sampleKey}, signed(right), ""},
		{"K3 missing", []bot.Secret{sampleKey}, http.Header{}, bot.Unauthorized},
		{"K3 empty", []bot.Secret{sampleKey}, signed(""), bot.Unauthorized},
		{"K3 too short", []bot.Secret{sampleKey}, signed(right[:38]), bot.Unauthorized},
		{"K3 odd number of digits", []bot.Secret{sampleKey}, signed(right[:39]), bot.Unauthorized},
		{"K3 too long", []bot.Secret{sampleKey}, signed(right + "00"), bot.Unauthorized},
		{"K3 not hex", []bot.Secret{sampleKey}, signed(strings.Repeat("z", 40)), bot.Unauthorized},
		{"K3 not hex at the end", []bot.Secret{sampleKey}, signed(right + "z"), bot.Unauthorized},
		{"K3 given twice", []bot.Secret{sampleKey}, signed(right, right), bot.Unauthorized},
		{"K4 no key", nil, signed(right), bot.Unavailable},
		{"K4 empty key, signed with it", []bot.Secret{""}, signed(byEmptyKey), bot.Unavailable},
		{"K4 an empty key beside another, signed with it", []bot.Secret{"", sampleKey}, signed(byEmptyKey), bot.Unauthorized},
		{"names our bot", []bot.Secret{sampleKey}, named("pizzabot"), ""},
		{"names our bot in another case", []bot.Secret{sampleKey}, named("PizzaBot"), ""},
		{"names another bot", []bot.Secret{sampleKey}, named("otherbot"), bot.Unauthorized},
		{"names nobody", []bot.Secret{sampleKey}, named(""), bot.Unauthorized},
		{"names two bots", []bot.Secret{sampleKey}, named("pizzabot", "otherbot"), bot.Unauthorized},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := verify(withKeys(test.keys...), body, test.header); got != test.want {
				t.Errorf("Verify(%v) is of kind %q, want %q", test.header, got, test.want)
			}
		})
	}
}
