package office

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/examples/internal/dayexport"
	"github.com/quittance/quittance/examples/internal/workbook"
	"github.com/quittance/quittance/examples/teleservice/internal/database"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// file is a form in which a day's export can be downloaded.
type file struct {
	Name, Text, Hint string
	ext, media       string
	write            func(*Office, context.Context, exported, io.Writer) error
}

var fileForms = []file{
	{"classeur", "Classeur (.xlsx)", "pour l’ouvrir et le lire", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		func(_ *Office, _ context.Context, e exported, w io.Writer) error {
			return workbook.Write(w, []dayexport.Export{e.Export})
		}},
	{"csv", "CSV", "pour le garder et pour les programmes", "csv", "text/csv; charset=utf-8",
		func(_ *Office, _ context.Context, e exported, w io.Writer) error {
			_, err := w.Write(e.csv)
			return err
		}},
	{"json", "JSON Lines", "pour les programmes", "jsonl", "application/jsonl; charset=utf-8",
		func(o *Office, ctx context.Context, e exported, w io.Writer) error {
			_, err := o.Books.ExportJSON(ctx, e.Day, w)
			return err
		}},
}

// exports lists the last days that are over, with their totals and seals, newest first, and asks for another.
func (o *Office) exports(w http.ResponseWriter, r *http.Request, agent officer) error {
	return o.showExports(w, r, agent, http.StatusOK, o.Books.LastDay(), nil)
}

func (o *Office) showExports(w http.ResponseWriter, r *http.Request, agent officer, status int, day string, faults []web.Fault) error {
	days, err := o.lastDays(r.Context())
	if err != nil {
		return err
	}
	first, err := o.firstDay(r.Context())
	if err != nil {
		return err
	}
	sum := sumOf(days)
	days = slices.DeleteFunc(days, func(d database.Day) bool { return d.Seal == "" && (first == "" || d.Day < first) })
	slices.Reverse(days)
	done, _ := o.noteAndTyped(w, r)
	page := o.page(r, agent, "Exports et sceaux")
	page.Errors = faults
	page.Body = map[string]any{"Day": day, "Days": days, "Sum": sum, "Forms": fileForms, "Done": done}
	return o.pages.Write(w, r, status, "exports.html", page)
}

// export is the movements of one day, for the accounting officer, in the form that was asked for. The seal is to be kept outside the database.
func (o *Office) export(w http.ResponseWriter, r *http.Request, agent officer) error {
	typed := strings.TrimSpace(r.FormValue("jour"))
	i := max(slices.IndexFunc(fileForms, func(f file) bool { return f.Name == r.FormValue("forme") }), 0)
	if r.FormValue("forme") == "" {
		i = 1
	}
	t, err := web.ReadDay(typed, paris)
	var e exported
	if err == nil {
		o.liftDeadlines(w)
		e, err = o.exportDay(r.Context(), t.Format(time.DateOnly), agent.ID)
	} else {
		err = fmt.Errorf("%w: %w", payment.ErrInvalid, err)
	}
	if errors.Is(err, payment.ErrInvalid) { // no day, or one that is not over: which are, the books alone know
		return o.showExports(w, r, agent, http.StatusUnprocessableEntity, typed, []web.Fault{{Field: "jour",
			Text: "Choisissez un jour qui est fini, au plus tard le " + frenchDay(o.Books.LastDay()) + " : jour, mois et année, par exemple 02/03/2026."}})
	}
	if err != nil {
		return err
	}
	f := fileForms[i]
	var b bytes.Buffer
	if err := f.write(o, r.Context(), e, &b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", f.media)
	h.Set("Content-Disposition", `attachment; filename="mouvements-`+e.Day+`.`+f.ext+`"`)
	h.Set("X-Seal", e.Seal)
	_, err = b.WriteTo(w)
	return err
}

// keepSeal writes down that the seal of a day was kept outside. Who says so has the seal before him: it comes with the form.
func (o *Office) keepSeal(r *http.Request, agent officer) (next, outcome string, err error) {
	day, seal := r.PostForm.Get("jour"), r.PostForm.Get("sceau")
	kept, err := o.Database.Days(r.Context(), day, day)
	if err != nil {
		return "", "", err
	}
	if len(kept) == 0 || kept[0].Seal != seal {
		return "", "", web.Bad(errors.New("not the seal of that day"))
	}
	return "/gestion/exports", "sceau", o.Database.KeepSeal(r.Context(), day, agent.ID, o.Clock.Now())
}

// seals are those of all days that were exported, oldest first, a line each: to be printed and signed, or kept where nobody who can write to the
// database can write.
func (o *Office) seals(w http.ResponseWriter, r *http.Request, _ officer) error {
	days, err := o.Database.Days(r.Context(), "", "9999")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="sceaux-`+o.Books.LastDay()+`.txt"`)
	for _, d := range days {
		if _, err := fmt.Fprintf(w, "%s %s\r\n", d.Day, d.Seal); err != nil {
			return err
		}
	}
	return nil
}

// liftDeadlines lets an answer take as long as it needs: what reads the whole record may take minutes. The request's context ends it when nobody waits
// any more.
func (o *Office) liftDeadlines(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{}) // not every server has one
	_ = c.SetWriteDeadline(time.Time{})
}
