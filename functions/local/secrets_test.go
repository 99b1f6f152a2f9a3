package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hookline/shared/secret"
)

// The tokens carry marks that can be looked for. The last one has not even a token's shape.
const (
	postedToken  = "1000001:MARKED-posted-0123456789-abcdefghij"
	polledToken  = "1000002:MARKED-polled-0123456789-abcdefghij"
	refusedToken = "MARKED-refused"
	mark         = "MARKED"
)

// everything is all that a run has shown.
type everything struct {
	*testing.T
	dir  string
	seen output
}

// hookline runs a command and keeps what it prints, whether or not it does what it should.
func (e *everything) hookline(env []string, stdin string, args ...string) string {
	e.Helper()
	cmd := exec.Command("hookline", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = e.dir, env, strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		e.Fatal(err)
	}
	fmt.Fprintf(&e.seen, "\n$ hookline %v\n%s", args, out)
	return string(out)
}

// ask makes an HTTP call and keeps the answer.
func (e *everything) ask(method, url, token, body string) {
	e.Helper()
	req, err := http.NewRequestWithContext(e.Context(), method, url, strings.NewReader(body))
	if err != nil {
		e.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		e.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		e.Fatal(err)
	}
	fmt.Fprintf(&e.seen, "\n%s %s\n%s\n", method, url, text)
}

// until runs what keeps output until the output has a text.
func (e *everything) until(text string, run func() string) {
	e.Helper()
	for deadline := time.Now().Add(startTime); time.Now().Before(deadline); {
		if strings.Contains(run(), text) {
			return
		}
	}
	e.Fatalf("never saw %q in: %s", text, e.seen.String())
}

func (e *everything) file(name, text string) string {
	e.Helper()
	path := filepath.Join(e.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		e.Fatal(err)
	}
	return path
}

func (e *everything) adminToken(dir string) string {
	e.Helper()
	token, err := os.ReadFile(filepath.Join(dir, "admin-token"))
	if err != nil {
		e.Fatal(err)
	}
	return strings.TrimSpace(string(token))
}

// places are everything that was seen, and every file of the directories but those that hold secrets on purpose.
func (e *everything) places(dirs ...string) map[string][]byte {
	e.Helper()
	places := map[string][]byte{"output": []byte(e.seen.String())}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == "admin-token" || d.Name() == "master-key" {
				return err
			}
			places[path], err = os.ReadFile(path)
			return err
		})
		if err != nil {
			e.Fatal(err)
		}
	}
	return places
}

