package office

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
)

//go:embed office.css
var css []byte

// sheet is the office's own style, beside the one that all pages share. Its address has a digest of what is in it: browsers keep it for ever,
// and a new version has a new address.
type sheet struct{ address string }

var style = func() sheet {
	sum := sha256.Sum256(css)
	return sheet{"/fichiers/gestion." + hex.EncodeToString(sum[:6]) + ".css"}
}()

// ServeHTTP serves the sheet.
func (sheet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(css)
}
