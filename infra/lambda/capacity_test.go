package lambda_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// capacity stands before the table and has it say what each request consumes.
type capacity struct {
	table string // URL

	mu    sync.Mutex
	units map[string]float64 // by operation
}

// measure puts it between the functions and the table.
func (w *world) measure() *capacity {
	c := &capacity{table: w.amazon.services[dynamoDB].String(), units: map[string]float64{}}
	server := httptest.NewServer(c)
	w.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		w.Fatal(err)
	}
	w.amazon.services[dynamoDB] = u
	return c
}

// consumed gives the units so far.
func (c *capacity) consumed() map[string]float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.units)
}

// ServeHTTP implements http.Handler.
func (c *capacity) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in map[string]any
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		panic(http.ErrAbortHandler)
	}
	in["ReturnConsumedCapacity"] = "TOTAL"
	body, err := json.Marshal(in)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out, err := http.NewRequestWithContext(r.Context(), r.Method, c.table, bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out.Header = r.Header.Clone()
	answer, err := http.DefaultClient.Do(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c.add(operation, text)
	maps.Copy(w.Header(), answer.Header)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(text)
}

// add reads what an answer says: of one table, or of each table of a batch.
func (c *capacity) add(operation string, answer []byte) {
	type consumed struct{ CapacityUnits float64 }
	var one struct{ ConsumedCapacity consumed }
	var each struct{ ConsumedCapacity []consumed }
	if json.Unmarshal(answer, &one) != nil {
		_ = json.Unmarshal(answer, &each) // an error says nothing of capacity
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.units[operation] += one.ConsumedCapacity.CapacityUnits
	for _, table := range each.ConsumedCapacity {
		c.units[operation] += table.CapacityUnits
	}
}
