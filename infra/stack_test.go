package infra_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/metrics"
	"hookline/shared/queue"
)

// checkStack says what is wrong with the stack that SAM makes of template.yaml.
func checkStack(s stack) []string {
	complaints := slices.Concat(checkBootstraps(s), checkRoutes(s), checkQueues(s), checkMappings(s), checkKept(s), checkAlarms(s))
	for _, name := range functionNames() {
		complaints = append(complaints, checkVariables(s, name)...)
		complaints = append(complaints, checkStatements(s, name)...)
	}
	slices.Sort(complaints)
	return slices.Compact(complaints)
}

// functionNames are the folders of functions/ but local, as their resources are named.
func functionNames() (names []string) {
	folders, err := fs.ReadDir(repository, "functions")
	if err != nil {
		panic(err)
	}
	for _, folder := range folders {
		if name := folder.Name(); name != "local" {
			names = append(names, strings.ToUpper(name[:1])+name[1:]+"Function")
		}
	}
	return names
}

func checkBootstraps(s stack) (complaints []string) {
	names := functionNames()
	for _, name := range names {
		f, ok := s[name]
		if !ok || f.Type != "AWS::Lambda::Function" {
			complaints = append(complaints, fmt.Sprintf("functions/%s has no resource %s", strings.ToLower(strings.TrimSuffix(name, "Function")), name))
			continue
		}
		complaints = append(complaints, differs(name, f, map[string]any{
			"Runtime": "provided.al2023", "Architectures": []any{"arm64"}, "Handler": "bootstrap",
		})...)
	}
	for name, r := range s {
		if r.Type == "AWS::Lambda::Function" && !slices.Contains(names, name) {
			complaints = append(complaints, name+" has no folder in functions/")
		}
	}
	return complaints
}

// differs compares properties with what they have to be. A name with dots is a path.
func differs(name string, r resource, want map[string]any) (complaints []string) {
	for property, value := range want {
		if got := asJSON(r.at(strings.Split(property, ".")...)); got != asJSON(value) {
			complaints = append(complaints, fmt.Sprintf("%s: %s is %s, want %s", name, property, got, asJSON(value)))
		}
	}
	return complaints
}

// routes are the addresses that a function answers; a webhook's are its network's.
var routes = map[string][]string{
	"ProcessorFunction": {},
	"ApiFunction":       {"x-amazon-apigateway-any-method /v1/{proxy+}", "get /healthz", "get /docs"},
	"MessengerFunction": {"post /messenger/{channel}", "get /messenger/{channel}"}, // it asks first
	"HookFunction":      {"post /hook/{hook}", "get /hook/{hook}/calls/{call}"},
}

func checkRoutes(s stack) (complaints []string) {
	throttles, _ := s["ApiApiGatewayDefaultStage"].at("RouteSettings").(map[string]any)
	for route := range throttles {
		method, path, _ := strings.Cut(route, " ")
		if s["Api"].at("Body", "paths", path, strings.ToLower(method)) == nil {
			complaints = append(complaints, "a throttle is for "+route+", which is no route")
		}
	}
	for _, function := range functionNames() {
		answered, ok := routes[function]
		if !ok {
			path := "/" + strings.ToLower(strings.TrimSuffix(function, "Function")) + "/{channel}"
			answered = []string{"post " + path}
		}
		for _, route := range answered {
			method, path, _ := strings.Cut(route, " ")
			throttled := strings.ToUpper(method) + " " + path
			if function != "ApiFunction" && throttles[throttled] == nil {
				complaints = append(complaints, throttled+" has no throttle of its own")
			}
			integration := asJSON(s["Api"].at("Body", "paths", path, method, "x-amazon-apigateway-integration"))
			if !strings.Contains(integration, "${"+function+".Arn}") || !strings.Contains(integration, `"payloadFormatVersion":"2.0"`) {
				complaints = append(complaints, "nothing answers "+route)
			}
		}
	}
	return complaints
}

