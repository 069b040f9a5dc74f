package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

var (
	//go:embed style.css
	style []byte
	//go:embed icon.svg
	icon []byte
)

type asset struct {
	address, media string
	content        []byte
}

// assets have addresses with a digest of what is in them: browsers keep them for ever, and a new version has a new address.
var assets = func() map[string]asset {
	all := make(map[string]asset)
	for name, a := range map[string]asset{
		"style.css": {media: "text/css; charset=utf-8", content: style},
		"icon.svg":  {media: "image/svg+xml", content: icon},
	} {
		sum := sha256.Sum256(a.content)
		ext := path.Ext(name)
		a.address = "/fichiers/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		all[name] = a
	}
	return all
}()

// Assets mounts the files of the pages.
func Assets(mux *http.ServeMux) {
	for _, a := range assets {
		mux.HandleFunc("GET "+a.address, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", a.media)
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			w.Write(a.content)
		})
	}
}
