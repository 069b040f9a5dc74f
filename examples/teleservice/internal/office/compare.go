package office

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/quittance/quittance/examples/internal/bankfile"
	"github.com/quittance/quittance/examples/internal/dayexport"
	"github.com/quittance/quittance/examples/internal/reconcile"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// mostDays and mostFiles are what one comparison takes: a month and its borders, and the journals and statements of a month.
const mostDays, mostFiles = 62, 20

// asked is the form of the comparison.
type asked struct{ From, To, Contract string }

// comparison asks for a bank's file, and for the days to compare it with: the last seven that are over.
func (o *Office) comparison(w http.ResponseWriter, r *http.Request, agent officer) error {
	last := o.Books.LastDay()
	return o.showComparison(w, r, agent, http.StatusOK, asked{From: frenchDay(daysAfter(last, -6)), To: frenchDay(last)}, nil, "")
}

func (o *Office) showComparison(w http.ResponseWriter, r *http.Request, agent officer, status int, given asked, faults []web.Fault, report template.HTML) error {
	page := o.page(r, agent, "Rapprochement")
	page.Errors = faults
	page.Body = map[string]any{"Asked": given, "Report": report, "Last": frenchDay(o.Books.LastDay())}
	return o.pages.Write(w, r, status, "compare.html", page)
}

// compare reads the files of a bank as they come, and compares them with the exports of the days. Nothing of a file is kept.
func (o *Office) compare(w http.ResponseWriter, r *http.Request, agent officer) error {
	o.liftDeadlines(w)
	parts, err := r.MultipartReader()
	if err != nil {
		return web.Bad(err)
	}
	given, lists, faults, err := readForm(parts)
	if err != nil {
		return err
	}
	days, wrong := o.daysOf(given)
	if faults = append(wrong, faults...); len(faults) == 0 && len(lists) == 0 {
		faults = append(faults, web.Fault{Field: "fichier", Text: "Choisissez un fichier de la banque ou du prestataire, tel que vous l’avez reçu."})
	}
	if len(faults) > 0 {
		return o.showComparison(w, r, agent, http.StatusUnprocessableEntity, given, faults, "")
	}
	near, exports, err := o.exportsOf(r.Context(), days)
	if err != nil {
		return err
	}
	report, err := reconcile.Compare(exports, near, lists, reconcile.Options{Contract: given.Contract})
	if err != nil {
		field := "fichier"
		if errors.Is(err, reconcile.ErrContract) {
			field = "contrat"
		}
		return o.showComparison(w, r, agent, http.StatusUnprocessableEntity, given, []web.Fault{{Field: field, Text: sentence(err)}}, "")
	}
	var b bytes.Buffer
	if err := report.WriteFragment(&b); err != nil {
		return err
	}
	return o.showComparison(w, r, agent, http.StatusOK, given, nil, template.HTML(b.String())) // made by a template that escapes
}

// readForm reads the form's fields, which come before the files, and the files. The error is that of a request that no page of ours sends, or that is
// too large; what is wrong with a file is told beside it.
func readForm(parts *multipart.Reader) (given asked, lists []*reconcile.List, faults []web.Fault, err error) {
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return given, lists, faults, nil
		}
		if err != nil {
			return given, nil, nil, web.Bad(err)
		}
		field := map[string]*string{"du": &given.From, "au": &given.To, "contrat": &given.Contract}[part.FormName()]
		switch {
		case field != nil:
			text, err := io.ReadAll(io.LimitReader(part, 200))
			if err != nil {
				return given, nil, nil, web.Bad(err)
			}
			if *field = strings.TrimSpace(string(text)); !printable(*field) {
				*field = ""
			}
		case part.FormName() == "fichier" && part.FileName() != "":
			if len(lists) == mostFiles {
				return given, lists, append(faults, web.Fault{Field: "fichier", Text: fmt.Sprintf("%d fichiers au plus à la fois.", mostFiles)}), nil
			}
			l, err := reconcile.ReadList(filepath.Base(part.FileName()), part, nil, reconcile.Options{Contract: given.Contract}, false)
			if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
				return given, nil, nil, web.Bad(err)
			}
			if wrong := (*bankfile.Mistake)(nil); errors.As(err, &wrong) {
				faults = append(faults, web.Fault{Field: "fichier", Text: sentence(err)})
				continue
			}
			if err != nil {
				return given, nil, nil, web.Bad(err)
			}
			lists = append(lists, l)
		}
	}
}

// sentence is an error of the comparison, which is in French, on one line.
func sentence(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// daysOf are the days that were asked for. Which days are over, the books alone know.
func (o *Office) daysOf(given asked) (days []string, faults []web.Fault) {
	var at [2]time.Time
	for i, f := range []struct{ field, typed string }{{"du", given.From}, {"au", given.To}} {
		var err error
		if at[i], err = web.ReadDay(f.typed, time.UTC); err != nil {
			faults = append(faults, web.Fault{Field: f.field, Text: "Saisissez un jour : jour, mois et année, par exemple 02/03/2026."})
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	last := o.Books.LastDay()
	for t := at[0]; !t.After(at[1]) && len(days) <= mostDays; t = t.AddDate(0, 0, 1) {
		days = append(days, t.Format(time.DateOnly))
	}
	switch {
	case len(days) == 0:
		faults = append(faults, web.Fault{Field: "au", Text: "Le dernier jour est avant le premier."})
	case len(days) > mostDays:
		faults = append(faults, web.Fault{Field: "du", Text: fmt.Sprintf("%d jours au plus à la fois.", mostDays)})
	case days[len(days)-1] > last:
		faults = append(faults, web.Fault{Field: "au", Text: "Ce jour n’est pas fini : au plus tard le " + frenchDay(last) + "."})
	}
	return days, faults
}

// exportsOf makes the exports of days, and of the day before and the one after: at the borders, the bank may date a payment otherwise.
func (o *Office) exportsOf(ctx context.Context, days []string) (near, exports []dayexport.Export, err error) {
	read := func(day string, to *[]dayexport.Export) error {
		var b bytes.Buffer
		if _, err := o.Books.Export(ctx, day, &b); err != nil {
			return err
		}
		e, err := dayexport.Read("export du "+frenchDay(day), b.Bytes())
		*to = append(*to, e)
		return err
	}
	for _, day := range days {
		if err := read(day, &exports); err != nil {
			return nil, nil, err
		}
	}
	for _, day := range []string{daysAfter(days[0], -1), daysAfter(days[len(days)-1], 1)} {
		if err := read(day, &near); err != nil && !errors.Is(err, payment.ErrInvalid) { // not over yet
			return nil, nil, err
		}
	}
	return near, exports, nil
}
