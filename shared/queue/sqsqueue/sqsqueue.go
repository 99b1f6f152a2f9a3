// Package sqsqueue is a queue on SQS FIFO: a Sender for whoever accepts jobs, and a Consumer that Lambda calls with
// batches. A queue needs its size limit at SQS's own default of 1 MiB, deduplication and throughput by group, and a
// visibility timeout of queue.Visibility.
package sqsqueue

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

// Message attributes that show people what the hashed ids stand for. Nothing reads them.
const (
	attrGroup  = "group"
	attrDedupe = "dedupe"
)

// message is a job as SQS takes it.
type message struct {
	body, group, dedupe              string
	readableGroup, readableDedupeKey string
	trace                            string
}

// size is what counts against SQS's limits: the body, and names, types and values of attributes.
func (m message) size() int {
	const attributes = len(attrGroup) + len("String") + len(attrDedupe) + len("String")
	return len(m.body) + attributes + len(m.readableGroup) + len(m.readableDedupeKey)
}

func encode(job bot.Job) (message, error) {
	body, err := queue.Encode(job)
	if err != nil {
		return message{}, err
	}
	group, dedupe := job.Group(), job.DedupeKey()
	return message{
		body: escape(body), group: queue.ID(group), dedupe: queue.ID(dedupe),
		readableGroup: readable(group), readableDedupeKey: readable(dedupe), trace: job.Trace,
	}, nil
}

func decode(body string) (job bot.Job, err error) {
	err = json.Unmarshal([]byte(body), &job)
	return job, err
}

// escape writes what SQS refuses in a message, and JSON allows, so that SQS takes it. That is two characters of Unicode
// that are none, U+FFFE and U+FFFF, and bytes that are no UTF-8, which encoding/json lets pass in raw JSON.
// See the SendMessage page of the SQS API reference.
func escape(body []byte) string {
	body = bytes.ToValidUTF8(body, []byte("\ufffd"))
	return noncharacters.Replace(string(body))
}

var noncharacters = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

// readable replaces in a key what SQS refuses.
func readable(key string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff' {
			return utf8.RuneError
		}
		return r
	}, key)
}
