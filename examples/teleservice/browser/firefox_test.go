//go:build !race

package browser_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// errNoFirefox is the reason why the tests in Firefox skip.
var errNoFirefox = errors.New("needs Firefox: apt-get install firefox-esr")

// firefox is the one Firefox of all tests, driven by WebDriver BiDi. It starts with the first of them.
var firefox = sync.OnceValues(launchFirefox)

// closeFirefox ends it, if it has started.
var closeFirefox = func() {}

// bidi is a connection by WebDriver BiDi: commands and their answers, each an object of JSON in a message of a web socket.
// https://www.w3.org/TR/webdriver-bidi/
type bidi struct {
	conn *websocket.Conn
	tabs sync.Mutex // held while one is opened or closed: Firefox opens a tab beside the one that is shown, which must not be closed meanwhile

	mu      sync.Mutex
	last    int
	waiting map[int]chan bidiAnswer
	closed  error
}

type bidiAnswer struct {
	ID      int             `json:"id"`
	Type    string          `json:"type"` // success, error; event for what nobody has asked for
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
}

// preferences keep Firefox on this machine: a request to any other host goes to a proxy that does not exist, and localhost goes to no
// proxy.
const preferences = `
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("intl.accept_languages", "fr");
user_pref("app.update.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("signon.rememberSignons", false);
user_pref("browser.formfill.enable", false);
`

func launchFirefox() (_ *bidi, err error) {
	path, err := exec.LookPath("firefox-esr")
	if err != nil {
		return nil, errNoFirefox
	}
	profile, err := os.MkdirTemp("", "quittance-firefox")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(preferences), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0")
	says, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	closeFirefox = func() {
		cmd.Process.Kill()
		cmd.Wait()
		os.RemoveAll(profile)
	}
	address := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(says); lines.Scan(); {
			if at, ok := strings.CutPrefix(lines.Text(), "WebDriver BiDi listening on "); ok {
				address <- at
			}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	select {
	case at := <-address:
		conn, _, err := websocket.Dial(ctx, at+"/session", nil)
		if err != nil {
			return nil, fmt.Errorf("%s does not take a connection: %w", path, err)
		}
		conn.SetReadLimit(64 << 20)
		b := &bidi{conn: conn, waiting: make(map[int]chan bidiAnswer)}
		go b.listen()
		_, err = b.command(ctx, "session.new", map[string]any{"capabilities": map[string]any{}})
		return b, err
	case <-ctx.Done():
		return nil, fmt.Errorf("%s does not start", path)
	}
}

// listen hands each answer to who waits for it, until the connection ends.
func (b *bidi) listen() {
	for {
		_, message, err := b.conn.Read(context.Background())
		b.mu.Lock()
		if err != nil {
			b.closed = err
			for _, waiting := range b.waiting {
				close(waiting)
			}
			b.mu.Unlock()
			return
		}
		var a bidiAnswer
		if json.Unmarshal(message, &a) == nil && b.waiting[a.ID] != nil {
			b.waiting[a.ID] <- a
			delete(b.waiting, a.ID)
		}
		b.mu.Unlock()
	}
}

// command runs one command, and returns its result.
func (b *bidi) command(ctx context.Context, method string, params any) (json.RawMessage, error) {
	b.mu.Lock()
	if b.closed != nil {
		defer b.mu.Unlock()
		return nil, b.closed
	}
	b.last++
	id, answer := b.last, make(chan bidiAnswer, 1)
	b.waiting[id] = answer
	b.mu.Unlock()
	message, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	if err := b.conn.Write(ctx, websocket.MessageText, message); err != nil {
		return nil, err
	}
	select {
	case a, ok := <-answer:
		if !ok {
			return nil, fmt.Errorf("%s: the browser is gone: %w", method, b.closed)
		}
		if a.Type != "success" {
			return nil, fmt.Errorf("%s: %s: %.300s", method, a.Error, a.Message)
		}
		return a.Result, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", method, context.Cause(ctx))
	}
}

// fox is a tab of somebody's Firefox. It is for one goroutine.
type fox struct {
	t       *testing.T
	s       *service
	b       *bidi
	context string // what the browser calls the tab
}

// inFirefox opens somebody’s Firefox: no other one’s cookies are in it.
func (s *service) inFirefox() *fox {
	s.t.Helper()
	b := needFirefox(s.t)
	f := &fox{t: s.t, s: s, b: b}
	var person struct{ UserContext string }
	b.tabs.Lock()
	defer b.tabs.Unlock()
	f.must("browser.createUserContext", map[string]any{}, &person)
	s.t.Cleanup(func() {
		b.tabs.Lock()
		defer b.tabs.Unlock()
		f.do("browser.removeUserContext", map[string]any{"userContext": person.UserContext}, nil)
	})
	var tab struct{ Context string }
	f.must("browsingContext.create", map[string]any{"type": "tab", "userContext": person.UserContext}, &tab)
	f.context = tab.Context
	return f.size(screens[0])
}

// needFirefox skips a test where there is no Firefox.
func needFirefox(t *testing.T) *bidi {
	t.Helper()
	if testing.Short() {
		t.Skip("long: the browser runs without -short")
	}
	b, err := firefox()
	if errors.Is(err, errNoFirefox) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// do runs a command within the test's patience; into is where its result goes, nil for nowhere.
func (f *fox) do(method string, params map[string]any, into any) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	result, err := f.b.command(ctx, method, params)
	if err == nil && into != nil {
		err = json.Unmarshal(result, into)
	}
	return err
}

func (f *fox) must(method string, params map[string]any, into any) {
	f.t.Helper()
	if err := f.do(method, params, into); err != nil {
		f.t.Fatal(err)
	}
}

// eval asks the page something whose answer is JSON.
func (f *fox) eval(expression string, into any) error {
	var answer struct {
		Result    struct{ Value string }
		Exception struct{ Text string } `json:"exceptionDetails"`
	}
	err := f.do("script.evaluate", map[string]any{
		"expression": "JSON.stringify(" + expression + ")", "target": map[string]any{"context": f.context}, "awaitPromise": true,
	}, &answer)
	if err == nil && answer.Exception.Text != "" {
		err = errors.New(answer.Exception.Text)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(answer.Result.Value), into)
}

// goes types an address of the service.
func (f *fox) goes(path string) *fox {
	f.t.Helper()
	f.must("browsingContext.navigate", map[string]any{"context": f.context, "url": f.s.Base + path, "wait": "complete"}, nil)
	return f
}

// size makes the window as large as a screen.
func (f *fox) size(s screen) *fox {
	f.t.Helper()
	f.must("browsingContext.setViewport", map[string]any{"context": f.context, "viewport": map[string]any{"width": s.width, "height": s.height}}, nil)
	return f
}

// look reads the page that is shown now. Between two pages there is nothing: the next look will tell.
func (f *fox) look() (s shown) {
	if err := f.eval(look, &s); err != nil {
		return shown{Text: err.Error()}
	}
	s.Text = plain(s.Text)
	return s
}

// wait waits until what is shown is right.
func (f *fox) wait(what string, right func(shown) bool) *fox {
	f.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		s := f.look()
		if s.Ready && right(s) {
			return f
		}
		if time.Now().After(deadline) {
			f.t.Fatalf("waited for %s and see %s:\n%s", what, s.URL, s.Text)
		}
	}
}

