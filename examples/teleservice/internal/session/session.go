// Package session keeps who is signed in: a random token in a cookie, its digest in the database. Whoever reads the database cannot sign
// in with what is there; whoever plants a cookie finds that signing in draws another.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/database"
)

// Kind is whose session it is. One browser may have one of each.
type Kind string

const (
	Payer Kind = "payer"
	Agent Kind = "agent"
)

const (
	idle = 30 * time.Minute // without a page
	most = 8 * time.Hour    // in all
	step = time.Minute      // how exactly the last page is kept: not every page is a write
)

// ErrNone: there is no such session, or it has ended.
var ErrNone = errors.New("session: none")

// Session is a person who is signed in.
type Session struct {
	Kind   Kind
	Who    string
	Before time.Time // the time of signing in before this one; zero: there was none
	Ends   time.Time // when it ends if nothing is done
}

// Left is how many whole seconds are left of a session.
func (s Session) Left(now time.Time) int { return max(0, int(s.Ends.Sub(now)/time.Second)) }

// Store keeps sessions and the accounts that they belong to. It is safe for concurrent use, by several processes on one database.
type Store struct {
	DB     *database.DB
	Now    func() time.Time
	Secure bool // the service is on https: the cookies are for https only
}

// Start signs somebody in: the session of the request, if there is one, ends, and the answer sets a new cookie.
func (s *Store) Start(w http.ResponseWriter, r *http.Request, k Kind, who string) error {
	if err := s.End(w, r, k); err != nil {
		return err
	}
	before, err := s.login(r.Context(), who)
	if err != nil {
		return err
	}
	token := rand.Text() + rand.Text() // 260 random bits
	now := database.Micros(s.Now())
	_, err = s.DB.ExecContext(r.Context(), s.DB.Q(`INSERT INTO teleservice_session (digest, kind, who, began_at, seen_at, before_at)
		VALUES ($1, $2, $3, $4, $5, $6)`), digest(token), k, who, now, now, database.Micros(before))
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(k, token))
	return nil
}

// login keeps the time of a signing in, and returns that of the one before. It opens the account if there is none.
func (s *Store) login(ctx context.Context, who string) (before time.Time, err error) {
	var micros int64
	err = s.DB.QueryRowContext(ctx, s.DB.Q("SELECT login_at FROM teleservice_account WHERE who = $1"), who).Scan(&micros)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, err
	}
	now := database.Micros(s.Now())
	_, err = s.DB.ExecContext(ctx, s.DB.Q(`INSERT INTO teleservice_account (who, opened_at, login_at) VALUES ($1, $2, $3)
		ON CONFLICT (who) DO UPDATE SET login_at = excluded.login_at`), who, now, now)
	return database.Instant(micros), err
}

// HasAccount reports whether somebody has ever signed in.
func (s *Store) HasAccount(ctx context.Context, who string) (bool, error) {
	var n int
	err := s.DB.QueryRowContext(ctx, s.DB.Q("SELECT count(*) FROM teleservice_account WHERE who = $1"), who).Scan(&n)
	return n > 0, err
}

// Find returns the session of a request, ErrNone if it has none. The request is an action: the session lasts from then on.
func (s *Store) Find(r *http.Request, k Kind) (Session, error) { return s.find(r, k, step) }

// Peek returns the session of a request that is no action, such as a page's own question whether something has changed. It keeps nothing.
func (s *Store) Peek(r *http.Request, k Kind) (Session, error) { return s.find(r, k, most) }

// Had reports whether the browser brings a session that is there no more: whoever sees the page for signing in then was signed in before.
func (s *Store) Had(r *http.Request, k Kind) bool {
	_, err := r.Cookie(s.name(k))
	return err == nil
}

// find returns the session, and notes the request as its last action when the one that is noted is so old.
func (s *Store) find(r *http.Request, k Kind, old time.Duration) (Session, error) {
	c, err := r.Cookie(s.name(k))
	if err != nil {
		return Session{}, ErrNone
	}
	var who string
	var began, seen, before int64
	err = s.DB.QueryRowContext(r.Context(), s.DB.Q(`SELECT who, began_at, seen_at, before_at FROM teleservice_session
		WHERE digest = $1 AND kind = $2`), digest(c.Value), k).Scan(&who, &began, &seen, &before)
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, ErrNone
	}
	if err != nil {
		return Session{}, err
	}
	now, last, end := s.Now(), database.Instant(seen), database.Instant(began).Add(most)
	if now.Sub(last) >= idle || !now.Before(end) {
		return Session{}, ErrNone
	}
	if now.Sub(last) >= old {
		last = now
		_, err = s.DB.ExecContext(r.Context(), s.DB.Q("UPDATE teleservice_session SET seen_at = $1 WHERE digest = $2"),
			database.Micros(now), digest(c.Value))
	}
	if byIdling := last.Add(idle); byIdling.Before(end) {
		end = byIdling
	}
	return Session{k, who, database.Instant(before), end}, err
}

// End signs out: the session is gone from the database, whatever the browser does with its cookie.
func (s *Store) End(w http.ResponseWriter, r *http.Request, k Kind) error {
	c, err := r.Cookie(s.name(k))
	if err != nil {
		return nil
	}
	gone := s.cookie(k, "")
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	_, err = s.DB.ExecContext(r.Context(), s.DB.Q("DELETE FROM teleservice_session WHERE digest = $1"), digest(c.Value))
	return err
}

// Sweep deletes the sessions that have ended by themselves: a chore for payment.Config.
func (s *Store) Sweep(ctx context.Context, now time.Time) (int, error) {
	res, err := s.DB.ExecContext(ctx, s.DB.Q("DELETE FROM teleservice_session WHERE seen_at < $1 OR began_at < $2"),
		database.Micros(now.Add(-idle)), database.Micros(now.Add(-most)))
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// cookie is SameSite=Lax: it is not sent with the bank's post to the return route, which needs none, but with the redirection that
// answers it. It has no Expires, and ends with the browser.
func (s *Store) cookie(k Kind, token string) *http.Cookie {
	return &http.Cookie{Name: s.name(k), Value: token, Path: "/", HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode}
}

// name begins with __Host- on https: then no other host of the domain can plant the cookie.
func (s *Store) name(k Kind) string {
	if s.Secure {
		return "__Host-" + string(k)
	}
	return string(k)
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
