package acquirertest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/callback"
)

func listenCases() []Case {
	return []Case{
		{
			"listen/shapes",
			"What comes on a channel has one of the shapes that the client takes there, and reads the same after the way over " +
				"HTTP: what does not fit is refused before Parse sees it.",
			shapesFit,
		},
		{
			"listen/answer",
			"A verification request is answered with a short and harmless text, every other request with none, the same each " +
				"time and without reading a body: anybody can send one.",
			answerIsShort,
		},
	}
}

// channels are the two ways by which messages arrive.
var channels = []acquirer.Channel{acquirer.Notify, acquirer.Return}

func shapesFit(t *trial) error {
	if _, err := t.beginAndEnd(acquirer.Accepted); err != nil {
		return err
	}
	for _, c := range channels {
		shapes, headers := acquirer.Takes(t.client, c)
		again, headersAgain := acquirer.Takes(t.client, c)
		if !slices.Equal(shapes, again) || !slices.Equal(headers, headersAgain) {
			return fmt.Errorf("Takes of the channel %s says two things", c)
		}
		cbs, err := t.awaitCallbacks(c, 1)
		if err != nil {
			return err
		}
		for _, cb := range cbs {
			if err := t.overHTTP(cb); err != nil {
				return fmt.Errorf("what came on the channel %s: %w", c, err)
			}
		}
	}
	return nil
}

// overHTTP sends a callback as a request to a host's handler.
func (t *trial) overHTTP(cb acquirer.Callback) error {
	r, err := callback.NewRequest(t.ctx, "https://shop.invalid/"+string(cb.Channel), cb)
	if err != nil {
		return fmt.Errorf("the world failed, not the client: %w", err)
	}
	got, err := acquirer.ReadCallback(httptest.NewRecorder(), r, cb.Channel, t.client)
	if err != nil {
		return fmt.Errorf("it has none of the shapes that the client takes: %w", err)
	}
	want, err := t.parseGenuine(cb)
	if err != nil {
		return err
	}
	read, err := t.parseGenuine(got)
	if err != nil {
		return fmt.Errorf("after the way over HTTP: %w", err)
	}
	if !read.Equal(want) {
		return fmt.Errorf("before the way over HTTP it says %s, after it %s", want, read)
	}
	return nil
}

// untouched is a request body that records whether it was read.
type untouched struct {
	io.Reader
	read bool
}

func (u *untouched) Read(b []byte) (int, error) { u.read = true; return u.Reader.Read(b) }
func (u *untouched) Close() error               { return nil }

func answerIsShort(t *trial) error {
	listener, ok := t.client.(acquirer.Listener)
	if !ok {
		return nil // it answers no request at all
	}
	requests := map[string]*http.Request{
		"a plain GET":        httptest.NewRequest(http.MethodGet, "https://shop.invalid/notify", nil),
		"a GET with a query": httptest.NewRequest(http.MethodGet, "https://shop.invalid/notify?token=abc", nil),
	}
	wanted := map[string]string{}
	if v, ok := t.w.(Verifying); ok {
		requests["the verification"], wanted["the verification"] = v.Verification("Az09+/=_.-"), "Az09+/=_.-"
		for what, token := range map[string]string{
			"a script": "<script>alert(1)</script>", "spaces": "a b", "a line feed": "a\nb", "not ASCII": "é",
			"257 letters": strings.Repeat("a", 257), "empty": "",
		} {
			requests["a verification with "+what], wanted["a verification with "+what] = v.Verification(token), ""
		}
		posted := v.Verification("abc")
		posted.Method = http.MethodPost
		requests["a POST"], wanted["a POST"] = posted, ""
	}
	return forEach(keyTable(requests), func(name string) error {
		r := requests[name]
		body := &untouched{Reader: bytes.NewReader([]byte("{}"))}
		r.Body = body
		text, ok := listener.Answer(r)
		again, okAgain := listener.Answer(r)
		want, verified := wanted[name]
		switch {
		case text != again || ok != okAgain:
			return errors.New("it is answered differently the second time")
		case body.read:
			return errors.New("its body was read")
		case !ok && text != "":
			return errors.New("there is a text although there is no answer")
		case len(text) > 256 || strings.Trim(text, answerCharacters) != "":
			return fmt.Errorf("the answer has %d bytes, or characters that are not harmless", len(text))
		case verified && (text != want || ok != (want != "")):
			return fmt.Errorf("the answer is %q, expected %q", text, want)
		}
		return nil
	})
}

// answerCharacters may stand in an answer.
const answerCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_.-"

// keyTable is a table of a map's keys, each under itself.
func keyTable[V any](m map[string]V) map[string]string {
	names := make(map[string]string, len(m))
	for name := range m {
		names[name] = name
	}
	return names
}
