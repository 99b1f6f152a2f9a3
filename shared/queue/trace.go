package queue

import (
	"net/http"
	"regexp"
)

// traceID is what of an X-Ray header another service can go on with: "Tracing header" in the X-Ray developer guide.
var traceID = regexp.MustCompile(`Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;Parent=[0-9a-f]{16})?(;Sampled=[01])?`)

// Trace gives the trace that a call from outside belongs to, for the Trace of its jobs; empty if none. A queue may refuse
// a job whose trace is no trace, so what the caller wrote round it is left out.
func Trace(h http.Header) string { return traceID.FindString(h.Get("X-Amzn-Trace-Id")) }
