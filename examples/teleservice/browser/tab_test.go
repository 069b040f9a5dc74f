//go:build !race

package browser_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for what it expects to see. It is only reached by a test that fails.
const patience = 4 * time.Minute

// screen is a size of a window.
type screen struct {
	name          string
	width, height int64
	touch         bool
}

// screens are a computer, a tablet and a telephone (S5).
var screens = []screen{{"computer", 1280, 900, false}, {"tablet", 768, 1024, true}, {"phone", 375, 740, true}}

// narrowest is the width from which on nothing is to be moved sideways.
var narrowest = screen{"narrow", 320, 640, true}

// tab is a tab of somebody's browser. It is for one goroutine.
type tab struct {
	t   *testing.T
	s   *service
	ctx context.Context
}

// person opens a browser of somebody's own: no other one's cookies are in it.
func (s *service) person() *tab {
	s.t.Helper()
	return open(s, needChromium(s.t), chromedp.WithNewBrowserContext())
}

// another opens a second tab in the same browser.
func (b *tab) another() *tab {
	b.t.Helper()
	return open(b.s, needChromium(b.t), chromedp.WithExistingBrowserContext(chromedp.FromContext(b.ctx).BrowserContextID))
}

func open(s *service, in context.Context, options ...chromedp.ContextOption) *tab {
	s.t.Helper()
	ctx, cancel := chromedp.NewContext(in, options...)
	s.t.Cleanup(cancel)
	b := &tab{s.t, s, ctx}
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context of this first call
		s.t.Fatal(err)
	}
	b.size(screens[0])
	return b
}

// close closes the tab, as a person does.
func (b *tab) close() {
	b.t.Helper()
	call(b, page.Close, cdp.Empty{})
}

// do runs actions, within the test's patience.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		s := b.look()
		b.t.Fatalf("%v\nat %s:\n%s", err, s.URL, s.Text)
	}
}

// call runs a command of the protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, command, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// eval asks the page something. It works where the page's own scripts do not run, too.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// size makes the window as large as a screen.
func (b *tab) size(s screen) *tab {
	b.t.Helper()
	var options []chromedp.EmulateViewportOption
	if s.touch {
		options = append(options, chromedp.EmulateTouch, chromedp.EmulateMobile)
	}
	b.do(chromedp.EmulateViewport(s.width, s.height, options...))
	return b
}

// colours chooses a light or a dark screen, and one without movement: what is looked at is what stays.
func (b *tab) colours(scheme string) *tab {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	return b
}

// shown is what can be seen: where the browser is, whether the page is there as a whole, and what can be read.
type shown struct {
	URL   string `json:"url"`
	Ready bool   `json:"ready"`
	Text  string `json:"text"`
}

func (s shown) path() string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return s.URL
	}
	return u.Path
}

const look = `({url: location.href, ready: document.readyState === "complete", text: document.body ? document.body.innerText : ""})`

// look reads the page that is shown now. Between two pages there is nothing: the next look will tell.
func (b *tab) look() (s shown) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[shown](look))
	if err != nil {
		return shown{Text: err.Error()}
	}
	s.Text = plain(s.Text)
	return s
}

