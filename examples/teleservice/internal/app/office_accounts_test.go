package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/examples/internal/dayexport"
	"github.com/xuri/excelize/v2"
)

// paidDays is a service in which three people paid on the second of March, one of whom had the money back, and it is the third, half past ten.
func paidDays(t *testing.T) world {
	t.Helper()
	w := start(t, nil)
	for _, who := range []struct{ person, debt string }{{"assure-1", "creance-101"}, {"assure-2", "creance-102"}, {"assure-3", "creance-103"}} {
		w.payer(who.person).toKiosk(who.debt).card(goodCard).back()
	}
	w.accountant().get("/gestion/paiements/"+string(w.All()[0].ID)).decides("rembourser", "payé deux fois")
	w.Work()
	w.Clock.Pass(24 * time.Hour)
	w.Work()
	return w
}

// upload sends files of a bank as a browser does.
func (b *browser) upload(fields map[string]string, files map[string]string) *browser {
	b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, name := range []string{"du", "au", "contrat"} {
		if v, ok := fields[name]; ok {
			m.WriteField(name, v)
		}
	}
	for name, content := range files {
		f, err := m.CreateFormFile("fichier", name)
		if err != nil {
			b.t.Fatal(err)
		}
		f.Write([]byte(content))
	}
	m.Close()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+"/gestion/rapprochement", &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Origin", b.base)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.show(r)
}

// The night makes the export of the day that is over; whoever opens the office finds its totals and its seal, and says that the seal is kept. Exporting
// again gives the same bytes.
func TestExportsAndSeals(t *testing.T) {
	t.Parallel()
	w := paidDays(t)
	m := w.accountant()
	m.get("/gestion").reads("Export du 02/03/2026", "Il est fait. Personne n’a encore dit que son sceau est conservé",
		"312,00 € acceptés (3 paiements), 0,00 € d’orphelins (0), 62,00 € rendus (1), 0,00 € mis en vérification (0)")
	if n := strings.Count(m.Page, `<rect class="bar accepted"`); n != 3 { // the legend, and one day in both sizes
		t.Errorf("%d bars of what was accepted", n)
	}
	m.get("/gestion/exports").reads("02/03/2026", "312,00 € (3)", "62,00 € (1)", "J’ai conservé ce sceau")
	forms := map[string]string{}
	for _, form := range []string{"csv", "json", "classeur", "csv", "json"} {
		m.get("/gestion/exports/fichier?jour=02/03/2026&forme="+form).at(http.StatusOK, "/gestion/exports/fichier")
		if before, ok := forms[form]; ok && before != m.Page {
			t.Errorf("%s is another file the second time", form)
		}
		forms[form] = m.Page
	}
	seal := m.Header.Get("X-Seal")
	for _, form := range []string{"csv", "json"} {
		e, err := dayexport.Read(form, []byte(forms[form]))
		if err != nil || e.Seal != seal || len(e.Movements) != 4 {
			t.Errorf("%s: %d movements, seal %s, %v", form, len(e.Movements), e.Seal, err)
		}
	}
	book, err := excelize.OpenReader(strings.NewReader(forms["classeur"]))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := book.GetRows("Mouvements"); err != nil || len(rows) < 5 {
		t.Errorf("the workbook has %d rows, %v", len(rows), err)
	}
	m.get("/gestion/exports").press("sceau-2026-03-02", "").reads("C’est noté : le sceau est conservé", "conservé, dit YANN LE GOFF, Direction comptable et financière").lacks("J’ai conservé ce sceau")
	m.get("/gestion").reads("Son sceau est conservé, dit YANN LE GOFF")
	m.do(http.MethodPost, "/gestion/exports/sceau", map[string][]string{"jour": {"2026-03-02"}, "sceau": {strings.Repeat("0", 64)}}).at(http.StatusBadRequest, "/gestion/exports/sceau")
	if m.get("/gestion/exports/sceaux.txt"); m.Page != "2026-03-02 "+seal+"\r\n" {
		t.Errorf("the seals are %q", m.Page)
	}
}

