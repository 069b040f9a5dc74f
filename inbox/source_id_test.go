package inbox

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// Each line of the source that the payer reads, by its id, in both editions, to the code point: a space is U+0020, U+00A0 or U+202F as
// written here. The words are a line of the message's text, or its subject.
func TestSourceByID(t *testing.T) {
	received := at(t, "05/07/2018 08:52")
	paid := payment.Payment{ID: "p", State: payment.Paid, PaidAt: received}
	letter := Letter{ReceivedAt: received, DeleteAt: DeletionDate(received, 0)}
	letter.Subject = "x"
	in2018 := Sender{Now: func() time.Time { return received }}
	acknowledgement := Acknowledgement{paid, in2018}
	failed := PaymentFailed{payment.Payment{ID: "p", State: payment.Failed}}

	for _, c := range []struct {
		id                 string
		content            Content
		verbatim, courante string
	}{
		{"S48", PaymentAccepted{paid},
			"Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs d\u00e9lais.",
			"Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs d\u00e9lais."},
		{"S58", failed, "Votre transaction de paiement a \u00e9chou\u00e9.", "Votre transaction de paiement a \u00e9chou\u00e9."},
		{"S64", NextSteps{},
			"L'assur\u00e9 re\u00e7oit ensuite un accus\u00e9 de r\u00e9ception (Saisie par Voie Electronique) dans la messagerie de son compte Ameli.",
			"Vous recevez ensuite un accus\u00e9 de r\u00e9ception \u00e9lectronique dans la messagerie de votre compte ameli."},
		{"S65", acknowledgement, "Accuse de r\u00e9ception de votre paiement de creance", "Accus\u00e9 de r\u00e9ception de votre paiement de cr\u00e9ance"},
		{"S66", Header{Letter: letter}, "05/07/18 08:52", "Re\u00e7u le 05/07/2018 \u00e0 8\u00a0h\u00a052 (heure de Paris)"},
		{"S67", Header{Letter: letter}, "De : Assurance Maladie", "De\u00a0: Assurance Maladie"},
		{"S68", Header{Letter: letter}, "Sera supprim\u00e9 le 05/01/19", "Sera supprim\u00e9 le 05/01/19"},
		{"S69", acknowledgement, "Bonjour,", "Bonjour,"},
		{"S70", acknowledgement,
			"Nous accusons r\u00e9ception de votre paiement de cr\u00e9ance du 05/07/2018.", "Nous accusons r\u00e9ception de votre paiement de cr\u00e9ance du 05/07/2018."},
		{"S71", acknowledgement,
			"Pour tout renseignement compl\u00e9mentaire concernant votre d\u00e9marche, vous pouvez nous contacter dans la rubrique \"Ma Messagerie / Ecrire un message\" (*).",
			"Pour tout renseignement compl\u00e9mentaire concernant votre d\u00e9marche, vous pouvez nous contacter dans la rubrique " +
				"\u00ab\u00a0Ma Messagerie / \u00c9crire un message\u00a0\u00bb (*)."},
		{"S72", acknowledgement, "Avec toute notre attention,", "Avec toute notre attention,"},
		{"S73", acknowledgement, "Votre caisse d'Assurance Maladie.", "Votre caisse d\u2019Assurance Maladie."},
		{"S74", acknowledgement, // the tariff of 2018; today's is tested below
			"(*) ou par t\u00e9l\u00e9phone au 36 46 (co\u00fbt 0,06 euro/min + prix appel), depuis l'\u00e9tranger composez le +33 811 70 36 46 " +
				"(tarif variable selon l'op\u00e9rateur t\u00e9l\u00e9phonique).",
			"(*) ou par t\u00e9l\u00e9phone au 36\u00a046 (co\u00fbt 0,06\u00a0euro/min + prix appel), depuis l\u2019\u00e9tranger composez le +33\u00a0811\u00a070\u00a036\u00a046 " +
				"(tarif variable selon l\u2019op\u00e9rateur t\u00e9l\u00e9phonique)."},
		{"S77", NextSteps{},
			"- Le d\u00e9lai d'affichage sur le compte de la prise en compte du paiement est de 24h",
			"Votre compte affiche sous 24\u00a0heures que le paiement est pris en compte."},
		{"S80", acknowledgement, "Accuse de r\u00e9ception de votre paiement de creance", "Accus\u00e9 de r\u00e9ception de votre paiement de cr\u00e9ance"},
	} {
		for edition, want := range map[string]string{"verbatim": c.verbatim, "courante": c.courante} {
			t.Run(c.id+"/"+edition, func(t *testing.T) {
				m := render(t, bothEditions(t)[edition], c.content)
				lines := append(strings.Split(m.Text, "\n"), m.Subject)
				if !slices.Contains(lines, want) {
					t.Errorf("no line %+q in\n%+q", want, lines)
				}
				if c.id == "S72" && strings.Count(m.Text, want) != 1 { // the source's scan has it three times
					t.Errorf("it stands there %d times", strings.Count(m.Text, want))
				}
			})
		}
	}

	// S80: each slip of the source stands in the one and in no text of the other.
	slips := []string{"Accuse de", "de creance", "Ecrire", "Electronique", "Saisie", "24h", "d'", "l'", "\""}
	found := map[string]map[string]int{"verbatim": {}, "courante": {}}
	for edition, c := range bothEditions(t) {
		everything(t, c, language.French, func(_ string, _ Content, m Message) {
			for _, s := range slips {
				found[edition][s] += strings.Count(m.Subject+"\n"+m.Text, s)
			}
		})
	}
	for _, s := range slips {
		if found["verbatim"][s] == 0 || found["courante"][s] > 0 {
			t.Errorf("S80: %q stands %d times in the source's words, %d times in ours", s, found["verbatim"][s], found["courante"][s])
		}
	}

	// S75: neither amount nor reference, in both editions and every language.
	for edition, c := range bothEditions(t) {
		t.Run("S75/"+edition, func(t *testing.T) {
			p := samplePayment(payment.Paid)
			for _, tag := range c.Languages() {
				m, err := c.Render(tag, Acknowledgement{p, sampleFund})
				if err != nil {
					t.Fatal(err)
				}
				for _, form := range []string{m.Subject, m.Text, m.HTML, m.Mail(), m.Page(sampleSheet)} {
					if strings.Contains(form, p.Reference) || strings.Contains(form, "62,00") || strings.Contains(form, "62.00") || strings.Contains(form, "€") {
						t.Errorf("%v: it states an amount or a reference:\n%s", tag, form)
					}
				}
			}
		})
	}

	// S74, S79: tariffs age. The same letter today has today's; the source's own words stay what they were.
	for day, want := range map[string]string{
		"05/07/2018 08:52": "0,06\u00a0euro/min", "30/06/2020 23:59": "0,06\u00a0euro/min", "01/07/2020 00:00": "36\u00a046 (service gratuit + prix de l\u2019appel)",
		"01/01/2010 00:00": "0,06\u00a0euro/min", // before the first that is known
	} {
		now := at(t, day)
		n := Acknowledgement{paid, Sender{Now: func() time.Time { return now }}}
		if m := render(t, bothEditions(t)["courante"], n); !strings.Contains(m.Text, want) {
			t.Errorf("S74 on %s: no %q in\n%s", day, want, m.Text)
		}
		if m := render(t, bothEditions(t)["verbatim"], n); !strings.Contains(m.Text, "0,06 euro/min") {
			t.Errorf("S74 on %s, verbatim:\n%s", day, m.Text)
		}
	}
}

