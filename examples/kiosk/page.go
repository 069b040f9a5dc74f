package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// The page is a frame with what is a platform's own.
var (
	//go:embed frame.html
	frame string
	//go:embed worldline.html
	worldlineParts string
	//go:embed payfip.html
	payfipParts string

	worldlineLayout = newLayout(worldlineParts)
	payfipLayout    = newLayout(payfipParts)
)

// newLayout returns the frame with the parts of a platform.
func newLayout(parts string) *template.Template {
	t := template.New("frame").Funcs(template.FuncMap{
		"amount": func(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) },
		"time":   func(t time.Time) string { return t.Format(time.DateTime) },
	})
	return template.Must(template.Must(t.Parse(frame)).Parse(parts))
}

// shown is how many transactions the page lists, the newest first; the API has them all.
const shown = 100

// page lists the transactions.
func (d *desk) page(w http.ResponseWriter, _ *http.Request) { d.show(w, http.StatusOK, "") }

func (d *desk) show(w http.ResponseWriter, status int, trouble string) {
	p := d.at()
	list := p.transactions()
	slices.Reverse(list)
	var b bytes.Buffer
	err := worldlineLayout.Execute(&b, map[string]any{
		"Name": p.name(), "Serves": p.serves(), "URL": p.address(), "Sips": p.name() == "Sips",
		"Now": p.Now(), "All": len(list), "Transactions": list[:min(len(list), shown)], "Trouble": trouble,
		"Notices": p.faults("notification"), "Calls": p.faults("call"), "Sessions": p.faults("session"),
		"Absent": p.absent(),
		"Ops":    p.operations(),
	})
	if err != nil {
		http.Error(w, "the page cannot be written", http.StatusInternalServerError)
		return
	}
	sendPage(w, status, b.Bytes())
}

// ofTarget returns the faults that strike a notification, a call or a session.
func ofTarget(faults []fault, target string) []fault {
	return slices.DeleteFunc(faults, func(f fault) bool { return string(f.Target()) != target })
}

// button takes a wish as a form, and goes back to the page.
func (d *desk) button(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxWish)
	if err := r.ParseForm(); err != nil {
		d.show(w, http.StatusBadRequest, "not a form")
		return
	}
	f := r.PostForm
	what := wish{
		Merchant: f.Get("merchant"), Reference: f.Get("reference"), Payment: f.Get("payment"), Op: f.Get("op"), Code: f.Get("code"),
		Duration: f.Get("duration"),
	}
	what.Status, _ = strconv.Atoi(f.Get("status")) // what is none is refused by the action
	for _, name := range f["fault"] {
		if name != "" {
			what.Faults = append(what.Faults, fault(name))
		}
	}
	_, ok, err := d.at().do(r.PathValue("action"), what)
	if !ok {
		d.show(w, http.StatusNotFound, "there is no such button")
		return
	}
	if err != nil {
		d.show(w, status(err), err.Error())
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