// The day's border is the books' and nobody else's: at 00:04 yesterday is not over, at 00:05 it is. What is asked too early is a mistake in a form,
// and no outage.
func TestBorderOfTheDay(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	w.Clock.Pass(13*time.Hour + 33*time.Minute) // 00:03
	m := w.accountant()
	m.get("/gestion/exports").press("export", "").at(http.StatusOK, "/gestion/exports/fichier") // the first of March
	for _, day := range []string{"02/03/2026", "03/03/2026", "01/01/2030", "31/02/2026", ""} {
		m.get("/gestion/exports").press("export", "", "jour", day).at(http.StatusUnprocessableEntity, "/gestion/exports/fichier").reads("au plus tard le 01/03/2026")
		m.get("/gestion/rapprochement").upload(map[string]string{"du": day, "au": day}, map[string]string{"a.csv": "x"})
		m.at(http.StatusUnprocessableEntity, "/gestion/rapprochement").lacks("n’a pas pu répondre")
	}
	w.Clock.Pass(2 * time.Minute)
	m.get("/gestion/exports").press("export", "", "jour", "02/03/2026", "forme", "csv").at(http.StatusOK, "/gestion/exports/fichier")
	if !strings.Contains(m.Page, w.Last().Reference) {
		t.Error("the day's export lacks the payment")
	}
}

// Somebody alters the record. The office says so to its own people, in its own words: at the export, at the verification, on the payment's page and on
// the day's.
func TestAlteredRecord(t *testing.T) {
	t.Parallel()
	w := paidDays(t)
	m := w.accountant()
	m.get("/gestion/verification").reads("La vérification n’a jamais été faite").press("verifier", "").reads("Rien n’a été modifié", "YANN LE GOFF", "sans sceau")
	seals := m.get("/gestion/exports/sceaux.txt").Page
	m.get("/gestion/verification").press("verifier", "", "sceaux", seals).reads("Rien n’a été modifié", "avec 1 sceau conservé")
	m.get("/gestion").reads("rien n’a été modifié, 1 sceau compris")
	m.get("/gestion/verification").press("verifier", "", "sceaux", "2026-03-02 nonsense").at(http.StatusUnprocessableEntity, "/gestion/verification").reads("La ligne 1 n’est pas un sceau")
	m.get("/gestion/verification").press("verifier", "", "sceaux", strings.Repeat("1", 64)).reads("Le journal a été modifié", "le sceau n° 1", "n’est celui d’aucun jour")

	p := w.All()[1]
	if _, err := w.Database.ExecContext(t.Context(), w.Database.Q("UPDATE quittance_entry SET why = 'x' WHERE payment = $1 AND version = 2"), string(p.ID)); err != nil {
		t.Fatal(err)
	}
	m.get("/gestion/exports/fichier?jour=02/03/2026&forme=csv").at(http.StatusConflict, "/gestion/exports/fichier")
	m.reads("Le journal a été modifié", "Paiement "+p.Reference, "l’écriture 2", "N’envoyez rien").lacks("ne payez pas", "votre compte", "momentanément indisponible")
	if !strings.Contains(m.Page, `href="/gestion"`) || strings.Contains(m.Page, `<a href="/accueil">Retour`) {
		t.Errorf("the problem leads to the payer's side:\n%s", m.Page)
	}
	m.get("/gestion/verification").press("verifier", "").reads("Le journal a été modifié", p.Reference, "l’écriture 2")
	m.get("/gestion").reads("le journal a été modifié. N’exportez rien")
	w.agent().get("/gestion/paiements/"+string(p.ID)).reads("Le journal de ce paiement a été modifié", "l’écriture 2")
}

// A day that was exported, and whose record is another one since, is found by its seal.
func TestAnotherSeal(t *testing.T) {
	t.Parallel()
	w := paidDays(t)
	if _, err := w.Database.ExecContext(t.Context(), "UPDATE teleservice_day SET seal = 'another'"); err != nil {
		t.Fatal(err)
	}
	w.accountant().get("/gestion/exports/fichier?jour=02/03/2026").at(http.StatusConflict, "/gestion/exports/fichier").reads("Le sceau de ce jour n’est plus le même", "avait le sceau another")
}

