//go:build !race

package browser_test

import (
	"bytes"
	"flag"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/quittance/quittance/payment"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

var update = flag.Bool("update", false, "take the README's pictures again")

// A picture of the README is so wide, in pixels, and at most so large, in bytes.
const wide, most = 1024, 120_000

// The picture of the README of the account's home after a payment. It is what the service shows, and small. Those of the office are made beside.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	s.one(payment.Paid)
	s.Work()
	b.goes("/accueil").reads("Nous vous remercions")
	for name, shot := range map[string]struct {
		*tab
		from string // what the picture begins with
	}{
		"home.png": {b, "html"},
	} {
		shot.size(screen{width: wide, height: 720}).colours("light")
		eval[bool](shot.tab, "document.querySelector(`"+shot.from+"`).scrollIntoView({behavior: 'instant'}); true")
		picture := call(shot.tab, page.CaptureScreenshot, page.CaptureScreenshotParams{}).Data
		check(t, name+", as it is now", picture, math.MaxInt) // its size depends on this machine's fonts
		file := filepath.Join("..", "screenshots", name)
		if *update {
			if err := os.WriteFile(file, picture, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v (take it with -update)", err)
		}
		check(t, name, kept, most)
	}
}

func check(t *testing.T, name string, picture []byte, most int) {
	t.Helper()
	checkOf(t, name, picture, wide, most)
}

// checkOf checks that a picture is so wide, and not too large.
func checkOf(t *testing.T, name string, picture []byte, wide, most int) {
	t.Helper()
	config, err := png.DecodeConfig(bytes.NewReader(picture))
	if err != nil || config.Width != wide || len(picture) > most {
		t.Errorf("%s is %d pixels wide and has %d bytes (%v), at most %d", name, config.Width, len(picture), err, most)
	}
}
