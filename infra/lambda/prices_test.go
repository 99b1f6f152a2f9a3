package lambda_test

// Prices are list prices of us-east-1 in US dollars, without free tiers and discounts, as of November 2025:
// aws.amazon.com/lambda/pricing (Arm), /api-gateway/pricing (HTTP API), /sqs/pricing (FIFO), /dynamodb/pricing/on-demand
// (standard table class), /cloudwatch/pricing (logs, standard class). What is stored is left out: it costs by the month.
const (
	million = 1e6

	priceCall       = 1.00 / million // of an HTTP API, first 300 million a month
	priceInvocation = 0.20 / million
	priceGBSecond   = 0.0000133334
	priceSQS        = 0.50 / million  // a request of up to 64 KB, first 100 billion a month
	priceRead       = 0.125 / million // a read request unit: 4 KB, strongly consistent
	priceWrite      = 0.625 / million // a write request unit: 1 KB
	priceLogGB      = 0.50            // taken in
)

// What the bill is reckoned with where this machine cannot tell it.
const (
	memoryGB = 0.5 // of each function
	// A warm webhook waits for one request to SQS; a batch waits for the table twice and for the network, side by side for
	// all its chats.
	webhookSeconds = 0.012
	batchSeconds   = 0.150
	// What Lambda itself logs of an invocation (start and report, as JSON), and the HTTP API of a call.
	platformLogBytes = 900
	accessLogBytes   = 350
)

// usage is what a number of messages took.
type usage struct {
	messages, batches float64
	requests          map[string]float64 // of functions to AWS, by operation
	units             map[string]float64 // capacity of the table, by operation
	logBytes          float64            // of functions
}

// turnRecords is the operation that only records of turns are written by.
const turnRecords = "BatchWriteItem"

// list gives the requests of all kinds to AWS that a message makes. Lambda takes a batch from the queue with one request
// and deletes what is done with another.
func (u usage) list(turns bool) (names []string, perMessage map[string]float64) {
	perMessage = map[string]float64{
		"HTTP API call": 1, "webhook invocation": 1, "processor invocation": u.batches / u.messages,
		"ReceiveMessage": u.batches / u.messages, "DeleteMessageBatch": u.batches / u.messages,
	}
	names = []string{"HTTP API call", "webhook invocation", "SendMessage", "ReceiveMessage", "processor invocation"}
	for _, operation := range []string{"SendMessage", "BatchGetItem", "PutItem", turnRecords, "ChangeMessageVisibilityBatch"} {
		if turns || operation != turnRecords {
			perMessage[operation] = u.requests[operation] / u.messages
		}
	}
	return append(names, "BatchGetItem", "PutItem", turnRecords, "DeleteMessageBatch"), perMessage
}

// dollars is what a message costs.
func (u usage) dollars(turns, logs bool) float64 {
	_, n := u.list(turns)
	sum := n["HTTP API call"]*priceCall + (n["webhook invocation"]+n["processor invocation"])*priceInvocation +
		(n["SendMessage"]+n["ReceiveMessage"]+n["DeleteMessageBatch"]+n["ChangeMessageVisibilityBatch"])*priceSQS +
		(webhookSeconds+n["processor invocation"]*batchSeconds)*memoryGB*priceGBSecond
	for operation, units := range u.units {
		switch {
		case operation == "BatchGetItem" || operation == "GetItem" || operation == "Query":
			sum += units / u.messages * priceRead
		case turns || operation != turnRecords:
			sum += units / u.messages * priceWrite
		}
	}
	if logs {
		bytes := u.logBytes/u.messages + accessLogBytes + (1+n["processor invocation"])*platformLogBytes
		sum += bytes / 1e9 * priceLogGB
	}
	return sum
}
