package loopback_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/internal/testport"
)

// Whoever is being served when the platform closes is waited for; whoever comes afterwards finds nobody.
func TestCloseWaits(t *testing.T) {
	var p loopback.Platform
	inside, ended := make(chan bool), atomic.Bool{}
	url, err := p.Listen("127.0.0.1:0", nil, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(inside)
		<-r.Context().Done() // the platform's own
		ended.Store(true)
	}), func() int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	go http.Get(url)
	<-inside
	p.Close()
	if !ended.Load() || !p.Closed() {
		t.Error("Close has not waited for the request")
	}
	if _, err := http.Get(url); err == nil {
		t.Error("a closed platform answers")
	}
	p.Close()
}

// A platform that has left is there again, at the same address.
func TestLeaveAndReturn(t *testing.T) {
	var p loopback.Platform
	url, err := p.Listen(testport.Addr(t), nil, http.NotFoundHandler(), func() int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, there := range []bool{true, false, true} {
		if there {
			err = p.Return()
		} else {
			p.Leave()
		}
		resp, failed := http.Get(url)
		if err != nil || (failed == nil) != there {
			t.Errorf("there %v: %v, %v", there, err, failed)
		}
		if failed == nil {
			resp.Body.Close()
		}
	}
}

// The clock of a platform goes ahead of the one that it was given, and never back. With that of the machine it looks by itself what is due.
func TestPlatformClock(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	p := loopback.Platform{Clock: func() time.Time { return noon }}
	p.Advance(time.Hour)
	p.Advance(-time.Hour)
	if got := p.Now(); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("it is %v", got)
	}
	var real loopback.Platform
	looked := make(chan bool, 100)
	if _, err := real.Listen("127.0.0.1:0", nil, http.NotFoundHandler(), func() int { looked <- true; return 0 }); err != nil {
		t.Fatal(err)
	}
	defer real.Close()
	<-looked
}

// At least the newest five thousand are kept.
func TestKeepNewest(t *testing.T) {
	var list []int
	for i := range 25_000 {
		if list = loopback.KeepNewest(append(list, i)); len(list) > 10_000 || list[len(list)-1] != i || len(list) < min(i+1, 5000) {
			t.Fatalf("after %d there are %d, the last %d", i, len(list), list[len(list)-1])
		}
	}
}
