package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"
	"strings"
)

// platform is a chat network as tests of the whole program play it, with the one bot there that they talk with.
type platform struct {
	name    string
	channel string // the bot's, in its file
	env     []string
	user    string // what users address the bot by
	send    string // the call that sends a message, as faults know it
	// header carries what shows a call to be genuine: prove makes it of the secret that the network and the bot share. An
	// empty secret is one that the network was told, which only a call of its own shows.
	header, secret string
	prove          func(secret string, body []byte) string
}

// onTelegram is where tests are that are about no network in particular.
var onTelegram = platform{
	name: "telegram", channel: `{token: "${TELEGRAM_TOKEN}"}`, env: []string{"TELEGRAM_TOKEN=" + botToken}, user: botUser,
	send: "sendMessage", header: "X-Telegram-Bot-Api-Secret-Token",
	prove: func(secret string, _ []byte) string { return secret },
}

const (
	kikKey   = "0f8fad5b-d9cb-469f-a165-70867728950e"
	pyrusKey = "simulated-security-key"
	// appSecret is that of app 7 on the simulated Messenger, to which the token belongs.
	appSecret = "simulated-secret-of-7"
	pageToken = "EAA7P100Sx"
)

// platforms are all networks.
var platforms = []platform{
	{
		name: "kik", channel: `{username: counterbot, api_key: "${KIK_KEY}"}`, env: []string{"KIK_KEY=" + kikKey}, user: "counterbot",
		send: "message", header: "X-Kik-Signature", secret: kikKey, prove: signed(sha1.New, "%X"),
	},
	{
		name: "messenger", channel: `{page_token: "${PAGE_TOKEN}", app_secret: "${APP_SECRET}", app_id: "7"}`,
		env: []string{"PAGE_TOKEN=" + pageToken, "APP_SECRET=" + appSecret}, user: "100",
		send: "messages", header: "X-Hub-Signature-256", secret: appSecret, prove: signed(sha256.New, "sha256=%x"),
	},
	{
		name: "pyrus", channel: `{login: bot@counter, security_key: "${PYRUS_KEY}"}`, env: []string{"PYRUS_KEY=" + pyrusKey}, user: "bot@counter",
		send: "comment", header: "X-Pyrus-Sig", secret: pyrusKey, prove: signed(sha1.New, "%X"),
	},
	onTelegram,
}

func signed(algorithm func() hash.Hash, form string) func(string, []byte) string {
	return func(secret string, body []byte) string {
		mac := hmac.New(algorithm, []byte(secret))
		mac.Write(body)
		return fmt.Sprintf(form, mac.Sum(nil))
	}
}

// simulation gives how the network is made and reached.
func (p platform) simulation() simulation {
	return simulations[slices.IndexFunc(simulations, func(s simulation) bool { return s.name == p.name })]
}

// environment gives what leads the server to the network at url, and its credentials there.
func (p platform) environment(url string) []string {
	env := slices.Clone(p.env)
	for name, path := range p.simulation().environment {
		env = append(env, name+"="+url+path)
	}
	return env
}

// file is a bot file for Telegram as it is for this network.
func (p platform) file(text string) string {
	return strings.ReplaceAll(text, "{telegram: "+onTelegram.channel+"}", "{"+p.name+": "+p.channel+"}")
}
