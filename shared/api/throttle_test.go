package api_test

import (
	"fmt"
	"testing"
)

// Addresses are forgotten once they rest, and all of them when there are too many: the memory for them is bounded, and
// nobody who comes later is locked out.
func TestManyWrongAddresses(t *testing.T) {
	w := newWorld(t)
	for range 11 {
		w.knock("203.0.113.7:1", "acme.guess")
	}
	for i := range 9_999 {
		w.knock(fmt.Sprintf("10.0.%d.%d:1", i/256, i%256), "acme.guess")
	}
	if status, _ := w.knock("203.0.113.7:1", "acme.guess"); status != 429 {
		t.Errorf("the first address = %d, want it remembered beside 9,999", status)
	}
	w.knock("10.1.0.1:1", "acme.guess")
	if status, _ := w.knock("203.0.113.7:1", "acme.guess"); status != 401 {
		t.Errorf("the first address = %d, want all forgotten with one more", status)
	}
}