// Whatever goes wrong in the office is told to an officer, on a page of the office with its menu: what is not there, what is not allowed, what is out
// of order.
func TestOfficeProblems(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	a := w.agent()
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/gestion/paiements/none", 404, "Paiement introuvable"},
		{"POST", "/gestion/paiements/none/decider", 404, "Paiement introuvable"},
		{"GET", "/gestion/nowhere", 404, "Page introuvable"},
		{"GET", "/gestion/", 404, "Page introuvable"},
		{"POST", "/gestion", 405, "Demande impossible"},
		{"DELETE", "/gestion/paiements/none", 405, "Demande impossible"},
		{"GET", "/gestion/deconnexion", 405, "Demande impossible"},
		{"PUT", "/gestion/nowhere", 404, "Page introuvable"},
		{"POST", "/gestion/orphelins", 400, "Demande incomplète"},
		{"GET", "/gestion/verification", 403, "Cette page est réservée"},
		{"POST", "/gestion/verification", 403, "Cette page est réservée"},
		{"GET", "/gestion/exports/sceaux.txt", 403, "Cette page est réservée"},
		{"GET", "/gestion/rapprochement", 403, "Cette page est réservée"},
	} {
		var form map[string][]string
		if c.method == "POST" {
			form = map[string][]string{"x": {"y"}}
		}
		a.do(c.method, w.Base+c.path, form)
		if a.Status != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, a.Status, c.status)
		}
		a.reads(c.says, "ALIX DURIEUX", "Aujourd’hui").lacks("Mon compte assuré", "votre compte", "ne payez pas")
		if !strings.Contains(a.Page, `<p class="site"><a href="/gestion">`) || strings.Contains(a.Page, `href="/accueil">Retour`) {
			t.Errorf("%s %s leads to the payer's side", c.method, c.path)
		}
		if c.status == http.StatusMethodNotAllowed && a.Header.Get("Allow") == "" {
			t.Errorf("%s %s does not say what is allowed", c.method, c.path)
		}
	}
	if _, err := w.Database.ExecContext(t.Context(), "ALTER TABLE teleservice_day RENAME TO elsewhere"); err != nil {
		t.Fatal(err)
	}
	a.get("/gestion").at(http.StatusServiceUnavailable, "/gestion").reads("La gestion n’a pas pu répondre", "son journal dit si c’est fait").lacks("ne payez pas", "votre compte")
}

// An orphan can be dealt with: somebody says what was done, and it waits no longer.
func TestOrphanIsDealtWith(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	a := w.agent()
	a.get("/gestion/pannes").press("orphelin", "")
	a.get("/gestion").reads("1 Orphelin à traiter")
	a.get("/gestion/orphelins").press("orphelin-0", "traite").reads("Saisissez ce qui a été fait")
	a.press("orphelin-0", "traite", "motif", strings.Repeat("x", 201)).reads("Saisissez ce qui a été fait")
	a.press("orphelin-0", "traite", "motif", "rendu par virement le 4 mars").reads("l’orphelin est traité", "rendu par virement le 4 mars", "ALIX DURIEUX, Service des créances", "Il n’y a aucun orphelin à traiter.")
	a.get("/gestion").lacks("Orphelin à traiter", "Orphelins à traiter")
	a.get("/gestion/orphelins").lacks("l’orphelin est traité")
}

// Two people deal with one orphan: the second is told that the first was quicker, before the sum goes back a second time. Who clicks twice is told
// nothing of the kind, and what no database can keep is no note.
func TestOrphanIsDealtWithTwice(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	a, m := w.agent(), w.accountant()
	a.get("/gestion/pannes").press("orphelin", "")
	const page, note = "/gestion/orphelins", "affecté à la créance 12"
	a.get(page)
	m.get(page)
	again, late := *a, *m
	a.press("orphelin-0", "traite", "motif", "\xff").reads("Saisissez ce qui a été fait", "À traiter")
	a.press("orphelin-0", "traite", "motif", note).reads("C’est noté : l’orphelin est traité.")
	again.press("orphelin-0", "traite", "motif", note).reads("C’est noté : l’orphelin est traité.")
	late.press("orphelin-0", "traite", "motif", "rendu par virement").lacks("C’est noté").
		reads("Quelqu’un a traité cet orphelin avant vous", note, "ALIX DURIEUX, Service des créances").lacks("rendu par virement")
}

