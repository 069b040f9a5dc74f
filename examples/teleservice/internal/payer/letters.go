package payer

import (
	"errors"
	"html/template"
	"net/http"
	"strings"

	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/inbox"
)

// letters is « Ma messagerie » (S64).
func (p *Portal) letters(w http.ResponseWriter, r *http.Request, v visitor) error {
	var all []inbox.Letter
	for l, err := range p.Mailbox.Letters(r.Context(), v.ID) {
		if err != nil {
			return err
		}
		all = append(all, l)
	}
	page := p.page(r, v, "Ma messagerie")
	page.Body = all
	return p.pages.Write(w, r, http.StatusOK, "letters.html", page)
}

// letter shows one letter, with what stands above it (S65 to S68), and marks it as read.
func (p *Portal) letter(w http.ResponseWriter, r *http.Request, v visitor) error {
	key := r.PathValue("payment") + "/" + r.PathValue("kind")
	l, err := p.Mailbox.Letter(r.Context(), v.ID, key)
	if errors.Is(err, inbox.ErrNotFound) {
		return web.Absent
	}
	if err != nil {
		return err
	}
	header, err := p.say(v.language, inbox.Header{Letter: l})
	if err != nil {
		return err
	}
	if !l.Read {
		if err := p.Mailbox.MarkRead(r.Context(), v.ID, key); err != nil {
			return err
		}
		v.unread--
	}
	page := p.page(r, v, l.Subject)
	page.TitleIn = l.Language
	page.Back = &web.Link{Address: "/messagerie", Text: "Ma messagerie"}
	body := map[string]any{"Header": strings.Split(header.Text, "\n\n"), "Text": template.HTML(l.HTML), "Language": l.Language}
	switch made, err := p.ownPayment(r, v); {
	case err == nil && inbox.HasReceipt(made):
		body["Receipt"] = "/demarches/paiements/" + string(made.ID) + "/recu"
	case err != nil && !errors.Is(err, web.Absent): // the payment may be gone before its letter
		return err
	}
	page.Body = body
	return p.pages.Write(w, r, http.StatusOK, "letter.html", page)
}

// write stands for the form by which a real account writes to the fund, as the letters say (S71).
func (p *Portal) write(w http.ResponseWriter, r *http.Request, v visitor) error {
	telephone, err := p.Catalog.Telephone(v.language, p.Fund)
	if err != nil {
		return err
	}
	page := p.page(r, v, "Écrire un message")
	page.Back = &web.Link{Address: "/messagerie", Text: "Ma messagerie"}
	page.Body = map[string]any{"Fund": p.Fund.Fund, "Address": p.Fund.PostalAddress, "Telephone": telephone}
	return p.pages.Write(w, r, http.StatusOK, "write.html", page)
}
