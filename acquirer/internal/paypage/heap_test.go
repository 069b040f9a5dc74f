package paypage_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// S33: once the requests are over, the memory of the program has what the ticket shows of the card, and not its number.
func TestNoCardIsInMemory(t *testing.T) {
	c := newCounter(t, bank.Merchant{})
	middle := time.Now().UnixNano() % 1e10 // not in the program's text
	number := func() string { return fmt.Sprintf("5017%010d00", middle) }
	done := make(chan struct{})
	go func() { // on a stack of its own, which is gone afterwards
		defer close(done)
		c.card(c.open("WAITS"), number())
		c.pay(c.open(ref), number(), "accept")
	}()
	<-done
	for range 3 {
		runtime.GC() // the pools of the standard library let go at the second
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "heap"))
	if err != nil {
		t.Fatal(err)
	}
	debug.WriteHeapDump(file.Fd())
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	heap, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(heap, []byte(number())); n > 0 {
		t.Errorf("the number is %d times in memory", n)
	}
	if !bytes.Contains(heap, []byte("5017##########00")) {
		t.Error("the masked number is not in memory: the test looks at nothing")
	}
	runtime.KeepAlive(c)
}
