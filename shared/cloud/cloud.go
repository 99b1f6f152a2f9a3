// Package cloud opens what a Lambda function uses of AWS: the table, the queues and the master secret that environment
// variables name.
package cloud

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/queue/sqsqueue"
	"hookline/shared/secret"
	"hookline/shared/store"
	"hookline/shared/store/dynamotable"
)

// The environment variables that are read.
const (
	EnvTable            = "HOOKLINE_TABLE"             // name of the DynamoDB table
	EnvQueueURL         = "HOOKLINE_QUEUE_URL"         // URL of the SQS FIFO queue of conversations
	EnvNotificationsURL = "HOOKLINE_NOTIFICATIONS_URL" // URL of the SQS FIFO queue of notifications
	EnvSecret           = "HOOKLINE_SECRET"            // name or ARN of the Secrets Manager secret: at least 43 random characters
	EnvPublicURL        = "HOOKLINE_PUBLIC_URL"        // where networks call us; may be empty
	EnvAllowHosts       = "HOOKLINE_ALLOW_HOSTS"       // host[:port],… that requests of handlers may reach wherever they are; may be empty
	EnvRequests         = "HOOKLINE_REQUESTS"          // requests a minute of a bot's handlers; may be empty, or 0: the default
	EnvSends            = "HOOKLINE_SENDS"             // messages a second of a channel; may be empty, or 0: the default
)

// Cloud is what functions are put together of. It is opened once a process, before the first call.
type Cloud struct {
	Table *dynamotable.Table
	// Queue takes what belongs to conversations, Notifications what comes of calls to hooks.
	Queue, Notifications *sqsqueue.Sender
	Keys                 *secret.Keys
	// PublicURL is empty where only the gateway knows it: a function's environment cannot name the API that calls the
	// function.
	PublicURL string
	// AllowedHosts are those of EnvAllowHosts.
	AllowedHosts []string
	// Requests and Sends are those of EnvRequests and EnvSends.
	Requests, Sends int

	sqs      *sqs.Client
	queueURL string
}

// Open makes the clients, reads the secret and opens connections, side by side. The region and credentials are those
// that Lambda sets, the endpoints the region's own, or AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_SERVICE. A variable that is
// missing or no number, and a secret that is no good, are kind invalid; AWS out of reach is unavailable.
func Open(ctx context.Context, getenv environment) (*Cloud, error) {
	for _, name := range []string{
		EnvTable, EnvQueueURL, EnvNotificationsURL, EnvSecret, awsRegion, awsKeyID, awsSecretKey,
	} {
		if getenv(name) == "" {
			return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("the environment variable %s is missing", name))
		}
	}
	requests, errRequests := getenv.count(EnvRequests)
	sends, errSends := getenv.count(EnvSends)
	if err := cmp.Or(errRequests, errSends); err != nil {
		return nil, err
	}
	client := httpClient()
	cfg := getenv.config(client)
	tables := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.BaseEndpoint = getenv.endpoint("DYNAMODB") })
	secrets := secretsmanager.NewFromConfig(cfg, func(o *secretsmanager.Options) {
		o.BaseEndpoint = getenv.endpoint("SECRETS_MANAGER")
	})
	c := &Cloud{
		Table:     dynamotable.New(tables, getenv(EnvTable), time.Now),
		PublicURL: getenv(EnvPublicURL), AllowedHosts: strings.Split(getenv(EnvAllowHosts), ","),
		Requests: requests, Sends: sends,
		sqs:      sqs.NewFromConfig(cfg, func(o *sqs.Options) { o.BaseEndpoint = getenv.endpoint("SQS") }),
		queueURL: getenv(EnvQueueURL),
	}
	c.Queue, c.Notifications = sqsqueue.New(c.sqs, c.queueURL), sqsqueue.New(c.sqs, getenv(EnvNotificationsURL))

	var err error
	var opening sync.WaitGroup
	opening.Go(func() { c.Keys, err = readKeys(ctx, secrets, getenv(EnvSecret)) })
	opening.Go(func() { c.connectTable(ctx) })
	opening.Go(func() { c.connectQueue(ctx, client) })
	opening.Wait()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Consumer gives the Lambda handler of both queues' batches.
func (c *Cloud) Consumer(handle queue.Handler) *sqsqueue.Consumer {
	return sqsqueue.NewConsumer(c.sqs, c.queueURL, handle)
}

// How long a connection may take, and an answer to begin. A request that takes longer is sent again.
const (
	handshakeTime = 2 * time.Second
	answerTime    = 5 * time.Second
	// connections is how many are kept to one service: as many as there are jobs in a batch.
	connections = 10
)

func httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = connections
		t.TLSHandshakeTimeout = handshakeTime
		t.ResponseHeaderTimeout = answerTime
	})
}

// connectTable opens a connection by reading an item that does not exist. Failing costs no more than its time: the first
// call that needs the table tells.
func (c *Cloud) connectTable(ctx context.Context) {
	_, _ = c.Table.Get(ctx, store.Key{PK: "CONNECT", SK: "-"})
}

// connectQueue opens a connection without a right to anything: whatever SQS answers at its root.
func (c *Cloud) connectQueue(ctx context.Context, client aws.HTTPClient) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.queueURL, nil)
	if err != nil {
		return
	}
	request.URL.Path = "/"
	if answer, err := client.Do(request); err == nil {
		_, _ = io.CopyN(io.Discard, answer.Body, 64<<10) // a body that was not read costs the connection
		_ = answer.Body.Close()
	}
}
