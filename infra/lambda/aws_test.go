package lambda_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"hookline/infra/emulators"
)

// amazon is the one address at which functions reach all of AWS. What they ask goes over a wire, where a test sees it and
// lays faults on it, to the emulator of the service.
type amazon struct {
	emulators.Wire
	url      string
	services map[string]*url.URL // by the prefix of X-Amz-Target
}

// dynamoDB is the table's prefix.
const dynamoDB = "DynamoDB_20120810"

func newAmazon(t *testing.T, table, queue string) *amazon {
	t.Helper()
	a := &amazon{services: map[string]*url.URL{}}
	secrets := httptest.NewServer(http.HandlerFunc(serveSecret))
	t.Cleanup(secrets.Close)
	for prefix, address := range map[string]string{
		dynamoDB: table, "AmazonSQS": queue, "secretsmanager": secrets.URL, "": queue,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		a.services[prefix] = u
	}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

// ServeHTTP implements http.Handler. A fault that gives an error breaks the connection.
func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	prefix, _, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	service, ok := a.services[prefix]
	if !ok {
		http.Error(w, "no such service", http.StatusNotImplemented)
		return
	}
	// What was begun is carried out, also if the function dies meanwhile: so does AWS.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out, err := http.NewRequest(r.Method, service.JoinPath(r.URL.Path).String(), strings.NewReader(string(body)))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out.Header = r.Header.Clone()
	answer, err := a.Do(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}

// operations gives the requests since the n-th, by name; "" is one that only opens a connection.
func (a *amazon) operations(n int) []string {
	var names []string
	for _, call := range a.Calls()[n:] {
		names = append(names, call.Operation)
	}
	return names
}

// count gives how often an operation was asked for.
func (a *amazon) count(operation string) (n int) {
	for _, asked := range a.operations(0) {
		if asked == operation {
			n++
		}
	}
	return n
}

// The secret of all tests.
const (
	secretName = "hookline-test"
	secretText = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01"
)

// serveSecret is GetSecretValue of https://docs.aws.amazon.com/secretsmanager/latest/apireference/ and nothing else.
func serveSecret(w http.ResponseWriter, r *http.Request) {
	var in struct{ SecretId, VersionStage string }
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	refuse := func(exception string) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": exception, "Message": "refused"})
	}
	switch {
	case r.Method != http.MethodPost || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue":
		refuse("UnknownOperationException")
	case r.Header.Get("Content-Type") != "application/x-amz-json-1.1" || decoder.Decode(&in) != nil:
		refuse("SerializationException")
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 "):
		refuse("MissingAuthenticationTokenException")
	case in.SecretId != secretName || in.VersionStage != "AWSCURRENT":
		refuse("ResourceNotFoundException")
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{
			"ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:" + secretName, "Name": secretName,
			"SecretString": secretText, "VersionId": "1", "VersionStages": []string{"AWSCURRENT"},
		})
	}
}