// plain makes all spaces equal.
func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// wait waits until what is shown is right.
func (b *tab) wait(what string, right func(shown) bool) shown {
	b.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		s := b.look()
		if s.Ready && right(s) {
			return s
		}
		if time.Now().After(deadline) || b.ctx.Err() != nil {
			b.t.Fatalf("waited for %s and see %s:\n%s", what, s.URL, s.Text)
		}
		select {
		case <-b.ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// at waits until the browser shows a page of the service.
func (b *tab) at(path string) *tab {
	b.t.Helper()
	b.wait(path, func(s shown) bool { return strings.HasPrefix(s.URL, b.s.Base+"/") && s.path() == path })
	return b
}

// atKiosk waits until the browser shows the bank's page with words.
func (b *tab) atKiosk(words string) *tab {
	b.t.Helper()
	b.wait("the bank’s page with "+words, func(s shown) bool {
		return strings.HasPrefix(s.URL, b.s.Bank.Where) && strings.Contains(s.Text, words)
	})
	return b
}

// reads waits until the page has words.
func (b *tab) reads(words ...string) *tab {
	b.t.Helper()
	for _, w := range words {
		b.wait(w, func(s shown) bool { return strings.Contains(s.Text, w) })
	}
	return b
}

// lacks checks that the page, which is there already, does not have words.
func (b *tab) lacks(words ...string) *tab {
	b.t.Helper()
	s := b.look()
	for _, w := range words {
		if strings.Contains(s.Text, w) {
			b.t.Errorf("%s says %q:\n%s", s.URL, w, s.Text)
		}
	}
	return b
}

// goes types an address of the service.
func (b *tab) goes(path string) *tab {
	b.t.Helper()
	b.do(chromedp.Navigate(b.s.Base + path))
	return b
}

// place is where something is on the screen, once it is there and nothing covers it.
type place struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

const findPlace = `(css => {
	const e = [...document.querySelectorAll(css)].find(e => e.checkVisibility());
	if (!e || document.readyState !== "complete") return null;
	e.scrollIntoView({block: "center", behavior: "instant"});
	const r = e.getClientRects()[0], x = r.x + r.width / 2, y = r.y + r.height / 2, top = document.elementFromPoint(x, y);
	return top && (e.contains(top) || top.contains(e)) ? {x, y} : null;
})`

// find waits until something can be clicked, and says where.
func (b *tab) find(css string) place {
	b.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		p, err := chromedp.Run(ctx, chromedp.Evaluate[*place](findPlace+"(`"+css+"`)"))
		cancel()
		if err == nil && p != nil {
			return *p
		}
		if time.Now().After(deadline) || b.ctx.Err() != nil {
			s := b.look()
			b.t.Fatalf("there is nothing to click at %s (%v): %s:\n%s", css, err, s.URL, s.Text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// clicks clicks in the middle of something.
func (b *tab) clicks(css string) *tab {
	b.t.Helper()
	p := b.find(css)
	b.do(chromedp.MouseClickXY(p.X, p.Y))
	return b
}

// menu goes to a page of the menu, which is behind a button where the screen is narrow.
func (b *tab) menu(address string) *tab {
	b.t.Helper()
	b.openMenu()
	return b.clicks(`.menu a[href="` + address + `"]`)
}

// openMenu opens the menu, if it is not in sight.
func (b *tab) openMenu() *tab {
	b.t.Helper()
	b.wait("a page", func(shown) bool { return true })
	if eval[bool](b, `[...document.querySelectorAll(".account:not([open]) summary")].some(e => e.checkVisibility())`) {
		b.clicks(".account summary")
	}
	return b
}

// signsOut presses the button for it.
func (b *tab) signsOut() *tab {
	b.t.Helper()
	return b.openMenu().clicks(".who button")
}

// title is the browser's title: what a screen reader says first.
func (b *tab) title() string { return plain(eval[string](b, "document.title")) }

// titled checks what the browser's title begins with.
func (b *tab) titled(begins string) *tab {
	b.t.Helper()
	if title := b.title(); !strings.HasPrefix(title, begins) {
		b.t.Errorf("the title is %q, want it to begin with %q", title, begins)
	}
	return b
}

// doubleClicks clicks twice in a row.
func (b *tab) doubleClicks(css string) *tab {
	b.t.Helper()
	p := b.find(css)
	b.do(chromedp.MouseClickXY(p.X, p.Y), chromedp.MouseClickXY(p.X, p.Y, chromedp.ClickCount(2)))
	return b
}

// types types into a field.
func (b *tab) types(css, text string) *tab {
	b.t.Helper()
	b.clicks(css)
	for _, r := range text {
		b.presses(string(r))
	}
	return b
}

// chooses chooses a line of a list, as the keyboard does: by typing it.
func (b *tab) chooses(css, text string) *tab {
	b.t.Helper()
	b.find(css)
	eval[bool](b, "document.querySelector(`"+css+"`).focus() === undefined")
	b.presses(text)
	if got := eval[string](b, `document.activeElement.selectedOptions[0].text`); got != text {
		b.t.Fatalf("%s shows %q, want %q", css, got, text)
	}
	return b
}

// back presses the browser's back button.
func (b *tab) back() *tab {
	b.t.Helper()
	history := call(b, page.GetNavigationHistory, cdp.Empty{})
	if history.CurrentIndex == 0 {
		b.t.Fatal("there is no page to go back to")
	}
	call(b, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: history.Entries[history.CurrentIndex-1].ID})
	return b
}

// presses presses a key.
func (b *tab) presses(key string) *tab {
	b.t.Helper()
	b.do(chromedp.KeyEvent(key))
	return b
}

// signsIn signs somebody in, and waits for the account's home.
func (b *tab) signsIn(who string) *tab {
	b.t.Helper()
	return b.goes("/connexion").clicks("#" + who).at("/accueil")
}

// signsInAsAgent signs an agent in.
func (b *tab) signsInAsAgent() *tab {
	b.t.Helper()
	return b.goes("/gestion/connexion").clicks("#agent-1").at("/gestion")
}

// begins takes a payer from the account's home to the bank's page, by what there is to click.
func (b *tab) begins(debt string) *tab {
	b.t.Helper()
	b.goes("/accueil").clicks("#payer-une-creance").at("/demarches/creances")
	b.clicks("#" + debt + " .button").at("/demarches/creances/" + debt + "/etape-1")
	b.clicks("#continuer").at("/demarches/creances/" + debt + "/etape-2")
	return b.clicks("#payer").atKiosk("Veuillez saisir les informations de votre paiement")
}

// The test cards of the simulator: the last two digits decide.
const (
	goodCard    = "5017 6700 0000 1800"
	refusedCard = "5017 6700 0000 1805"
	pendingCard = "5017 6700 0000 1860"
)

// pays types a card at the bank and passes its authentication. The result is shown there.
func (b *tab) pays(number string) *tab {
	b.t.Helper()
	b.types("#number", number).chooses("#month", "11").chooses("#year", "2027").types("#cryptogram", "123")
	b.clicks("button[value=card]").atKiosk("Votre banque vérifie")
	b.clicks("button[value=accept]")
	return b
}

// returns presses « Retour à votre compte » on the bank's last page.
func (b *tab) returns() *tab {
	b.t.Helper()
	return b.clicks(".back button").at("/accueil")
}