func checkQueues(s stack) (complaints []string) {
	for _, name := range []string{"Conversations", "Notifications"} {
		complaints = append(complaints, differs(name, s[name], map[string]any{
			"FifoQueue": true, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
			"SqsManagedSseEnabled": true, "MessageRetentionPeriod": 14 * 24 * 3600,
			"VisibilityTimeout": queue.Visibility.Seconds(), "RedrivePolicy.maxReceiveCount": 1000,
			"RedrivePolicy.deadLetterTargetArn": map[string]any{"Fn::GetAtt": []any{"Dead" + name, "Arn"}},
		})...)
		complaints = append(complaints, differs("Dead"+name, s["Dead"+name], map[string]any{
			"FifoQueue": true, "MessageRetentionPeriod": 14 * 24 * 3600,
		})...)
	}
	return append(complaints, differs("ProcessorFunction", s["ProcessorFunction"], map[string]any{
		// Its jobs queue jobs: see shared/engine/notify.go.
		"Timeout": queue.JobTime.Seconds(), "RecursiveLoop": "Allow",
	})...)
}

func checkMappings(s stack) (complaints []string) {
	for _, name := range []string{"Conversations", "Notifications"} {
		mapping := name + "Mapping"
		complaints = append(complaints, differs(mapping, s[mapping], map[string]any{
			"BatchSize": 10, "FunctionResponseTypes": []any{"ReportBatchItemFailures"},
			"EventSourceArn": map[string]any{"Fn::GetAtt": []any{name, "Arn"}},
			"FunctionName":   map[string]any{"Ref": "ProcessorFunction"},
		})...)
		if s[mapping].at("ScalingConfig", "MaximumConcurrency") == nil {
			complaints = append(complaints, mapping+": ScalingConfig.MaximumConcurrency is not set")
		}
	}
	return complaints
}

// checkKept looks at what must outlive a deployment, and at what must not stay for ever.
func checkKept(s stack) (complaints []string) {
	for _, name := range []string{"Table", "MasterSecret"} {
		if r := s[name]; r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
			complaints = append(complaints, name+": it is not retained")
		}
	}
	complaints = append(complaints, differs("Table", s["Table"], map[string]any{
		"BillingMode": "PAY_PER_REQUEST", "TimeToLiveSpecification.AttributeName": "expires_at", "TimeToLiveSpecification.Enabled": true,
		"PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled": true,
		"KeySchema": []any{
			map[string]any{"AttributeName": "pk", "KeyType": "HASH"}, map[string]any{"AttributeName": "sk", "KeyType": "RANGE"},
		},
	})...)
	for name, r := range s {
		if r.Type == "AWS::Logs::LogGroup" && r.at("RetentionInDays") == nil {
			complaints = append(complaints, name+": RetentionInDays is not set")
		}
	}
	return complaints
}

func checkAlarms(s stack) (complaints []string) {
	readme := content("infra/README.md")
	for name, r := range s {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		if !strings.Contains(readme, name) {
			complaints = append(complaints, name+" has no line in infra/README.md")
		}
		complaints = append(complaints, differs(name, r, map[string]any{
			"AlarmActions": []any{map[string]any{"Fn::If": []any{"HasEmail", map[string]any{"Ref": "Alarms"}, map[string]any{"Ref": "AWS::NoValue"}}}},
		})...)
		if r.at("Namespace") == "Hookline" {
			complaints = append(complaints, checkOwnMetric(name, r)...)
		}
	}
	for _, function := range functionNames() {
		name := strings.TrimSuffix(function, "Function")
		for _, alarm := range alarmsOf(function) {
			if alarmed := s[name+alarm].at("Dimensions"); !strings.Contains(asJSON(alarmed), function) {
				complaints = append(complaints, function+" has no "+name+alarm)
			}
		}
	}
	return complaints
}

// alarmsOf are the alarms that a function has, behind its name.
func alarmsOf(function string) []string {
	alarms := []string{"ErrorsAlarm", "ThrottlesAlarm"}
	switch function {
	case "ApiFunction":
		return alarms
	case "ProcessorFunction":
		return append(alarms, "CredentialsAlarm")
	}
	return append(alarms, "RefusedAlarm")
}

// checkOwnMetric compares an alarm on a metric of ours with the lines that are written: one that nobody writes never rings.
func checkOwnMetric(name string, alarm resource) []string {
	var set metrics.Set
	set.Count(metrics.Refused(bot.Unauthorized), "telegram", 1)
	set.Count(metrics.CredentialsRefused, "telegram", 1)
	var line strings.Builder
	metrics.NewEMF(&set, &line, "function").Flush()
	dimensions, _ := alarm.at("Dimensions").([]any)
	for _, one := range dimensions {
		dimension, _ := one.(map[string]any)["Name"].(string)
		head := fmt.Sprintf(`"Namespace":%q,"Dimensions":[[%q]],"Metrics":[`, alarm.at("Namespace"), dimension)
		if !strings.Contains(line.String(), head) || !strings.Contains(line.String(), fmt.Sprintf(`{"Name":%q,`, alarm.at("MetricName"))) {
			return []string{fmt.Sprintf("%s: nobody writes the metric %v", name, alarm.at("MetricName"))}
		}
	}
	return nil
}

