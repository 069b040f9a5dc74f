//go:build !race

package browser_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// errNoChromium is the reason why the tests of this package skip.
var errNoChromium = errors.New("needs Chromium: apt-get install chromium-headless-shell")

// chromiums are the programs that will do, the best first: the shell is the same engine without a window of its own, whose drawing takes more
// time than the page's, and no test looks at a window.
var chromiums = []string{"chromium-headless-shell", "chromium"}

// chromium is the one browser of all tests. It starts with the first of them.
var chromium = sync.OnceValues(launch)

// closeChromium ends it, if it has started.
var closeChromium = func() {}

func launch() (context.Context, error) {
	path := ""
	for _, name := range chromiums {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, errNoChromium
	}
	profile, err := os.MkdirTemp("", "quittance-chromium")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.DisableGPU,
		chromedp.Flag("headless", "new"), chromedp.Flag("no-sandbox", true), // root, in a container
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("font-render-hinting", "none"), // the same picture everywhere
		// Nothing but this machine is reached, whatever a page or the browser asks for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
		chromedp.Flag("lang", "fr-FR"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	closeChromium = func() {
		cancel()
		stop()
		os.RemoveAll(profile)
	}
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("%s does not start: %w", path, err)
	}
	return ctx, nil
}

func TestMain(m *testing.M) {
	status := m.Run()
	closeChromium()
	closeFirefox()
	os.Exit(status)
}

// needChromium skips a test where there is no browser.
func needChromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("long: the browser runs without -short")
	}
	ctx, err := chromium()
	if errors.Is(err, errNoChromium) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}
