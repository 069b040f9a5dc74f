//go:build !race

package browser_test

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

//go:embed inspect.js
var questions string

var pictures = flag.String("pictures", "", "keep a picture of every page, at every width, in this `folder`")

// axe is the script of axe-core, from the file that QUITTANCE_AXE names; empty without it.
var axe = sync.OnceValues(func() (string, error) {
	file := os.Getenv("QUITTANCE_AXE")
	if file == "" {
		return "", nil
	}
	script, err := os.ReadFile(file)
	return string(script), err
})

// inspector looks at pages, and remembers which it has seen.
type inspector struct {
	t   *testing.T
	axe string
}

func inspectorOf(t *testing.T) *inspector {
	t.Helper()
	script, err := axe()
	if err != nil {
		t.Fatal(err)
	}
	return &inspector{t, script}
}

// sees looks at the page that is shown: at every width, with a mouse or a finger, and with the keyboard; with axe-core, and for pictures, in
// light and in dark.
func (i *inspector) sees(b *tab, name string) *tab {
	b.t.Helper()
	b.wait(name, func(shown) bool { return true })
	b.size(screens[0]).colours("light")
	i.keyboard(b, name)
	for _, width := range []int64{320, 375, 480, 600, 768, 900, 1024, 1280} {
		on := screen{width: width, height: 800, touch: width < 1024}
		b.size(on)
		if wide := eval[[]string](b, ask("wide(%d)", width)); len(wide) > 0 {
			i.t.Errorf("%s is wider than %d pixels:\n%s", name, width, strings.Join(wide, "\n"))
		}
		if !on.touch {
			continue
		}
		if small := eval[[]string](b, ask("small()")); len(small) > 0 {
			i.t.Errorf("%s has controls at %d pixels that are too small for a finger:\n%s", name, width, strings.Join(small, "\n"))
		}
	}
	if i.axe != "" || *pictures != "" {
		i.inBothColours(b, name)
	}
	b.size(screens[0])
	return b
}

// inBothColours has axe-core look at the page, and keeps pictures of it, in light and in dark.
func (i *inspector) inBothColours(b *tab, name string) {
	b.t.Helper()
	if i.axe != "" {
		eval[bool](b, i.axe+"; true")
	}
	for _, on := range append(screens, narrowest) {
		b.size(on)
		for _, in := range []struct{ scheme, rules string }{{"dark", contrast}, {"light", everything}} {
			// The layouts are two, of a computer and of a phone, and dark is other colours at any width.
			looks := i.axe != "" && (on == screens[0] || on == narrowest && in.scheme == "light")
			if !looks && *pictures == "" {
				continue
			}
			b.colours(in.scheme)
			i.keep(b, fmt.Sprintf("%s-%d-%s.png", name, on.width, in.scheme))
			if !looks {
				continue
			}
			if found := eval[string](b, fmt.Sprintf(violations, in.rules)); found != "" {
				i.t.Errorf("%s, on a %s %s:\n%s", name, in.scheme, on.name, found)
			}
		}
	}
}

// ask is a call of inspect.js.
func ask(call string, args ...any) string { return "(" + questions + ")." + fmt.Sprintf(call, args...) }

// violations says what axe-core finds by some of its rules: one line for each place.
const violations = `axe.run(document, {resultTypes: ["violations"], %s})
	.then(r => r.violations.map(v => v.nodes.map(n => v.id + ": " + n.target + ": " + n.failureSummary.replace(/\s+/g, " ")).join("\n")).join("\n"))`

// The rules of axe-core that a page is held to: all but the experimental ones, AAA contrast included, or those of colours alone.
const (
	everything = `rules: Object.fromEntries(axe.getRules().filter(r => !r.tags.includes("experimental")).map(r => [r.ruleId, {enabled: true}]))`
	contrast   = `runOnly: ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]`
)

// keyboard checks that the tab key stops at everything that can be used, in the order of the page, beginning with the way past the menu,
// and that each stop is seen.
func (i *inspector) keyboard(b *tab, name string) {
	b.t.Helper()
	// A page may begin with the focus at what is to be read first: here it begins at the top.
	eval[bool](b, `{const top = document.createElement("button"); document.body.prepend(top); top.focus(); top.remove(); true}`)
	want := eval[[]string](b, ask("stops()"))
	var got []string
	for range want {
		b.presses(kb.Tab)
		var stop struct {
			At    int    `json:"at"`
			Wrong string `json:"wrong"`
		}
		answer := eval[string](b, "JSON.stringify("+ask("stop()")+")")
		if err := json.Unmarshal([]byte(answer), &stop); err != nil {
			b.t.Fatal(err)
		}
		if stop.At < 0 {
			break
		}
		got = append(got, want[stop.At])
		if stop.Wrong != "" {
			i.t.Errorf("%s: the focus on %q: %s", name, want[stop.At], stop.Wrong)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		i.t.Errorf("%s: the stops of the tab key (-want +got):\n%s", name, d)
	}
	if len(want) == 0 || want[0] != "Aller au contenu" && want[0] != "Skip to content" {
		i.t.Errorf("%s: the first stop is not the way past the menu: %q", name, want)
	}
	eval[bool](b, `document.activeElement.blur(); scrollTo(0, 0); true`)
}

// keep keeps a picture of the whole page, when somebody wants to look at it.
func (i *inspector) keep(b *tab, name string) {
	b.t.Helper()
	if *pictures == "" {
		return
	}
	whole := true
	shot := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole})
	if err := os.WriteFile(filepath.Join(*pictures, name), shot.Data, 0o666); err != nil {
		b.t.Fatal(err)
	}
}
