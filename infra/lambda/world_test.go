package lambda_test

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"hookline/infra/emulators"
	"hookline/infra/lambda"
	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/provider/catalog"
	"hookline/shared/provider/telegram"
	"hookline/shared/secret"
	"hookline/shared/simulate/countertest"
	simulated "hookline/shared/simulate/telegram"
	"hookline/shared/store"
	"hookline/shared/store/dynamotable"
)

const (
	botToken = "1234567890:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	botUser  = "sim_1234567890_bot" // as the simulated network names the bot of that token
	// patience bounds every wait for something that must happen.
	patience = time.Minute
	// instances is how many processes a function has at most.
	instances = 4
)

// world is the functions behind their gateway and their mapping, on emulators of AWS, a published bot, and a simulated
// network outside of it.
type world struct {
	*testing.T
	network *simulated.Telegram
	api     string // the network's address
	amazon  *amazon
	sqs     *sqs.Client
	store   *store.Store
	table   string
	env     []string
	channel bot.Channel

	queue         string // URL at the emulator, as that of the queue of notifications
	notifications string
	gateway       string // URL
	webhook       *lambda.Function
	processor     *lambda.Function
	logged        atomic.Int64 // bytes that instances which have ended wrote

	mu      sync.Mutex
	batches []batch
}

// newWorld publishes a bot file, whose Telegram channel is connected to the gateway. Nothing takes jobs from the queue yet.
func newWorld(t *testing.T, file string) *world {
	dynamoConfig, sqsConfig := emulators.DynamoDB(t), emulators.SQS(t)
	w := &world{
		T: t, network: simulated.New(), sqs: sqs.NewFromConfig(sqsConfig),
		amazon: newAmazon(t, *dynamoConfig.BaseEndpoint, *sqsConfig.BaseEndpoint),
	}
	w.network.MaxMessages = 1 << 20
	w.network.Log = slog.New(slog.DiscardHandler)
	w.network.RetryDelay = func(int) time.Duration { return 20 * time.Millisecond }
	api := httptest.NewServer(w.network)
	w.api = api.URL
	t.Cleanup(api.Close)
	t.Cleanup(w.network.Close)
	client := dynamodb.NewFromConfig(dynamoConfig)
	w.table = emulators.CreateTable(t, client)
	w.store = store.New(dynamotable.New(client, w.table, time.Now), masterKeys(t), time.Now)
	w.publish(file)

	credentials, err := dynamoConfig.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.env = []string{
		"AWS_REGION=" + dynamoConfig.Region, "AWS_ENDPOINT_URL=" + w.amazon.url,
		"AWS_ACCESS_KEY_ID=" + credentials.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + credentials.SecretAccessKey,
		"HOOKLINE_TABLE=" + w.table, "HOOKLINE_SECRET=" + secretName, "HOOKLINE_TELEGRAM_URL=" + api.URL,
	}
	w.openQueue(90 * time.Second)
	w.connect()
	return w
}