func (f *fox) at(path string) *fox {
	f.t.Helper()
	return f.wait(path, func(s shown) bool { return strings.HasPrefix(s.URL, f.s.Base+"/") && s.path() == path })
}

func (f *fox) atKiosk(words string) *fox {
	f.t.Helper()
	return f.wait("the bank’s page with "+words, func(s shown) bool {
		return strings.HasPrefix(s.URL, f.s.Bank.Where) && strings.Contains(s.Text, words)
	})
}

func (f *fox) reads(words ...string) *fox {
	f.t.Helper()
	for _, w := range words {
		f.wait(w, func(s shown) bool { return strings.Contains(s.Text, w) })
	}
	return f
}

func (f *fox) lacks(words ...string) *fox {
	f.t.Helper()
	s := f.look()
	for _, w := range words {
		if strings.Contains(s.Text, w) {
			f.t.Errorf("%s says %q:\n%s", s.URL, w, s.Text)
		}
	}
	return f
}

// clicks clicks in the middle of something, once it is there and nothing covers it.
func (f *fox) clicks(css string) *fox {
	f.t.Helper()
	var at *place
	f.wait("something to click at "+css, func(shown) bool {
		at = nil
		return f.eval(findPlace+"(`"+css+"`)", &at) == nil && at != nil
	})
	// A pointer stands on whole pixels.
	f.must("input.performActions", map[string]any{"context": f.context, "actions": []any{map[string]any{
		"type": "pointer", "id": "mouse", "actions": []any{
			map[string]any{"type": "pointerMove", "x": int(at.X), "y": int(at.Y)},
			map[string]any{"type": "pointerDown", "button": 0}, map[string]any{"type": "pointerUp", "button": 0},
		},
	}}}, nil)
	return f
}

// presses presses keys, one after the other.
func (f *fox) presses(text string) *fox {
	f.t.Helper()
	var keys []any
	for _, r := range text {
		keys = append(keys, map[string]any{"type": "keyDown", "value": string(r)}, map[string]any{"type": "keyUp", "value": string(r)})
	}
	f.must("input.performActions", map[string]any{"context": f.context, "actions": []any{
		map[string]any{"type": "key", "id": "keyboard", "actions": keys},
	}}, nil)
	return f
}

// types types into a field, or a line of a list.
func (f *fox) types(css, text string) *fox {
	f.t.Helper()
	f.wait("a field at "+css, func(shown) bool {
		var focused bool
		err := f.eval("(e => e !== null && (e.focus(), document.activeElement === e))(document.querySelector(`"+css+"`))", &focused)
		return err == nil && focused
	})
	return f.presses(text)
}

func (f *fox) signsIn(who string) *fox {
	f.t.Helper()
	return f.goes("/connexion").clicks("#" + who).at("/accueil")
}

// begins takes a payer from the account's home to the bank's page.
func (f *fox) begins(debt string) *fox {
	f.t.Helper()
	f.goes("/accueil").clicks("#payer-une-creance").at("/demarches/creances")
	f.clicks("#" + debt + " .button").at("/demarches/creances/" + debt + "/etape-1")
	f.clicks("#continuer").at("/demarches/creances/" + debt + "/etape-2")
	return f.clicks("#payer").atKiosk("Veuillez saisir les informations de votre paiement")
}

// pays types a card at the bank and passes its authentication.
func (f *fox) pays(number string) *fox {
	f.t.Helper()
	f.types("#number", number).types("#month", "11").types("#year", "2027").types("#cryptogram", "123")
	return f.clicks("button[value=card]").atKiosk("Votre banque vérifie").clicks("button[value=accept]")
}

func (f *fox) returns() *fox {
	f.t.Helper()
	return f.clicks(".back button").at("/accueil")
}
