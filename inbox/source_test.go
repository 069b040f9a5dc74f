package inbox

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// at is an instant of the source's screens, in Paris.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	v, err := time.ParseInLocation("02/01/2006 15:04", s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return v.UTC()
}

func catalog(t testing.TB, overlays ...fs.FS) *Catalog {
	t.Helper()
	c, err := courante()
	if len(overlays) > 0 {
		c, err = NewCatalog(overlays...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func render(t testing.TB, c *Catalog, n Content) Message {
	t.Helper()
	m, err := c.Render(language.French, n)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The words of the source, to the code point: as they are, and corrected.
func TestSource(t *testing.T) {
	paid := payment.Payment{ID: "p", State: payment.Recorded, PaidAt: at(t, "05/07/2018 08:52"), RecordedAt: at(t, "05/07/2018 09:30")}
	letter := Letter{ReceivedAt: at(t, "05/07/2018 08:52")}
	letter.DeleteAt = DeletionDate(letter.ReceivedAt, 0)
	letter.Subject = "Objet"
	kept := payment.Payment{ID: "p", State: payment.Failed}

	verbatim, corrected := bothEditions(t)["verbatim"], bothEditions(t)["courante"]
	for _, c := range []struct {
		name                string
		catalog             *Catalog
		content             Content
		subject, text       string
		paragraph, anywhere []string // instead of text
	}{
		// S65, S69–S75: nothing but the source's words, neither amount nor reference.
		{name: "acknowledgement, verbatim", catalog: verbatim, content: Acknowledgement{paid, Sender{Now: func() time.Time { return sampleToday }}},
			subject: "Accuse de r\u00e9ception de votre paiement de creance", // S65
			text: "Bonjour,\n\n" + // S69
				"Nous accusons r\u00e9ception de votre paiement de cr\u00e9ance du 05/07/2018.\n\n" + // S70
				"Pour tout renseignement compl\u00e9mentaire concernant votre d\u00e9marche, vous pouvez nous contacter dans la rubrique " +
				"\"Ma Messagerie / Ecrire un message\" (*).\n\n" + // S71
				"Avec toute notre attention,\n" + // S72
				"Votre caisse d'Assurance Maladie.\n\n" + // S73
				"(*) ou par t\u00e9l\u00e9phone au 36 46 (co\u00fbt 0,06 euro/min + prix appel), depuis l'\u00e9tranger composez le +33 811 70 36 46 " +
				"(tarif variable selon l'op\u00e9rateur t\u00e9l\u00e9phonique)."}, // S74
		{name: "acknowledgement, corrected", catalog: corrected, content: Acknowledgement{paid, Sender{Now: func() time.Time { return sampleToday }}},
			subject: "Accus\u00e9 de r\u00e9ception de votre paiement de cr\u00e9ance", // S65
			text: "Bonjour,\n\n" + // S69
				"Nous accusons r\u00e9ception de votre paiement de cr\u00e9ance du 05/07/2018.\n\n" + // S70
				"Ce message est l\u2019accus\u00e9 de r\u00e9ception \u00e9lectronique que la loi pr\u00e9voit " +
				"(article L112-11 du code des relations entre le public et l\u2019administration).\n\n" +
				"Le d\u00e9bit appara\u00eetra sur votre relev\u00e9 bancaire. Vous n\u2019avez rien d\u2019autre \u00e0 faire.\n\n" +
				"Pour tout renseignement compl\u00e9mentaire concernant votre d\u00e9marche, vous pouvez nous contacter dans la rubrique " +
				"\u00ab\u00a0Ma Messagerie / \u00c9crire un message\u00a0\u00bb (*).\n\n" + // S71
				"Avec toute notre attention,\n" + // S72
				"Votre caisse d\u2019Assurance Maladie.\n\n" + // S73
				"(*) ou par t\u00e9l\u00e9phone au 36\u00a046 (service gratuit + prix de l\u2019appel), ou depuis l\u2019\u00e9tranger le +33\u00a01\u00a084\u00a090\u00a036\u00a046."}, // S74, tariff of 2020

		{name: "header, verbatim", catalog: verbatim, content: Header{Letter: letter},
			subject: "Objet", text: "05/07/18 08:52\n\nDe : Assurance Maladie\n\nSera supprim\u00e9 le 05/01/19"}, // S66, S67, S68
		{name: "header, corrected", catalog: corrected, content: Header{Letter: letter},
			subject: "Objet", text: "Re\u00e7u le 05/07/2018 \u00e0 8\u00a0h\u00a052 (heure de Paris)\n\nDe\u00a0: Assurance Maladie\n\nSera supprim\u00e9 le 05/01/19"}, // S66, S67, S68

		{name: "accepted, verbatim", catalog: verbatim, content: PaymentAccepted{paid}, subject: "PAIEMENT D'UNE CR\u00c9ANCE", // S4
			text: "Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs d\u00e9lais."}, // S48
		{name: "accepted, corrected", catalog: corrected, content: PaymentAccepted{paid}, subject: "Paiement accept\u00e9",
			paragraph: []string{"Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs d\u00e9lais."}, // S48
			anywhere:  []string{"Sous 24\u00a0heures, votre compte affichera que le paiement est pris en compte."}},            // S77

		{name: "failed, verbatim", catalog: verbatim, content: PaymentFailed{kept}, subject: "PAIEMENT D'UNE CR\u00c9ANCE", // S4
			text: "Votre transaction de paiement a \u00e9chou\u00e9."}, // S58
		{name: "failed, corrected", catalog: corrected, content: PaymentFailed{kept}, subject: "\u00c9chec du paiement",
			paragraph: []string{"Votre transaction de paiement a \u00e9chou\u00e9.", "Aucune somme n\u2019a \u00e9t\u00e9 d\u00e9bit\u00e9e."}}, // S58

		{name: "next steps, verbatim", catalog: verbatim, content: NextSteps{},
			subject: "La d\u00e9marche pas-\u00e0-pas : suite \u00e0 la demande", // S63
			text: "L'assur\u00e9 re\u00e7oit ensuite un accus\u00e9 de r\u00e9ception (Saisie par Voie Electronique) dans la messagerie de son compte Ameli.\n\n" + // S64
				"- Le d\u00e9lai d'affichage sur le compte de la prise en compte du paiement est de 24h\n" + // S77
				"- En fin de d\u00e9marche, l'assur\u00e9 re\u00e7oit un accus\u00e9 de r\u00e9ception dans la messagerie de son compte Ameli"}, // S78
		{name: "next steps, corrected", catalog: corrected, content: NextSteps{}, subject: "Apr\u00e8s votre paiement",
			paragraph: []string{
				"Vous recevez ensuite un accus\u00e9 de r\u00e9ception \u00e9lectronique dans la messagerie de votre compte ameli.", // S64
				"Votre compte affiche sous 24\u00a0heures que le paiement est pris en compte.",                                      // S77
			}},

		{name: "recorded", catalog: corrected, content: PaymentRecorded{Payment: paid}, subject: "Paiement pris en compte", // S77
			paragraph: []string{"Votre paiement du 5 juillet 2018 est pris en compte sur votre compte."}},
	} {
		m := render(t, c.catalog, c.content)
		if m.Subject != c.subject {
			t.Errorf("%s: subject\n got %+q\nwant %+q", c.name, m.Subject, c.subject)
		}
		if c.text != "" && m.Text != c.text {
			t.Errorf("%s: text\n got %+q\nwant %+q", c.name, m.Text, c.text)
		}
		paragraphs := "\n\n" + m.Text + "\n\n"
		for _, p := range c.paragraph {
			if !strings.Contains(paragraphs, "\n\n"+p+"\n\n") {
				t.Errorf("%s: no paragraph %+q in %+q", c.name, p, m.Text)
			}
		}
		for _, s := range c.anywhere {
			if !strings.Contains(m.Text, s) {
				t.Errorf("%s: no %+q in %+q", c.name, s, m.Text)
			}
		}
		if m.Language != "fr" {
			t.Errorf("%s: language %q", c.name, m.Language)
		}
	}
}

// S75: the acknowledgement states neither amount nor reference, in any edition.
func TestAcknowledgementIsMinimal(t *testing.T) {
	p := samplePayment(payment.Paid)
	for name, c := range bothEditions(t) {
		for _, tag := range c.Languages() {
			m, err := c.Render(tag, Acknowledgement{p, sampleFund})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{p.Reference, "62", "€"} {
				if strings.Contains(m.Subject+m.Text+m.HTML, s) {
					t.Errorf("%s, %v: it states %q", name, tag, s)
				}
			}
		}
	}
}

// CRPA R112-11-1: date of receipt, service, address, telephone, in every edition and whatever the state.
func TestAcknowledgementIsComplete(t *testing.T) {
	for name, c := range bothEditions(t) {
		for _, p := range acceptedPayments() {
			m := render(t, c, Acknowledgement{p, sampleFund})
			for _, s := range []string{"05/07/2026", sampleFund.Fund, "12 rue de la Preuve, 99999 Exemple Cedex", sampleFund.EmailAddress, "01\u00a099\u00a000\u00a012\u00a034", "+33\u00a01\u00a099\u00a000\u00a012\u00a034"} {
				if !strings.Contains(m.Text, s) || !strings.Contains(m.HTML, s) {
					t.Errorf("%s, %s: no %q", name, p.State, s)
				}
			}
			if checked := strings.Contains(m.Text, "Nous vérifions ce paiement. S"); checked != (p.State == payment.Review) {
				t.Errorf("%s, %s: says that it is being checked: %v", name, p.State, checked)
			}
		}
	}
}

// S61: what was not accepted is not acknowledged.
func TestNoAcknowledgementWithoutAcceptance(t *testing.T) {
	for _, p := range []payment.Payment{{}, {ID: "p", State: payment.Failed}, {ID: "p", State: payment.Paid}} {
		if m, err := catalog(t).Render(language.French, Acknowledgement{Payment: p}); err == nil || m != (Message{}) {
			t.Errorf("%s: %+v, %v", p.State, m, err)
		}
	}
}
