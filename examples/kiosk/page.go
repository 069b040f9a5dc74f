package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

//go:embed page.html
var pageHTML string

var layout = template.Must(template.New("page").Funcs(template.FuncMap{
	"amount": func(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) },
	"time":   func(t time.Time) string { return t.Format(time.DateTime) },
}).Parse(pageHTML))

// shown is how many transactions the page lists, the newest first; the API has them all.
const shown = 100

// page lists the transactions.
func (d *desk) page(w http.ResponseWriter, _ *http.Request) { d.show(w, http.StatusOK, "") }

func (d *desk) show(w http.ResponseWriter, status int, trouble string) {
	p := d.platform.Load()
	list := d.transactions()
	slices.Reverse(list)
	var b bytes.Buffer
	err := layout.Execute(&b, map[string]any{
		"URL": p.URL, "Now": p.Now(), "All": len(list), "Transactions": list[:min(len(list), shown)], "Trouble": trouble,
		"Notices": byTarget("notification"), "Calls": byTarget("call"), "Sessions": byTarget("session"),
		"Ops": []string{acquirer.OpBegin, acquirer.OpStatus, acquirer.OpCancel, acquirer.OpRefund},
	})
	if err != nil {
		http.Error(w, "the page cannot be written", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// byTarget returns the faults that strike a notification, a call or a session.
func byTarget(target string) []sipstest.Fault {
	return slices.DeleteFunc(sipstest.Faults(), func(f sipstest.Fault) bool { return string(f.Target()) != target })
}

// button takes a wish as a form, and goes back to the page.
func (d *desk) button(w http.ResponseWriter, r *http.Request) {
	do, ok := actions[r.PathValue("action")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxWish)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "not a form", http.StatusBadRequest)
		return
	}
	f := r.PostForm
	what := wish{Merchant: f.Get("merchant"), Reference: f.Get("reference"), Op: f.Get("op"), Code: f.Get("code"), Duration: f.Get("duration")}
	for _, name := range f["fault"] {
		if name != "" {
			what.Faults = append(what.Faults, sipstest.Fault(name))
		}
	}
	if _, err := do(d.platform.Load(), what); err != nil {
		d.show(w, status(err), err.Error())
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
