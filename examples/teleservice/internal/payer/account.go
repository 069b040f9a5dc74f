package payer

import (
	"net/http"
)

// The rest of an account is the host's, and not of this service: these pages say what would stand there.

// received is « Mes paiements »: what is paid to the insured person. No card payment is there (S55).
func (p *Portal) received(w http.ResponseWriter, r *http.Request, v visitor) error {
	return p.pages.Write(w, r, http.StatusOK, "received.html", p.page(r, v, "Mes paiements"))
}

func (p *Portal) prevention(w http.ResponseWriter, r *http.Request, v visitor) error {
	return p.pages.Write(w, r, http.StatusOK, "prevention.html", p.page(r, v, "Mon espace prévention"))
}

func (p *Portal) information(w http.ResponseWriter, r *http.Request, v visitor) error {
	page := p.page(r, v, "Mes informations")
	page.Body = v
	return p.pages.Write(w, r, http.StatusOK, "information.html", page)
}
