package lambda_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"hookline/shared/simulate/countertest"
)

// The events beside the template, for `sam local invoke --event`, are answered as they would be in a stack that knows
// nothing of their bot: the call by 404, the job by dropping it, as nobody could see its dead letter. The message that is
// no job comes again.
func TestCapturedEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	var answer events.APIGatewayV2HTTPResponse
	invoke(t, w.webhook.Invoke, "telegram", &answer)
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("telegram.json is answered %d, want 404", answer.StatusCode)
	}
	var batch events.SQSEventResponse
	invoke(t, w.processor.Invoke, "processor", &batch)
	want := []events.SQSBatchItemFailure{{ItemIdentifier: "2e1424d4-f796-459a-8184-9c92662be6da"}}
	if diff := cmp.Diff(want, batch.BatchItemFailures); diff != "" {
		t.Errorf("failures of processor.json (-want +got):\n%s", diff)
	}
	if letters, err := w.store.DeadLetters(t.Context(), "b", "", 0); err != nil || len(letters) != 0 {
		t.Errorf("dead letters = %d, %v, want none of a bot that is not there", len(letters), err)
	}
}

// invoke gives a function an event of infra/events.
func invoke(t *testing.T, function func(context.Context, []byte) ([]byte, error), name string, answer any) {
	t.Helper()
	event, err := os.ReadFile("../events/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := function(t.Context(), event)
	if err == nil {
		err = json.Unmarshal(got, answer)
	}
	if err != nil {
		t.Fatalf("%s.json is answered %s, %v", name, got, err)
	}
}