// The bank's file is read as it is, and compared with the days' exports; the ledger is on the page. What cannot be read is said by its line.
func TestCompareInTheOffice(t *testing.T) {
	t.Parallel()
	w := paidDays(t)
	m := w.accountant().get("/gestion/rapprochement")
	march := map[string]string{"du": "02/03/2026", "au": "02/03/2026", "contrat": "0535875"}
	var lines strings.Builder
	lines.WriteString("TITRE;FONDS DEMO;26/03/03_02:05:00;TABLE_V_CUSTOM\nENTETE;TRANSACTION_ID;MERCHANT_ID;ORIGIN_AMOUNT;AMOUNT;CURRENCY_CODE;PAYMENT_DATE;RESPONSE_CODE;AUTHORISATION_ID;ORDER_ID\n")
	for i, p := range w.All() {
		fmt.Fprintf(&lines, "TRANSACTION;30200%d;002001000000001;%d;%d;978;20260302;00;%s;%s\n", i, p.Amount.Shift(2).IntPart(), p.Amount.Shift(2).IntPart(), p.Authorisation, p.Reference)
	}
	journal := lines.String()
	m.upload(march, map[string]string{"journal.csv": journal}).at(http.StatusOK, "/gestion/rapprochement").reads("journal.csv", "3 mouvements chez vous, 3 mouvements en face, 0 différence")
	first := w.All()[1].Reference
	m.upload(march, map[string]string{"journal.csv": strings.ReplaceAll(journal, first, "PCLCB269999999999")}).reads(first, "PCLCB269999999999")

	account := "Date;Date de valeur;Libellé;Débit euros;Crédit euros;\n04/03/2026;04/03/2026;REMISE CARTE CARTE 0535875 001 030261 02/03;;312,00;\n04/03/2026;04/03/2026;REMBT CARTE 0535875 001 030262 02/03;62,00;;\n"
	m.upload(march, map[string]string{"releve.csv": account}).at(http.StatusOK, "/gestion/rapprochement").reads("Grand livre, en euros", "312,00")

	for name, c := range map[string]struct {
		fields map[string]string
		files  map[string]string
		says   string
	}{
		"no file":        {march, nil, "Choisissez un fichier"},
		"nonsense":       {march, map[string]string{"x.bin": "\x00\x01\x02"}, "x.bin"},
		"empty":          {march, map[string]string{"x.csv": ""}, "vide"},
		"a cell broken":  {march, map[string]string{"r.csv": strings.Replace(account, "312,00", "31x,00", 1)}, "n’est pas un montant"},
		"wrong days":     {map[string]string{"du": "03/03/2026", "au": "02/03/2026"}, map[string]string{"r.csv": account}, "Le dernier jour est avant le premier."},
		"too many days":  {map[string]string{"du": "01/01/2020", "au": "02/03/2026"}, map[string]string{"r.csv": account}, "62 jours au plus"},
		"no day":         {map[string]string{"du": "hier", "au": ""}, map[string]string{"r.csv": account}, "Saisissez un jour"},
		"markup in name": {march, map[string]string{"<img src=x>.csv": "\x00"}, "<img src=x>.csv"},
	} {
		if m.upload(c.fields, c.files); m.Status != http.StatusUnprocessableEntity || !strings.Contains(m.text(), c.says) || strings.Contains(m.Page, "<img src=x>") {
			t.Errorf("%s: %d\n%s", name, m.Status, m.text())
		}
	}
	// What the command says of its flags, the page does not: it names what it has, and leads to the field.
	delete(march, "contrat")
	m.upload(march, map[string]string{"releve.csv": account}).reads("donnez votre numéro de contrat monétique")
	if m.Status != http.StatusUnprocessableEntity || !strings.Contains(m.Page, `<a href="#contrat">`) {
		t.Errorf("an account without a contract: %d\n%s", m.Status, m.Page)
	}
	march["contrat"] = "0535999"
	m.upload(march, map[string]string{"releve.csv": account}).reads("0535999", "vérifiez le numéro de contrat").lacks("-contract")
	m.upload(march, map[string]string{"x.bin": "\x00\x01\x02"}).lacks("-layout", "-demo")
	m.upload(map[string]string{"du": "01/03/2026", "au": "01/03/2026", "contrat": "0535875"}, map[string]string{"releve.csv": account}).lacks("-near")
	// Not a form that the page sends.
	m.do(http.MethodPost, "/gestion/rapprochement", map[string][]string{"x": {"y"}}).at(http.StatusBadRequest, "/gestion/rapprochement")
}

// Everybody else's forms stay small, and the upload is no way past the protection against other sites.
func TestUploadIsNoOpenDoor(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	m := w.accountant().get("/gestion/rapprochement")
	big := strings.Repeat("x", 40<<10)
	if m.do(http.MethodPost, "/gestion/orphelins", map[string][]string{"motif": {big}}); m.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 40 KiB: %d", m.Status)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Base+"/gestion/rapprochement", strings.NewReader(big))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if m.show(r); m.Status != http.StatusForbidden {
		t.Errorf("another site uploads: %d", m.Status)
	}
	a := w.agent().upload(nil, map[string]string{"x": "y"})
	if a.Status != http.StatusForbidden {
		t.Errorf("the claims service uploads: %d", a.Status)
	}
}

// Nothing of a day is kept twice, and the table of days holds nobody's name or reference.
func TestDaysHoldNobody(t *testing.T) {
	t.Parallel()
	w := paidDays(t)
	var n int
	if err := w.Database.QueryRowContext(t.Context(), "SELECT count(*) FROM teleservice_day").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d days, %v", n, err)
	}
	days, err := w.Database.Days(t.Context(), "", "9999")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(days)
	if err != nil || regexp.MustCompile(`PCLCB|assure|creance`).Match(text) {
		t.Errorf("%s, %v", text, err)
	}
}
