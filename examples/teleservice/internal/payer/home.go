package payer

import (
	"context"
	"errors"
	"html/template"
	"net/http"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// banner is what stands in the banner slot, and how the story of the payment goes on from there.
type banner struct {
	Title string
	Text  template.HTML // made and escaped by the catalog
	Tone  string
	story
}

// story is what a payer can see and do once the banner has said how a payment stands.
type story struct {
	Payment  payment.Payment
	Resume   string // where the payment goes on, if it can
	Once     bool   // it goes on only for who has not been there
	Returned string // what has gone back of the amount, if a part has
	Receipt  bool   // there is one
	Letter   string // the acknowledgement's address, if it has arrived
	Unpaid   bool   // nothing was paid, and the debt can be paid: the payer is told of other ways
	TryAgain string // where another try begins, after a failure that it may mend
	Watched  bool   // the result may come at any moment: the page looks by itself
}

// home is the account's first page, with the banner (S39, S48, S58, S62).
func (p *Portal) home(w http.ResponseWriter, r *http.Request, v visitor) error {
	b, err := p.banner(r.Context(), v.language, v.ID)
	if err != nil {
		return err
	}
	claims, err := p.claims(r.Context(), v.ID)
	if err != nil {
		return err
	}
	payable := 0
	for _, c := range claims {
		if c.Payable() {
			payable++
		}
	}
	page := p.page(r, v, "Accueil")
	if b != nil {
		page.Outcome = b.Title
	}
	page.Body = map[string]any{"Banner": b, "Person": v, "Before": v.session.Before, "Payable": payable}
	return p.pages.Write(w, r, http.StatusOK, "home.html", page)
}

// banner is nil when there is nothing to say. A store that cannot be read is no reason to say that a payment failed.
func (p *Portal) banner(ctx context.Context, tag language.Tag, debtor string) (*banner, error) {
	made, err := p.Payments.Latest(ctx, debtor)
	if isAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return p.word(ctx, tag, inbox.ResultUnknown{}, payment.Payment{})
	}
	return p.bannerOf(ctx, tag, made)
}

// bannerOf says what there is to say of one payment.
func (p *Portal) bannerOf(ctx context.Context, tag language.Tag, made payment.Payment) (*banner, error) {
	since, err := p.Payments.Since(ctx, made.ID)
	if err != nil {
		return nil, err
	}
	content, ok := inbox.BannerSince(made, since, p.Now())
	if !ok {
		return nil, nil
	}
	if recorded, ok := content.(inbox.PaymentRecorded); ok {
		recorded.Remaining = p.remaining(made)
		content = recorded
	}
	if made.State == payment.Review || made.State == payment.Refunded {
		switch event, err := p.ledThere(ctx, made); {
		case err != nil:
			return nil, err
		case event == payment.OnAcceptedToo:
			content = inbox.PaidTwice{Payment: made}
		case event == payment.OnWasReturned: // by transfer, perhaps: not to the card
			back := made
			back.MaskedPAN = ""
			content = inbox.Refunded{Payment: back}
		}
	}
	return p.word(ctx, tag, content, made)
}

func (p *Portal) word(ctx context.Context, tag language.Tag, c inbox.Content, made payment.Payment) (*banner, error) {
	m, err := p.say(tag, c)
	if err != nil {
		return nil, err
	}
	b := &banner{Title: m.Subject, Text: template.HTML(m.HTML), Tone: lookOf(made).Tone}
	b.story, err = p.storyOf(ctx, tag, made)
	return b, err
}

// storyOf says how a payment goes on. A payment that could not be read has no story.
func (p *Portal) storyOf(ctx context.Context, tag language.Tag, made payment.Payment) (s story, err error) {
	s = story{Payment: made, Receipt: inbox.HasReceipt(made), Watched: made.State.Attempt(), Once: p.PageOnce}
	if s.Resume, err = p.resume(ctx, made); err != nil || made.ID == "" {
		return s, err
	}
	if s.Returned, err = p.Catalog.PartReturned(tag, made); err != nil {
		return s, err
	}
	if !made.PaidAt.IsZero() {
		key := string(made.ID) + "/acknowledgement"
		switch _, err := p.Mailbox.Letter(ctx, made.Debtor, key); {
		case err == nil:
			s.Letter = "/messagerie/" + key
		case !errors.Is(err, inbox.ErrNotFound):
			return s, err
		}
	}
	if made.State.Ended() && !made.State.Money() && made.State != payment.Refunded { // what was given back need not be due any more
		s.TryAgain, err = p.tryAgain(ctx, made)
	}
	if s.Unpaid = s.TryAgain != ""; made.Decline.Advice() == acquirer.Never {
		s.TryAgain = ""
	}
	return s, err
}

// tryAgain is where another try at the debt of a payment begins; empty if it cannot be paid now.
func (p *Portal) tryAgain(ctx context.Context, made payment.Payment) (string, error) {
	for _, d := range p.People.Debts(made.Debtor) {
		if d.ID != made.Debt {
			continue
		}
		offer, err := p.Payments.Offer(ctx, d)
		if err != nil || !offer.Payable() {
			return "", err
		}
		return pageOf(d.ID, "etape-1"), nil
	}
	return "", nil
}

// remaining is what a person still owes of the debt that a payment was about: the notice may have claimed a part.
func (p *Portal) remaining(made payment.Payment) decimal.Decimal {
	for _, d := range p.People.Debts(made.Debtor) {
		if balance, err := d.Balance(); d.ID == made.Debt && err == nil {
			return balance.Sub(made.Amount)
		}
	}
	return decimal.Zero
}

// ledThere is the event that led a payment to the state in which it is: its journal tells.
func (p *Portal) ledThere(ctx context.Context, made payment.Payment) (event payment.EventKind, err error) {
	for e, err := range p.Payments.Journal(ctx, made.ID) {
		if err != nil {
			return "", err
		}
		if e.To == made.State && e.From != made.State {
			event = e.Event
		}
	}
	return event, nil
}
