package direct

import "github.com/quittance/quittance/acquirer/internal/secret"

// Secret is the secret of an API key or of a webhook key, as the merchant portal shows it: text that is used as its UTF-8
// bytes. It looks like base64 and is never decoded (docs/direct.md §3). Its zero value is no secret.
//
// It prints as REDACTED with every verb of fmt, in slog, as JSON and as text; also inside the unexported field of another type,
// where fmt calls no method. It cannot be compared with ==. It is safe for concurrent use.
type Secret struct{ secret.Text }

// NewSecret hides the text that the portal shows. It is taken as it stands; [New] says if it cannot be a secret.
func NewSecret(s string) Secret { return Secret{secret.New(s)} }

func (s Secret) plainText() string { return secret.Reveal(s.Text) }
