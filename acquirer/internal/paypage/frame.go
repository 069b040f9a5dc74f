package paypage

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io/fs"
	"net/http"
)

//go:embed pages
var files embed.FS

// style is in every page, and the policy of every page names its hash: no other style is applied, and no script at all.
var style, styleHash = func() (template.CSS, string) {
	css, err := files.ReadFile("pages/style.css")
	if err != nil {
		panic("paypage: the style is not in the program: " + err.Error())
	}
	sum := sha256.Sum256(css)
	return template.CSS(css), "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// Page is one page of a simulator, and the HTTP status that goes with it.
type Page struct {
	status   int
	template *template.Template
}

// LoadPage reads the page of a name from a simulator's own files: pages/name.html and pages/layout.html, which has the words of the frame
// that all simulators share. A page that cannot be parsed is a panic.
func LoadPage(own fs.FS, name string, status int) Page {
	t := template.New("").Funcs(template.FuncMap{"style": func() template.CSS { return style }})
	template.Must(t.ParseFS(files, "pages/frame.html"))
	return Page{status, template.Must(t.ParseFS(own, "pages/layout.html", "pages/"+name+".html"))}
}

// View is what a page says: the data of its templates.
type View interface {
	// WayBack is the form by which the payer leaves the simulator; nil where the page has none.
	WayBack() *Back

	// Payee is who is paid; empty where the page knows of no payment.
	Payee() string
}

// Write writes the whole page, or an error and nothing of it.
func (p Page) Write(w http.ResponseWriter, v View) {
	var b bytes.Buffer
	if err := p.template.ExecuteTemplate(&b, "page", v); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	to := "'self'"
	if back := v.WayBack(); back != nil {
		to += " " + originOf(back.URL)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src "+styleHash+"; form-action "+to+"; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.status)
	_, _ = w.Write(b.Bytes()) // whoever has gone away reads nothing
}
