package payer

import "testing"

// A page is parsed when it is first shown: that each can be is seen here, not by whoever comes first.
func TestEveryPageParses(t *testing.T) {
	p, err := New(Config{})
	if err == nil {
		err = p.pages.Check()
	}
	if err != nil {
		t.Error(err)
	}
}
