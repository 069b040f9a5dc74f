package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// An agent's page says when the session ends; its own question about that does not keep the session, the button does, and the answer counts the seconds.
// What a payer keeps is not what an agent keeps.
func TestAgentSessionIsKept(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	a := w.agent().reads("Sans action de votre part, votre session prend fin à 11 h (heure de Paris).")
	if !strings.Contains(a.Page, `data-address="/gestion/session"`) || strings.Contains(a.text(), "veniez de payer") {
		t.Errorf("the page does not keep the office's session, in its words:\n%s", a.Page)
	}
	left := func(b *browser, method, path string, least, most int) {
		t.Helper()
		c := *b
		c.do(method, path, nil)
		seconds := 0
		for _, d := range strings.TrimSpace(c.Page) {
			if d < '0' || d > '9' {
				t.Fatalf("%s %s: %d %q", method, path, c.Status, c.Page)
			}
			seconds = 10*seconds + int(d-'0')
		}
		if seconds < least || seconds > most || c.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %d seconds, %s; want %d to %d", method, path, seconds, c.Header.Get("Content-Type"), least, most)
		}
	}
	w.Clock.Pass(20 * time.Minute)
	left(a, http.MethodGet, "/gestion/session", 590, 600)
	left(a, http.MethodGet, "/session", 0, 0) // nobody is signed in as a payer
	a.get("/gestion/nulle-part")              // a page about an error is no action
	left(a, http.MethodGet, "/gestion/session", 590, 600)
	left(a, http.MethodPost, "/gestion/session", 1790, 1800)
	w.Clock.Pass(20 * time.Minute)
	a.get("/gestion/orphelins").at(http.StatusOK, "/gestion/orphelins")
	w.Clock.Pass(31 * time.Minute)
	left(a, http.MethodPost, "/gestion/session", 0, 0) // what has ended cannot be kept
	a.get("/gestion/orphelins").at(http.StatusOK, "/gestion/connexion").reads("Votre session a pris fin", "Connectez-vous")
	b := w.browser()
	left(b.get("/gestion/connexion"), http.MethodPost, "/gestion/session", 0, 0)
	b.get("/gestion/orphelins").at(http.StatusOK, "/gestion/connexion").lacks("a pris fin") // never was here

	// No session lasts longer than eight hours, however often it is kept: the page counts down to that end.
	a = w.agent()
	for range 15 {
		w.Clock.Pass(30*time.Minute - time.Second)
		left(a, http.MethodPost, "/gestion/session", 0, 1800)
	}
	left(a, http.MethodPost, "/gestion/session", 1750, 1815)
	w.Clock.Pass(20 * time.Minute)
	left(a, http.MethodPost, "/gestion/session", 550, 615)
}
