//go:build !race

package browser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// onPaper shows the page as it is printed, on a sheet of A4, and asks it something.
func onPaper[T any](b *tab, name, expression string) T {
	b.t.Helper()
	b.size(screen{width: 794, height: 1123})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	answer := eval[T](b, expression)
	if *pictures != "" {
		whole := true
		shot := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole})
		if err := os.WriteFile(filepath.Join(*pictures, name+"-print.png"), shot.Data, 0o666); err != nil {
			b.t.Fatal(err)
		}
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "screen"})
	b.size(screens[0])
	return answer
}

// What an officer prints is fit for paper: no menu, no form, no button; tables stay tables, with their heads on each sheet; what is folded away on the
// screen is there; and nothing is wider than the sheet.
func TestOfficeOnPaper(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	id := string(s.Last().ID)
	s.Work()
	s.Clock.Pass(24 * time.Hour)
	s.Work()
	m := s.person().signsInAsAccountant()
	for name, c := range map[string]struct{ path, has, lacks string }{
		"gestion":      {"/gestion", "Mouvements des trente derniers jours", "Chercher un paiement"},
		"paiements":    {"/gestion/paiements", "PCLCB26061", "Tout effacer"},
		"paiement":     {"/gestion/paiements/" + id, "Session de paiement ouverte", "Que décidez-vous"},
		"exports":      {"/gestion/exports", "02/03/2026", "J’ai conservé ce sceau"},
		"verification": {"/gestion/verification", "jamais été faite", "Se déconnecter"},
	} {
		m.goes(c.path).at(c.path)
		text := plain(onPaper[string](m, name, `document.body.innerText`))
		if !strings.Contains(text, c.has) || strings.Contains(text, c.lacks) || strings.Contains(text, "Se déconnecter") {
			t.Errorf("%s is printed as:\n%s", name, text)
		}
		if heads := onPaper[bool](m, name, `[...document.querySelectorAll("table thead")].every(e => getComputedStyle(e).display === "table-header-group")`); !heads {
			t.Errorf("%s: a table is no table on paper", name)
		}
		if width := onPaper[int](m, name, `document.documentElement.scrollWidth`); width > 794 {
			t.Errorf("%s is %d pixels wide on paper", name, width)
		}
	}
}