// A text changes on its day, in Paris, in an overlay too; every version is checked when it is loaded.
func TestDatedTexts(t *testing.T) {
	c := catalog(t, overlay(
		"fr/telephone.txt", "0100000001\n", "fr/telephone@2027-01-01.txt", "0200000002\n", "fr/telephone@2028-03-26.txt", "---\nvalid-from: 2028-03-26\n---\n0300000003\n",
		"fr/cancelled@2027-06-01.txt", "Sujet\n\nNouveau.\n", "fr/cancelled@2020-01-01.txt", "Sujet\n\nAncien.\n",
	))
	for day, want := range map[string]string{
		"01/01/2000 12:00": "0100000001", "31/12/2026 23:59": "0100000001", "01/01/2027 00:00": "0200000002", "25/03/2028 23:59": "0200000002", "26/03/2028 00:00": "0300000003", "01/01/2999 00:00": "0300000003",
	} {
		now := at(t, day)
		o := sampleFund
		o.Telephone, o.Now = "", func() time.Time { return now }
		if m := render(t, c, Acknowledgement{samplePayment(payment.Paid), o}); !strings.Contains(m.Text, "téléphone au "+want+".") {
			t.Errorf("%s: want %s in\n%s", day, want, m.Text)
		}
		old := now.Before(at(t, "01/06/2027 00:00"))
		if m := render(t, c, AsLetter{PaymentCancelled{samplePayment(payment.Cancelled)}, o}); strings.Contains(m.Text, "Ancien.") != old {
			t.Errorf("%s:\n%s", day, m.Text)
		}
	}
	if _, err := NewCatalog(overlay("fr/failed.txt", "Sujet\n\nTexte\n", "fr/failed@2099-01-01.txt", "Sujet\n")); err == nil || !strings.Contains(err.Error(), "fr/failed@2099-01-01.txt: it has no text") {
		t.Errorf("a version of the future that breaks: %v", err)
	}
	if _, err := NewCatalog(overlay("fr/closing@2099-01-01.txt", "{{.Fund}} {{.Telephone}}\n", "fr/closing.txt", "{{.Fund}} {{.EmailAddress}} {{.Telephone}}\n")); err == nil ||
		!strings.Contains(err.Error(), "an electronic or postal address") {
		t.Errorf("a part of the future that makes a letter illegal: %v", err)
	}
	if got := c.Languages(); !slices.Equal(got, []language.Tag{language.French, language.English}) {
		t.Errorf("%v", got)
	}
}
