package office

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
)

// exportPage asks for a day: the last one that is over, unless somebody chooses another.
func (o *Office) exportPage(w http.ResponseWriter, r *http.Request, agent people.Agent) error {
	return o.showExport(w, r, agent, http.StatusOK, o.Clock.Now().In(paris).AddDate(0, 0, -1).Format("02/01/2006"), nil)
}

func (o *Office) showExport(w http.ResponseWriter, r *http.Request, agent people.Agent, status int, day string, faults []web.Fault) error {
	page := o.page(r, agent, "Export du jour")
	page.Errors, page.Body = faults, day
	return o.pages.Write(w, r, status, "export.html", page)
}

// export is the movements of one day, for the accounting officer. The seal in its last line is to be kept outside the database.
func (o *Office) export(w http.ResponseWriter, r *http.Request, agent people.Agent) error {
	t, err := web.ReadDay(strings.TrimSpace(r.FormValue("jour")), paris)
	if err != nil || !t.AddDate(0, 0, 1).Before(o.Clock.Now()) {
		return o.showExport(w, r, agent, http.StatusUnprocessableEntity, r.FormValue("jour"),
			[]web.Fault{{Field: "jour", Text: "Choisissez un jour qui est fini : jour, mois et année, par exemple 02/03/2026."}})
	}
	day := t.Format(time.DateOnly)
	var b bytes.Buffer
	seal, err := o.Books.Export(r.Context(), day, &b)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="mouvements-`+day+`.csv"`)
	h.Set("X-Seal", seal.String())
	_, err = b.WriteTo(w)
	return err
}

// paris is where the fund's days begin and end. The library links the time zones in.
var paris = func() *time.Location {
	l, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return l
}()
