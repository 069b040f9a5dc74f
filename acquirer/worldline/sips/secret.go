package sips

import "github.com/quittance/quittance/acquirer/internal/secret"

// Secret is a secret key of the shop, as the bank's back office shows it: text, never decoded (Sips guide: the 43 characters
// are used as they are). Its zero value is no key, and nothing can be sealed with it.
//
// It prints as REDACTED with every verb of fmt, in slog, as JSON and as text; also inside the unexported field of another type,
// where fmt calls no method. It cannot be compared with ==. It is safe for concurrent use.
type Secret struct{ secret.Text }

// NewSecret hides the text that the back office shows. It is taken as it stands; [New] says if it cannot be a key.
func NewSecret(s string) Secret { return Secret{secret.New(s)} }

func (s Secret) text() string { return secret.Reveal(s.Text) }
