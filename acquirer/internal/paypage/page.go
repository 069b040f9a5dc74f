package paypage

import (
	"maps"
	"net/http"
	"net/url"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

var (
	cardPage           = LoadPage(files, "card", http.StatusOK)
	correctionPage     = LoadPage(files, "card", http.StatusUnprocessableEntity)
	authenticationPage = LoadPage(files, "authentication", http.StatusOK)
	ticketPage         = LoadPage(files, "ticket", http.StatusOK)
	refusedPage        = LoadPage(files, "refused", http.StatusOK)
	cancelledPage      = LoadPage(files, "cancelled", http.StatusOK)
	pendingPage        = LoadPage(files, "pending", http.StatusOK)
	failedPage         = LoadPage(files, "failed", http.StatusOK)
	endedPage          = LoadPage(files, "ended", http.StatusConflict)
	expiredPage        = LoadPage(files, "expired", http.StatusGone)
	unknownPage        = LoadPage(files, "unknown", http.StatusNotFound)
	absentPage         = LoadPage(files, "absent", http.StatusNotFound)
	invalidPage        = LoadPage(files, "invalid", http.StatusBadRequest)
)

// view is what a page says. Nothing that a payer has typed is in it but what is kept of a card.
type view struct {
	Transaction bank.Transaction
	Shop        string // who is paid; without it the page knows of no payment
	Amount      string
	Date        string
	Card        string // masked

	Session string // the token, in every form
	Carried string // what is kept of the card, until the payer is authenticated
	Left    int    // attempts

	Wrong         []mistake
	Errors        map[string]string // by field
	Months, Years []string
	Cards         []testCard

	Result string
	Back   *Back
}

// WayBack implements [View].
func (v view) WayBack() *Back { return v.Back }

// Payee implements [View].
func (v view) Payee() string { return v.Shop }

// wayBack is the form to ReturnURL, or nil if no browser can go there. A form that is sent by GET drops the query of its
// address, so what stands there becomes fields too.
func (h *Handler) wayBack(t bank.Transaction) *Back {
	if originOf(t.ReturnURL) == "" {
		return nil
	}
	fields := h.Return(t)
	if !h.Links {
		return &Back{t.ReturnURL, "post", fields, h.Button, h.Value}
	}
	to, _ := url.Parse(t.ReturnURL) // it has an origin, so it can be parsed
	all := to.Query()
	maps.Copy(all, fields)
	to.RawQuery = ""
	return &Back{to.String(), "get", all, h.Button, h.Value}
}

// viewOf starts what a page says of a transaction.
func (h *Handler) viewOf(t bank.Transaction) view {
	m, _ := h.Bank.Merchant(t.Merchant)
	return view{Transaction: t, Shop: m.Name, Amount: formatAmount(t.Cents, t.Currency), Date: FormatDay(t.At), Card: t.MaskedPAN}
}

// lastView is a page after which nothing is paid any more: it has the way back.
func (h *Handler) lastView(t bank.Transaction) view {
	v := h.viewOf(t)
	v.Back = h.wayBack(t)
	return v
}
