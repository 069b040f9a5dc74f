package peers

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/kiosks"
	"github.com/quittance/quittance/payment"
)

const (
	victims = 10 // payments that nobody pays, and that are spoken of
	payers  = 20 // who pay meanwhile

	// mostQuestions is how often the bank may be asked about one payment in a minute: each ten seconds once because of a hint, once by the
	// worker for whom it was made due, and once more at the end.
	mostQuestions = 2*6 + 2

	moreHeap = 8 << 20
)

// forge makes of a true message one that is not: a changed byte, no seal, another's, another payment's name, much, nothing.
func forge(m message, others []string, own string, rng *rand.Rand) message {
	f := message{m.method, m.address, m.header.Clone(), bytes.Clone(m.body)}
	sealed := []string{"X-Gcs-Signature", "X-Gcs-Keyid"}
	path, query, _ := strings.Cut(f.address, "?")
	values, _ := url.ParseQuery(query)
	form, _ := url.ParseQuery(string(f.body))
	isForm := strings.HasPrefix(f.header.Get("Content-Type"), "application/x-www-form-urlencoded")
	switch rng.IntN(5) {
	case 0: // another payment's, by its session
		other := others[rng.IntN(len(others))]
		f.body = bytes.ReplaceAll(f.body, []byte(own), []byte(other))
		f.address = strings.ReplaceAll(f.address, own, other)
		if values.Has("RETURNMAC") {
			values.Set("RETURNMAC", "00000000-0000-4000-8000-000000000000")
			values.Set("hostedCheckoutId", other)
			f.address = path + "?" + values.Encode()
		}
	case 1: // without what proves it
		for _, h := range sealed {
			f.header.Del(h)
		}
		form.Del("Seal")
		if values.Del("RETURNMAC"); isForm {
			f.body = []byte(form.Encode())
		} else if query != "" {
			f.address = path + "?" + values.Encode()
		}
		if !isForm && query == "" && len(f.body) > 0 && m.header.Get(sealed[0]) == "" {
			f.body = f.body[:len(f.body)/2]
		}
	case 2: // a seal that is another's
		f.header.Set(sealed[0], "c2VhbCBvZiBub2JvZHkgc2VhbCBvZiBub2JvZHkhIQ==")
		if form.Has("Seal") {
			form.Set("Seal", strings.Repeat("0f", 32))
			f.body = []byte(form.Encode())
		}
		if values.Has("RETURNMAC") {
			values.Set("RETURNMAC", "00000000-0000-4000-8000-000000000000")
			f.address = path + "?" + values.Encode()
		}
	case 3: // a changed byte
		if len(f.body) > 0 {
			f.body[rng.IntN(len(f.body))] ^= 1 << rng.IntN(7)
		} else if query != "" {
			b := []byte(query)
			b[rng.IntN(len(b))] = "0123456789abcdef"[rng.IntN(16)]
			f.address = path + "?" + string(b)
		}
	default: // much, or nothing
		f.body = bytes.Repeat([]byte("x=1&"), rng.IntN(4)*2000)
	}
	return f
}

// A flood of forged notifications, hints and returns within a minute of the portal's clock, while true ones arrive: none is believed, none of
// the true ones is lost, the bank is asked no more than the bound allows, and memory is afterwards what it was.
func TestFloodOfForgeries(t *testing.T) {
	figure.Long(t)
	seed := figure.Seed(t)
	for kind, open := range kiosks.Kinds {
		t.Run(kind, func(t *testing.T) { flood(t, open, figure.Of(3_000, 100_000), seed) })
	}
}

func flood(t *testing.T, open func(testing.TB, kiosks.Options) *kiosks.Kiosk, messages int, seed uint64) {
	p := newPortal(t, open)
	// What a true payment looks like on the wire.
	sample, s := p.begin()
	p.keeps = true
	p.pay(s)
	p.mu.Lock()
	p.keeps = false
	genuine := p.heard
	p.mu.Unlock()
	if got := p.state(sample.ID); got != payment.Paid || len(genuine) < 2 {
		t.Fatalf("the payment whose messages are forged is %s, by %d messages", got, len(genuine))
	}
	own := sample.Reference
	if sample.Handle.Session != "" {
		own = sample.Handle.Session
	}
	var waiting []payment.Payment
	var others []string
	for range victims {
		q, _ := p.begin()
		waiting = append(waiting, q)
		if q.Handle.Session != "" {
			others = append(others, q.Handle.Session)
		} else {
			others = append(others, q.Reference)
		}
	}
	before := p.asked.Load()
	stories := map[payment.ID]int{}
	for _, q := range waiting {
		stories[q.ID] = p.entries(q.ID)
	}

	var sent, refused, took atomic.Int64
	var crowd sync.WaitGroup
	size := heap() // with all that is made once
	flooding := func(n int, salt uint64) {
		for i := range 8 {
			rng := rand.New(rand.NewPCG(seed, salt+uint64(i)))
			crowd.Go(func() {
				for range n / 8 {
					m := forge(genuine[rng.IntN(len(genuine))], others, own, rng)
					status := p.send(m)
					if sent.Add(1); status >= 400 {
						refused.Add(1)
					}
					if status == http.StatusOK {
						took.Add(1)
					}
				}
			})
		}
	}
	var paid []payment.ID
	for second := range 60 {
		flooding(messages/60, uint64(second)<<8)
		if second%3 == 0 && len(paid) < payers {
			q, s := p.begin()
			p.pay(s)
			paid = append(paid, q.ID)
		}
		crowd.Wait()
		p.clock.Add(time.Second)
		p.work()
		if second == 5 {
			size = heap()
		}
	}
	if grown := heap() - size; grown > moreHeap {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	p.clock.Add(15 * time.Second) // what a hint made due is asked about
	p.work()
	for _, id := range paid {
		if got := p.state(id); got != payment.Paid {
			t.Errorf("one who paid meanwhile is %s", got)
		}
	}
	for _, q := range waiting {
		if got := p.state(q.ID); got != payment.Redirected {
			t.Errorf("one who did not pay is %s", got)
		}
		if n := p.entries(q.ID); n != stories[q.ID] {
			t.Errorf("the forgeries wrote %d entries about a payment", n-stories[q.ID])
		}
	}
	if got := p.state(sample.ID); got != payment.Paid {
		t.Errorf("the payment whose messages were forged is %s", got)
	}
	asked := p.asked.Load() - before
	if most := int64(mostQuestions * (victims + payers + 1)); asked > most {
		t.Errorf("the bank was asked %d times, more than %d", asked, most)
	}
	t.Logf("%d forgeries, %d refused by status, %d answered 200, %d paid meanwhile; the bank was asked %d times", sent.Load(), refused.Load(),
		took.Load(), len(paid), asked)
}

// entries is how long a payment's journal is.
func (p *portal) entries(id payment.ID) (n int) {
	p.Helper()
	for _, err := range p.Journal(p.Context(), id) {
		if err != nil {
			p.Fatal(err)
		}
		n++
	}
	return n
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