func TestB18SecretsAreNeverShown(t *testing.T) {
	e := &everything{T: t, dir: t.TempDir()}
	posted, polled := filepath.Join(e.dir, "posted"), filepath.Join(e.dir, "polled")
	pizza, err := filepath.Abs("examples/pizza.yaml")
	if err != nil {
		t.Fatal(err)
	}
	env := environment("TELEGRAM_TOKEN="+postedToken, "HOOKLINE_DATA="+posted)
	net, err := startServer(e.dir, env, "--data", posted, "--simulate", "--bot", pizza)
	if err != nil {
		t.Fatal(err)
	}
	defer net.cmd.Process.Kill()
	env = append(env, "HOOKLINE_SERVER="+net.url)
	channel := e.useEverything(net, env, pizza)
	e.breakNetwork(net, env)
	e.poll(net, polled)
	if _, err := net.stop(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	fmt.Fprint(&e.seen, net.stdout, net.stderr)

	secrets := map[string]string{"a bot's token": mark}
	for _, dir := range []string{posted, polled} {
		secrets["the admin token of "+filepath.Base(dir)] = e.adminToken(dir)
	}
	keys, err := secret.OpenFile(filepath.Join(posted, "master-key"))
	if err != nil {
		t.Fatal(err)
	}
	for i, webhookSecret := range append(keys.WebhookSecrets(channel, 1), keys.WebhookSecrets(channel, 2)...) {
		secrets[fmt.Sprint("webhook secret ", i+1)] = webhookSecret.Reveal()
	}
	places := e.places(posted, polled)
	if !strings.Contains(string(places["output"]), "Welcome to Pizzeria Hookline") || !kept(places, "hello") {
		t.Errorf("the search misses what was shown or kept, in %d places", len(places))
	}
	for place, text := range places {
		for name, value := range secrets {
			if at := bytes.Index(text, []byte(value)); at >= 0 {
				t.Errorf("%s shows %s: %q", place, name, text[max(0, at-200):min(len(text), at+50)])
			}
		}
	}
}

// kept tells whether a file of the database has a text.
func kept(places map[string][]byte, text string) bool {
	for place, content := range places {
		if strings.Contains(place, "hookline.db") && bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

// useEverything uses what there is on a server and gives the id of its bot's channel.
func (e *everything) useEverything(net *process, env []string, pizza string) (channel string) {
	e.Helper()
	wrong := e.file("wrong.yaml", "bot: wrong\nchannels:\n  telegram: {token: {valeu: "+postedToken+"}}\n  fax: {token: "+postedToken+"}\n")
	literal := e.file("literal.yaml", "bot: literal\nchannels: {telegram: {token: '"+polledToken+"'}}\nhandlers: [{name: all, response: {text: hi}}]\n")
	e.hookline(env, "", "check", wrong, pizza)
	e.hookline(env, "", "apply", wrong)
	e.hookline(env, "", "apply", literal)
	e.hookline(env, "", "apply", "--dry-run", pizza)
	answer := e.hookline(env, "", "apply", "-o", "json", pizza)
	var applied struct {
		Bots []struct{ Channels []struct{ ID string } }
	}
	if err := json.Unmarshal([]byte(answer), &applied); err != nil {
		e.Fatalf("apply -o json = %s: %v", answer, err)
	}
	e.hookline(env, "hi\n1\n", "chat", "pizza")
	for _, output := range []string{"text", "json", "yaml"} {
		e.hookline(env, "", "turns", "pizza", "-o", output)
	}
	e.hookline(env, "", "disconnect", "pizza")
	e.hookline(env, "", "connect", "pizza", "--rotate", "--take-over")
	e.hookline(env, "", "redrive", "pizza", "none")
	token := e.adminToken(filepath.Join(e.dir, "posted"))
	for _, path := range []string{"/v1/bots", "/v1/bots/pizza", "/v1/bots/literal", "/healthz"} {
		e.ask("GET", net.url+path, token, "")
	}
	e.ask("POST", net.url+"/telegram/"+applied.Bots[0].Channels[0].ID, "", `{"update_id":1}`)
	return applied.Bots[0].Channels[0].ID
}

// breakNetwork lets sends fail in every way that shows an address in an error.
func (e *everything) breakNetwork(net *process, env []string) {
	e.Helper()
	for i, fault := range []string{"too_many_requests", "server_error", "bad_gateway_after", "reset_before", "reset_after", "hang_before"} {
		e.ask("PUT", net.url+"/simulate/telegram/faults", "", fmt.Sprintf(`{"rates":{%q:1},"hang_seconds":0.1}`, fault))
		chat := fmt.Sprint(100 + i)
		e.ask("POST", net.url+"/simulate/telegram/chat/sim_1000001_bot/"+chat+"/say", "", `{"text":"hello"}`)
		e.until("handed_back", func() string { return e.hookline(env, "", "turns", "pizza", "--chat", chat) })
		e.hookline(env, "", "connect", "pizza")
	}
	e.ask("PUT", net.url+"/simulate/telegram/faults", "", `{}`)
}

// poll runs a server that fetches events from the network of the other: with a token that is refused, then with a good
// one, until the network is gone.
func (e *everything) poll(net *process, data string) {
	e.Helper()
	mirror, err := filepath.Abs("examples/mirror.yaml")
	if err != nil {
		e.Fatal(err)
	}
	base := environment("HOOKLINE_TELEGRAM_URL=" + net.url + "/simulate/telegram")
	_, err = startServer(e.dir, append(base, "TELEGRAM_TOKEN="+refusedToken), "--data", data, "--bot", mirror)
	if err == nil {
		e.Fatal("a server starts with a token that is refused")
	}
	fmt.Fprintln(&e.seen, err)
	// The bot of the literal token has a webhook on this network, so it may not be polled before that is gone.
	token := strings.Replace(polledToken, "1000002", "1000003", 1)
	p, err := startServer(e.dir, append(base, "TELEGRAM_TOKEN="+token), "--data", data, "--bot", mirror)
	if err != nil {
		e.Fatal(err)
	}
	defer p.cmd.Process.Kill()
	e.ask("PUT", net.url+"/simulate/telegram/faults", "", `{"rates":{"reset_before":1}}`)
	// What is said ends a fetch that has begun already; the next one fails.
	e.ask("POST", net.url+"/simulate/telegram/chat/sim_1000003_bot/9/say", "", `{"text":"hello"}`)
	e.until("error", p.stderr.String)
	if _, err := p.stop(syscall.SIGTERM); err != nil {
		e.Error(err)
	}
	fmt.Fprint(&e.seen, p.stdout, p.stderr)
}
