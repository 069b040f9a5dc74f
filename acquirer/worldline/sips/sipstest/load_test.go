package sipstest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// A thousand sessions are open at the same time; after they have ended and were forgotten, neither a goroutine nor memory is
// left of them.
func TestThousandSessions(t *testing.T) {
	const sessions = 1000
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	transport := &http.Transport{MaxConnsPerHost: 64, MaxIdleConnsPerHost: 64}
	client := &http.Client{Transport: transport}
	post := func(to, contentType, body string) (string, error) {
		resp, err := client.Post(to, contentType, strings.NewReader(body))
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != 200 {
			err = fmt.Errorf("status %d", resp.StatusCode)
		}
		return string(b), err
	}
	round := func(n int) {
		each := func(do func(i int) error) {
			var wg sync.WaitGroup
			for i := range sessions {
				wg.Go(func() {
					if err := do(i); err != nil {
						t.Errorf("session %d: %v", i, err)
					}
				})
			}
			wg.Wait()
		}
		data := make([]url.Values, sessions)
		each(func(i int) error {
			o := c.sealed(c.order(fmt.Sprintf("R%dN%d", n, i), nil))
			a, err := post(s.URL+"/rs-services/v2/paymentInit", "application/json", jsonOf(t, o))
			_, rest, ok := strings.Cut(a, `"redirectionData":"`)
			if !ok {
				return fmt.Errorf("%v: %s", err, a)
			}
			d, _, _ := strings.Cut(rest, `"`)
			data[i] = url.Values{"redirectionData": {d}}
			return err
		})
		open := 0
		for _, tr := range s.Book() {
			if tr.Code == "" {
				open++
			}
		}
		if open != sessions {
			t.Errorf("%d sessions are open at the same time, expected %d", open, sessions)
		}
		each(func(i int) error {
			_, err := post(s.URL+"/payment", "application/x-www-form-urlencoded", data[i].Encode())
			return err
		})
		each(func(i int) error {
			if i%2 == 0 {
				return nil // left to expire
			}
			_, err := visit(s, data[i], sipstest.Payer{})
			return err
		})
		s.Advance(time.Hour)
		if n := s.Forget(s.Now().Add(time.Second)); n != sessions {
			t.Errorf("%d forgotten, expected %d", n, sessions)
		}
	}
	measure := func() (goroutines int, heap uint64) {
		transport.CloseIdleConnections()
		time.Sleep(50 * time.Millisecond)
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), m.HeapAlloc
	}
	round(0) // pools, maps and buffers grow once
	goroutines, heap := measure()
	const rounds = 2
	for n := range rounds {
		round(n + 1)
	}
	await(t, "the goroutines of the sessions have ended", func() bool {
		now, _ := measure()
		return now <= goroutines+5
	})
	_, after := measure()
	grown := int64(after) - int64(heap)
	t.Logf("heap %d KiB after 1 000 sessions, %d KiB after %d more: %d bytes each", heap>>10, after>>10, rounds*sessions, grown/(rounds*sessions))
	if grown > 512<<10 { // one session takes about two kilobytes while it is known
		t.Errorf("the heap has grown by %d KiB over %d sessions that are forgotten", grown>>10, rounds*sessions)
	}
}