func content(name string) string {
	data, err := fs.ReadFile(repository, name)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// checkVariables compares what a function is given with what shared/cloud reads.
func checkVariables(s stack, function string) (complaints []string) {
	given, _ := s[function].at("Environment", "Variables").(map[string]any)
	var variables []string
	for _, found := range regexp.MustCompile(`= "(HOOKLINE_\w+)"`).FindAllStringSubmatch(content("shared/cloud/cloud.go"), -1) {
		variables = append(variables, found[1])
	}
	for _, name := range variables {
		if _, ok := given[name]; !ok {
			complaints = append(complaints, function+": "+name+" is not set")
		}
	}
	for name := range given {
		if !slices.Contains(variables, name) {
			complaints = append(complaints, function+": nobody reads "+name)
		}
	}
	return complaints
}

// actions are the rights that calls of the SDK need, where their names are not the same.
var actions = map[string][]string{
	"TransactWriteItems": {"PutItem", "DeleteItem", "ConditionCheckItem"}, "SendMessageBatch": {"SendMessage"},
	"ChangeMessageVisibilityBatch": {"ChangeMessageVisibility"},
}

// rights are those that a function needs: of the calls its adapters declare, and of what Lambda does in its name.
func rights(function string) []string {
	needed := []string{"secretsmanager:GetSecretValue"}
	send, table := calls("sqs", "shared/queue/sqsqueue/send.go"), calls("dynamodb", "shared/store/dynamotable/dynamotable.go")
	switch function {
	case "ProcessorFunction":
		needed = append(needed, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
		return slices.Concat(needed, calls("sqs", "shared/queue/sqsqueue/consume.go"), send, table)
	case "HookFunction":
		// It reads a hook, puts calls, and reads what became of them.
		return slices.Concat(needed, []string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}, send)
	case "ApiFunction":
		return slices.Concat(needed, send, table)
	case "MessengerFunction":
		needed = append(needed, "dynamodb:Query") // the pages of an app
	}
	// A webhook reads one channel, when it opens its connection too, and queues.
	return append(append(needed, "dynamodb:GetItem"), send...)
}

// calls are the rights for the methods of the interfaces that a file declares.
func calls(service, file string) (needed []string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), path.Base(file), content(file), 0)
	if err != nil {
		panic(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if declared, ok := n.(*ast.InterfaceType); ok {
			for _, method := range declared.Methods.List {
				named := actions[method.Names[0].Name]
				if named == nil {
					named = []string{method.Names[0].Name}
				}
				for _, name := range named {
					needed = append(needed, service+":"+name)
				}
			}
		}
		return true
	})
	return needed
}

// managedPolicies are those of AWS that SAM gives every function: to write its log, and traces. AWS's others are for
// every table, queue or secret of the account.
var managedPolicies = []string{"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}

// checkStatements compares the rights of a function with those it needs.
func checkStatements(s stack, function string) (complaints []string) {
	given := map[string]bool{}
	managed, _ := s[function+"Role"].at("ManagedPolicyArns").([]any)
	for _, policy := range managed {
		if name := path.Base(fmt.Sprint(policy)); !slices.Contains(managedPolicies, name) {
			complaints = append(complaints, function+" has the policy "+name)
		}
	}
	policies, _ := s[function+"Role"].at("Policies").([]any)
	for _, policy := range policies {
		document, _ := policy.(map[string]any)["PolicyDocument"].(map[string]any)
		statements, _ := document["Statement"].([]any)
		for _, statement := range statements {
			one := statement.(map[string]any)
			for _, action := range list(one["Action"]) {
				given[fmt.Sprint(action)] = true
			}
			if slices.Contains(list(one["Resource"]), any("*")) {
				complaints = append(complaints, function+": a statement is for *")
			}
		}
	}
	needed := rights(function)
	for _, right := range needed {
		if !given[right] {
			complaints = append(complaints, function+" may not call "+right)
		}
	}
	for right := range maps.Keys(given) {
		if !slices.Contains(needed, right) {
			complaints = append(complaints, function+" needs no "+right)
		}
	}
	return complaints
}

// list is a value that may be written as one or as several.
func list(value any) []any {
	if several, ok := value.([]any); ok {
		return several
	}
	return []any{value}
}
