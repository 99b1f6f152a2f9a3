package infra_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// resource is a resource of the template that SAM makes of template.yaml.
type resource struct {
	Type                string
	DeletionPolicy      string
	UpdateReplacePolicy string
	Properties          map[string]any
}

// stack is that template, by name of the resource.
type stack map[string]resource

// at follows a path of names into a resource's properties; nil where it ends.
func (r resource) at(path ...string) any {
	var value any = r.Properties
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// asJSON writes a value as JSON, so that it can be compared.
func asJSON(value any) string {
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

// translate has SAM's own translator make stacks of templates. A template that it refuses gives the refusal.
func translate(t *testing.T, templates ...string) []stack {
	t.Helper()
	python := filepath.Join("..", "build", "translator", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no SAM translator: run make translator")
		}
		t.Skip("no SAM translator: run make translator")
	}
	args := []string{"translate.py"}
	for i, template := range templates {
		path := filepath.Join(t.TempDir(), fmt.Sprint(i, ".yaml"))
		if err := os.WriteFile(path, []byte(template), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	command := exec.CommandContext(t.Context(), python, args...)
	command.Env = append(os.Environ(), "AWS_DEFAULT_REGION=eu-central-1", "PYTHONDONTWRITEBYTECODE=1")
	var complaint strings.Builder
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command.Args, err, complaint.String())
	}
	var made []struct{ Resources stack }
	if err := json.Unmarshal(out, &made); err != nil {
		t.Fatalf("SAM refuses the template: %v\n%s", err, out)
	}
	stacks := make([]stack, len(made))
	for i := range made {
		stacks[i] = made[i].Resources
	}
	return stacks
}

func source(t *testing.T) string {
	t.Helper()
	template, err := fs.ReadFile(repository, "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(template)
}

func TestTemplate(t *testing.T) {
	for _, complaint := range checkStack(translate(t, source(t))[0]) {
		t.Error(complaint)
	}
}

// TestTemplateCanFail breaks the template in the ways that would be found only in AWS.
func TestTemplateCanFail(t *testing.T) {
	breaks := []struct{ name, old, new, want string }{
		{"a missing permission", "dynamodb:BatchGetItem, ", "", "ApiFunction may not call dynamodb:BatchGetItem"},
		{"a permission too many", "Action: dynamodb:GetItem", "Action: [dynamodb:GetItem, dynamodb:Scan]", "TelegramFunction needs no dynamodb:Scan"},
		{"a permission for everything", "Action: sqs:SendMessage, Resource: !GetAtt Conversations.Arn", `Action: sqs:SendMessage, Resource: "*"`, "TelegramFunction: a statement is for *"},
		{"a transaction's check", ",\n                dynamodb:ConditionCheckItem]", "]", "ApiFunction may not call dynamodb:ConditionCheckItem"},
		{"a policy for all queues", "      Description: Consumes", "      Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Conversations.Arn}}}\n      Description: Consumes", "ProcessorFunction has the policy AWSLambdaSQSQueueExecutionRole"},
		{"a mapping to another function", "FunctionName: !Ref ProcessorFunction\n", "FunctionName: !Ref ApiFunction\n", `ConversationsMapping: FunctionName is {"Ref":"ApiFunction"}, want {"Ref":"ProcessorFunction"}`},
		{"a variable", "HOOKLINE_SECRET: ", "HOOKLINE_SECRETS: ", "TelegramFunction: HOOKLINE_SECRET is not set"},
		{"partial batch answers", "FunctionResponseTypes: [ReportBatchItemFailures]\n      ScalingConfig: {MaximumConcurrency: !Ref", "ScalingConfig: {MaximumConcurrency: !Ref", "ConversationsMapping: FunctionResponseTypes is null, want [\"ReportBatchItemFailures\"]"},
		{"the concurrency of a mapping", "ScalingConfig: {MaximumConcurrency: 2}", "Enabled: true", "NotificationsMapping: ScalingConfig.MaximumConcurrency is not set"},
		{"visibility", "VisibilityTimeout: 90", "VisibilityTimeout: 30", "Conversations: VisibilityTimeout is 30, want 90"},
		{"high throughput", "FifoThroughputLimit: perMessageGroupId", "FifoThroughputLimit: perQueue", `Conversations: FifoThroughputLimit is "perQueue", want "perMessageGroupId"`},
		{"a function's time", "Timeout: 30", "Timeout: 20", "ProcessorFunction: Timeout is 20, want 30"},
		{"a hook's queue", "        HOOKLINE_NOTIFICATIONS_URL: !Ref Notifications\n", "", "HookFunction: HOOKLINE_NOTIFICATIONS_URL is not set"},
		{"a hook's rights", "dynamodb:PutItem, dynamodb:Query], Resource", "dynamodb:Query], Resource", "HookFunction may not call dynamodb:PutItem"},
		{"a chain of jobs", "RecursiveLoop: Allow", "ReservedConcurrentExecutions: 5", `ProcessorFunction: RecursiveLoop is null, want "Allow"`},
		{"a report without its throttle", `"GET /hook/{hook}/calls/{call}": {`, `"POST /telegram/{channels}": {`, "GET /hook/{hook}/calls/{call} has no throttle of its own"},
		{"a route", `Path: "/telegram/{channel}"`, `Path: "/telegrams/{channel}"`, "nothing answers post /telegram/{channel}"},
		{"a throttle for no route", `"POST /telegram/{channel}": &`, `"POST /telegram/{id}": &`, "a throttle is for POST /telegram/{id}, which is no route"},
		{"a route without its throttle", `"POST /telegram/{channel}": &`, `"GET /healthz": &`, "POST /telegram/{channel} has no throttle of its own"},
		{"a function", "TelegramFunction:\n    Type", "TelegramsFunction:\n    Type", "functions/telegram has no resource TelegramFunction"},
		{"expiry of items", "AttributeName: expires_at", "AttributeName: expires", `Table: TimeToLiveSpecification.AttributeName is "expires", want "expires_at"`},
		{"a table that goes with its stack", "  Table:\n    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain", "  Table:\n    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Delete", "Table: it is not retained"},
		{"a log without end", "  TelegramLog:\n    Type: AWS::Logs::LogGroup\n    Metadata: *logEncryption\n    Properties:\n      RetentionInDays: !Ref LogRetentionDays", "  TelegramLog:\n    Type: AWS::Logs::LogGroup\n    Metadata: *logEncryption", "TelegramLog: RetentionInDays is not set"},
		{"an alarm that nobody knows", "OldestJobAlarm:", "AgeAlarm:", "AgeAlarm has no line in infra/README.md"},
		{"an alarm that tells nobody", "AlarmActions: [!If [HasEmail, !Ref Alarms, !Ref \"AWS::NoValue\"]]", "AlarmActions: []", `DeadConversationsAlarm: AlarmActions is [], want [{"Fn::If":["HasEmail",{"Ref":"Alarms"},{"Ref":"AWS::NoValue"}]}]`},
		{"a function without its alarm", "  KikErrorsAlarm:", "  KiksErrorsAlarm:", "KikFunction has no KikErrorsAlarm"},
		{"a question that nobody answers", "Method: GET, Path: \"/messenger/{channel}\"", "Method: PUT, Path: \"/messenger/{channel}\"", "nothing answers get /messenger/{channel}"},
		{"a metric that nobody writes", "MetricName: refused_unauthorized", "MetricName: refused_unauthorised", "TelegramRefusedAlarm: nobody writes the metric refused_unauthorised"},
		{"a dimension that nobody writes", "MetricName: refused_unauthorized\n      Dimensions: [{Name: function,", "MetricName: refused_unauthorized\n      Dimensions: [{Name: FunctionName,", "TelegramRefusedAlarm: nobody writes the metric refused_unauthorized"},
	}
	var templates []string
	for _, b := range breaks {
		broken := strings.Replace(source(t), b.old, b.new, 1)
		if broken == source(t) {
			t.Fatalf("%s: the template has no %q", b.name, b.old)
		}
		// Whatever named the function by its old name would be refused before anybody looks at it.
		if b.name == "a function" {
			broken = strings.ReplaceAll(broken, "!Ref TelegramFunction", "!Ref TelegramsFunction")
		}
		templates = append(templates, broken)
	}
	for i, made := range translate(t, templates...) {
		t.Run(breaks[i].name, func(t *testing.T) {
			if got := checkStack(made); !slices.Contains(got, breaks[i].want) {
				t.Errorf("complaints = %q, want %q among them", got, breaks[i].want)
			}
		})
	}
}
