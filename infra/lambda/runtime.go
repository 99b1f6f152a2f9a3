package lambda

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// maxAnswer is how large an answer may be, in bytes.
const maxAnswer = 6 << 20

// runtimeAPI is https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func (i *instance) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	const base = "/2018-06-01/runtime"
	mux.HandleFunc("GET "+base+"/invocation/next", i.next)
	mux.HandleFunc("POST "+base+"/invocation/{id}/response", i.response)
	mux.HandleFunc("POST "+base+"/invocation/{id}/error", i.failure)
	mux.HandleFunc("POST "+base+"/init/error", i.initFailure)
	return mux
}

// next waits for an invocation and gives it to the program.
func (i *instance) next(w http.ResponseWriter, r *http.Request) {
	select {
	case i.polls <- struct{}{}:
	default: // it asks twice at once
	}
	var call *invocation
	select {
	case call = <-i.calls:
	case <-r.Context().Done():
		return
	}
	i.mu.Lock()
	i.working = call
	i.mu.Unlock()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(call.payload)))
	h.Set("Lambda-Runtime-Aws-Request-Id", call.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(call.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:test")
	h.Set("Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0")
	_, _ = w.Write(call.payload)
}

func (i *instance) response(w http.ResponseWriter, r *http.Request) {
	i.answer(w, r, func(body []byte) outcome { return outcome{answer: body} })
}

func (i *instance) failure(w http.ResponseWriter, r *http.Request) {
	i.answer(w, r, func(body []byte) outcome { return outcome{err: reported(body)} })
}

// answer ends the invocation that the program has. One for another, or a second one, is refused.
func (i *instance) answer(w http.ResponseWriter, r *http.Request, of func([]byte) outcome) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	i.mu.Lock()
	call := i.working
	if call == nil || call.id != r.PathValue("id") {
		i.mu.Unlock()
		http.Error(w, `{"errorType":"InvalidRequestID"}`, http.StatusBadRequest)
		return
	}
	i.working = nil
	i.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
	call.outcome <- of(body)
}

func (i *instance) initFailure(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	i.mu.Lock()
	i.failed = reported(body)
	i.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// reported is the error that a program tells of.
func reported(body []byte) error {
	e := &Error{Type: "Runtime.Unknown"}
	if json.Unmarshal(body, e) != nil {
		e.Message = string(body)
	}
	return e
}
