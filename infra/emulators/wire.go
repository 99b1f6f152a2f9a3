package emulators

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Wire is the HTTP client of an AWS client. A test lays faults on it, for what no emulator does.
type Wire struct {
	mu     sync.Mutex
	faults map[string][]Fault
	calls  []Call
}

// Call is a request that came over a wire.
type Call struct {
	Operation string // as AWS names it: PutItem, SendMessage
	Body      string
}

// Fault answers a request instead of the emulator; pass lets the emulator carry it out.
type Fault func(pass func() (*http.Response, error)) (*http.Response, error)

// Answer is a fault: the request is not carried out, and answered with the status and the JSON.
func Answer(status int, body string) Fault {
	return func(func() (*http.Response, error)) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
			Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	}
}

// Refuse is the fault of an AWS exception.
func Refuse(exception string) Fault {
	return Answer(http.StatusBadRequest, `{"__type":"com.amazonaws#`+exception+`","message":"injected"}`)
}

// Cut is a fault: the connection breaks before the request is carried out.
func Cut(func() (*http.Response, error)) (*http.Response, error) {
	return nil, errors.New("connection reset (injected)")
}

// Lose is a fault: the request is carried out, then meanwhile is called, if it is not nil, and the answer is that of another
// fault.
func Lose(answer Fault, meanwhile func()) Fault {
	return func(pass func() (*http.Response, error)) (*http.Response, error) {
		done, err := pass()
		if err != nil {
			return nil, err
		}
		done.Body.Close()
		if meanwhile != nil {
			meanwhile()
		}
		return answer(nil)
	}
}

// Inject has the next requests of an operation meet the faults, one each.
func (w *Wire) Inject(operation string, faults ...Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.faults == nil {
		w.faults = map[string][]Fault{}
	}
	w.faults[operation] = append(w.faults[operation], faults...)
}

// Calls gives the requests so far.
func (w *Wire) Calls() []Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Call(nil), w.calls...)
}

// Do implements aws.HTTPClient.
func (w *Wire) Do(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		var err error
		if body, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	_, operation, _ := strings.Cut(request.Header.Get("X-Amz-Target"), ".")
	if fault := w.next(Call{operation, string(body)}); fault != nil {
		return fault(func() (*http.Response, error) { return http.DefaultClient.Do(request) })
	}
	return http.DefaultClient.Do(request)
}

// next notes a call and takes the fault that it meets, nil if none.
func (w *Wire) next(call Call) Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, call)
	left := w.faults[call.Operation]
	if len(left) == 0 {
		return nil
	}
	w.faults[call.Operation] = left[1:]
	return left[0]
}