// masterKeys makes keys of the secret without the functions' own code: whoever changes that loses all that is sealed.
func masterKeys(t *testing.T) *secret.Keys {
	t.Helper()
	master, err := hkdf.Key(sha256.New, []byte(secretText), nil, "hookline master key", 32)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.New(master)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func (w *world) publish(file string) {
	w.Helper()
	networks := catalog.New(http.DefaultClient, func(string) string { return "" })
	def, problems := botfile.Checker{Providers: networks}.Read("bot.yaml", []byte(file))
	if botfile.HasErrors(problems) {
		w.Fatalf("Read() = %v", problems)
	}
	def.Channels["telegram"].Credentials["token"][0].Value = botToken
	published, err := w.store.Publish(w.Context(), "admin", def)
	if err != nil {
		w.Fatalf("Publish() = %v", err)
	}
	w.channel = published.Channels[0]
}

// openQueue makes a queue, whose taken messages are kept from others for a time, and functions that use it.
func (w *world) openQueue(visibility time.Duration) {
	w.Helper()
	w.queue, w.notifications = emulators.CreateQueue(w, w.sqs), emulators.CreateQueue(w, w.sqs)
	_, err := w.sqs.SetQueueAttributes(w.Context(), &sqs.SetQueueAttributesInput{
		QueueUrl: &w.queue, Attributes: map[string]string{"VisibilityTimeout": fmt.Sprint(int(visibility.Seconds()))},
	})
	if err != nil {
		w.Fatalf("SetQueueAttributes() = %v", err)
	}
	env := slices.Clone(w.env)
	for variable, queue := range map[string]string{"HOOKLINE_QUEUE_URL": w.queue, "HOOKLINE_NOTIFICATIONS_URL": w.notifications} {
		u, err := url.Parse(queue)
		if err != nil {
			w.Fatal(err)
		}
		env = append(env, variable+"="+w.amazon.url+u.Path)
	}
	w.webhook, w.processor = w.function("telegram", env), w.function("processor", env)
	messenger, hook, api := w.function("messenger", env), w.function("hook", env), w.function("api", env)
	gateway := lambda.NewGateway()
	for route, f := range map[string]*lambda.Function{
		"POST /telegram/{id}": w.webhook, "POST /kik/{id}": w.function("kik", env), "POST /pyrus/{id}": w.function("pyrus", env),
		"POST /messenger/{id}": messenger, "GET /messenger/{id}": messenger,
		"POST /hook/{hook}": hook, "GET /hook/{hook}/calls/{call}": hook,
		"PUT /v1/{proxy...}": api, "GET /v1/{proxy...}": api, "POST /v1/{proxy...}": api,
	} {
		gateway.Route(route, f.Invoke)
	}
	server := httptest.NewServer(gateway)
	w.Cleanup(server.Close)
	w.gateway = server.URL
}

// function gives a built function, whose log must not tell of a panic.
func (w *world) function(name string, env []string) *lambda.Function {
	f := lambda.New(program(w.T, name), env, instances)
	f.OnEnd = func(log string) {
		w.logged.Add(int64(len(log)))
		if strings.Contains(log, "panic") {
			w.Errorf("the log of %s tells of a panic:\n%s", name, log)
		}
	}
	w.Cleanup(f.Close)
	return f
}

// connect has the network post to the gateway as it is now.
func (w *world) connect() {
	w.Helper()
	network := telegram.New(http.DefaultClient, w.api)
	if _, err := network.Connect(w.Context(), w.channel, w.address(), true); err != nil {
		w.Fatalf("Connect() = %v", err)
	}
}

// address is where the channel's calls go.
func (w *world) address() string { return w.gateway + "/telegram/" + w.channel.ID }

// until waits for what must come true.
func (w *world) until(what string, true func() bool) {
	w.Helper()
	for deadline := time.Now().Add(patience); !true(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("after %s it is not so that %s", patience, what)
		}
	}
}

// waiting gives how many messages are on the queue, taken or not.
func (w *world) waiting() int {
	w.Helper()
	answer, err := w.sqs.GetQueueAttributes(w.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &w.queue, AttributeNames: []sqsAttribute{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"},
	})
	if err != nil {
		w.Fatalf("GetQueueAttributes() = %v", err)
	}
	sum := 0
	for _, text := range answer.Attributes {
		n := 0
		_, _ = fmt.Sscan(text, &n)
		sum += n
	}
	return sum
}

// turns gives the records of all turns, of which there must be n in the end.
func (w *world) turns(n int) []bot.Turn {
	w.Helper()
	var turns []bot.Turn
	// Records are written when the batch has been tried, after the replies that they tell of have been sent.
	w.until(fmt.Sprintf("%d turns are on record", n), func() bool {
		turns = nil
		for turn, err := range w.store.Turns(context.WithoutCancel(w.Context()), store.TurnQuery{Bot: w.channel.Bot}) {
			if err != nil {
				w.Fatalf("Turns() = %v", err)
			}
			turns = append(turns, turn)
		}
		return len(turns) >= n
	})
	if len(turns) != n {
		w.Errorf("%d turns are on record, want %d", len(turns), n)
	}
	return turns
}

// chats gives n users of the bot who have said nothing yet.
func (w *world) chats(n int) []*countertest.Chat {
	w.Helper()
	return countertest.Open(w.T, w.network, botUser, n)
}
