package office

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/quittance/quittance/examples/internal/dayexport"
	"github.com/quittance/quittance/examples/teleservice/internal/database"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// window is how many days the pages look back.
const window = 30

// exported is a day's export as it is made now, and what is kept of the first one.
type exported struct {
	csv []byte
	dayexport.Export
	kept database.Day
}

// exportDay makes the export of a day that is over, and keeps its totals and its seal the first time. Exporting again gives the same file; if
// the seal is another one, somebody has changed the record since, and the error says so.
func (o *Office) exportDay(ctx context.Context, day, by string) (exported, error) {
	var b bytes.Buffer
	seal, err := o.Books.Export(ctx, day, &b)
	if err != nil {
		return exported{}, err
	}
	e, err := dayexport.Read("mouvements-"+day+".csv", b.Bytes())
	if err != nil {
		return exported{}, fmt.Errorf("office: our own export: %w", err)
	}
	d := database.Day{Day: day, Seal: seal.String(), MadeAt: o.Clock.Now(), MadeBy: by}
	for _, t := range e.Totals {
		if t.Currency == "EUR" {
			*map[dayexport.Kind]*database.Sum{
				dayexport.Accepted: &d.Accepted, dayexport.Returned: &d.Returned, dayexport.Review: &d.Reviewed, dayexport.Orphan: &d.Orphan,
			}[t.Kind] = database.Sum{Count: t.Count, Cents: t.Cents}
		}
	}
	kept, err := o.Database.SaveDay(ctx, d)
	if err != nil {
		return exported{}, err
	}
	if kept.Seal != d.Seal {
		return exported{}, &web.Problem{Status: http.StatusConflict, Title: "Le sceau de ce jour n’est plus le même",
			Text: "Le premier export du " + frenchDay(day) + " avait le sceau " + kept.Seal + ", celui d’aujourd’hui aurait le sceau " + d.Seal + ".\n\n" +
				"Un paiement a été supprimé ou réécrit depuis. Rien n’a été exporté. N’envoyez rien : prévenez le responsable de la sécurité.",
			Err: fmt.Errorf("%w: the seal of %s was %s, and is %s", payment.ErrAltered, day, kept.Seal, d.Seal)}
	}
	return exported{b.Bytes(), e, kept}, nil
}

// SealDays makes the export of each of the last days that is over and has none yet: a chore for payment.Config. Whoever opens the office finds
// yesterday's seal, and can keep it.
func (o *Office) SealDays(ctx context.Context, _ time.Time) (n int, err error) {
	days, err := o.lastDays(ctx)
	if err != nil {
		return 0, err
	}
	first, err := o.firstDay(ctx)
	if err != nil || first == "" {
		return 0, err
	}
	var errs []error
	for _, d := range days {
		if d.Seal != "" || d.Day < first {
			continue
		}
		switch _, err := o.exportDay(ctx, d.Day, byService); {
		case ctx.Err() != nil: // the next hour goes on
			return n, errors.Join(append(errs, ctx.Err())...)
		case err != nil:
			errs = append(errs, err)
		default:
			n++
		}
	}
	return n, errors.Join(errs...)
}

// lastDays are the last days that are over, oldest first. One that nobody has exported yet has no seal.
func (o *Office) lastDays(ctx context.Context) ([]database.Day, error) {
	last := o.Books.LastDay()
	from := daysAfter(last, 1-window)
	kept, err := o.Database.Days(ctx, from, last)
	if err != nil {
		return nil, err
	}
	days := make([]database.Day, window)
	for i := range days {
		days[i].Day = daysAfter(from, i)
		if len(kept) > 0 && kept[0].Day == days[i].Day {
			days[i], kept = kept[0], kept[1:]
		}
	}
	return days, nil
}

// firstDay is that of the first payment, or of the first orphan; empty if there are none.
func (o *Office) firstDay(ctx context.Context) (first string, err error) {
	earlier := func(at time.Time) {
		if day := at.In(paris).Format(time.DateOnly); first == "" || day < first {
			first = day
		}
	}
	for p, err := range o.Payments.List(ctx, payment.Filter{Limit: 1}) {
		if err != nil && !errors.As(err, new(*payment.DamagedError)) {
			return "", err
		}
		earlier(p.CreatedAt)
	}
	for orphan, err := range o.Books.Orphans(ctx) {
		if err != nil && !errors.As(err, new(*payment.DamagedError)) {
			return "", err
		}
		earlier(orphan.At)
		break
	}
	return first, nil
}

// daysAfter is a day so many days later, or earlier.
func daysAfter(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}

// frenchDay writes a day as people do: 02/03/2026.
func frenchDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("02/01/2006")
}

// paris is where the fund's days begin and end. The library links the time zones in.
var paris = func() *time.Location {
	l, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return l
}()
