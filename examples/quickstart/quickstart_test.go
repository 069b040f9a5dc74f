package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
)

var update = flag.Bool("update", false, "write testdata/quickstart.golden")

// output runs the program, which must succeed.
func output(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if status := run(args, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
		t.Fatalf("exit status %d: %s", status, &stderr)
	}
	return stdout.String()
}

// file writes a file for one test.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "debts.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGolden(t *testing.T) {
	t.Run("mock", func(t *testing.T) { checkGolden(t, "testdata/quickstart.golden", output(t)) })
	// Worldline Direct has messages of another kind: payers see the same, and the journals say how each result was learned.
	t.Run("direct", func(t *testing.T) { checkGolden(t, "testdata/direct.golden", output(t, "-acquirer", "direct")) })
	t.Run("payfip", func(t *testing.T) { checkGolden(t, "testdata/payfip.golden", output(t, "-acquirer", "payfip")) })
	// A town hall with PayFiP: its own rule, its own kinds of debt, its own words, and a direct debit.
	t.Run("cantine", func(t *testing.T) {
		checkGolden(t, "testdata/cantine.golden", output(t, "-policy", "cantine", "-acquirer", "payfip"))
	})
}

// A town hall's payers read of no fund and of no co-payment, with whatever acquirer; a co-payment is none of its debts, and a canteen's bill
// none of the fund's.
func TestTownHall(t *testing.T) {
	for _, acquirer := range []string{"mock", "sips", "direct", "payfip"} {
		text := words(output(t, "-policy", "cantine", "-acquirer", acquirer))
		for _, bad := range []string{"caisse", "ameli", "Assurance Maladie", "articipation", "ranchise", "36 46"} {
			if _, after, found := strings.Cut(text, bad); found {
				t.Errorf("%s: it says %q: %.80s", acquirer, bad, after)
			}
		}
		inOrder(t, text, "La règle « cantine » laisse payer la restauration scolaire", "mai 76,00 € oui", "un-gouter 0,85 € non", "amende 35,00 € non",
			"Cette somme ne se paie pas ici.", "De : Mairie de l'Exemple, régie de la cantine")
	}
	text := words(output(t, "-policy", "cantine", "-acquirer", "payfip"))
	_, debit, _ := strings.Cut(text, "par-prelevement ")
	inOrder(t, debit, "Prélèvement enregistré", "La somme sera prélevée sur votre compte bancaire", "par prélèvement.")

	for _, c := range []struct{ policy, kind string }{{"cantine", "franchise"}, {"ameli", "restauration_scolaire"}} {
		var stderr bytes.Buffer
		path := file(t, "["+strings.Replace(good, "franchise", c.kind, 1)+"]")
		if status := run([]string{"-policy", c.policy, path}, io.Discard, &stderr); status != 1 || !strings.Contains(stderr.String(), "is not known") {
			t.Errorf("%s with a debt of the kind %s: exit status %d, %s", c.policy, c.kind, status, &stderr)
		}
	}
	var stderr bytes.Buffer
	if status := run([]string{"-policy", "mairie"}, io.Discard, &stderr); status != 2 || !strings.Contains(stderr.String(), "-policy ameli|cantine") {
		t.Errorf("an unknown policy: exit status %d, %s", status, &stderr)
	}
}

// What every policy of the quickstart promises, and whose fingerprints stored payments have.
func TestPolicies(t *testing.T) {
	for name, of := range bodies {
		if err := of.policies.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	ameli, err := bodies["ameli"].policies.On(time.Date(2018, time.July, 5, 0, 0, 0, 0, paris))
	if err != nil || ameli.Fingerprint() != creance.Ameli()[0].Fingerprint() {
		t.Errorf("%v, %v", ameli, err)
	}
}

func checkGolden(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the output is not %s; if it should be, run go test with -update (-want +got):\n%s", golden, diff)
	}
	for i, line := range strings.Split(got, "\n") {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("line %d has %d columns: %s", i+1, n, line)
		}
	}
}

// Over HTTP, with the Sips client and a platform that speaks its protocol, payers and letters see the same.
func TestSips(t *testing.T) {
	if diff := cmp.Diff(output(t), output(t, "-acquirer", "sips")); diff != "" {
		t.Error(diff)
	}
}

// The sample can be read from its file as well, and the path does not show.
func TestSampleByPath(t *testing.T) {
	if diff := cmp.Diff(output(t), output(t, "debts.json")); diff != "" {
		t.Error(diff)
	}
}

// words makes one line of an output, without boxes and typography, so that the source's words can be found across line ends.
func words(s string) string {
	s = inbox.Message{Text: s}.Plain()
	s = strings.NewReplacer("│", " ", "─", " ", "┌", " ", "└", " ").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// inOrder checks that all of want stand in the text, one after the other.
func inOrder(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		_, after, ok := strings.Cut(text, w)
		if !ok {
			t.Errorf("missing, or not in its place: %q", w)
			continue
		}
		text = after
	}
}

// The source's own scenes, word for word and in the source's order.
func TestSource(t *testing.T) {
	_, source, _ := strings.Cut(words(output(t)), "LES ÉCRANS DE 2017")
	one, two, ok := strings.Cut(source, "Cas 2 : le paiement échoue") // S57
	if !ok {
		t.Fatal("there is no second case")
	}
	inOrder(t, one,
		"Cas 1 : le paiement aboutit", // S38
		"inférieur au minimum",        // S13
		"« integration », de 1,00 € à 150,00 €",
		"Étape préalable", // S17
		"Accueil · Mes paiements · Ma messagerie · Mes démarches · Mon espace prévention · Mes informations", // S50
		"Étape 1/3",                                            // S18
		"Étape 2/3",                                            // S19
		"Étape 3/3",                                            // S20
		"worldline e-payment services",                         // S23
		"CPAM Test 2 (INTEGRATION)",                            // S24
		"Montant de la transaction : 20,00 €",                  // S25
		"Détails de la transaction",                            // S26
		"Référence de la transaction : PCLCB172540000004",      // S28
		"Identifiant du commerçant : 201000005940002",          // S29
		"Informations de la carte",                             // S27
		"Veuillez saisir les informations de votre paiement",   // S30
		"Numéro de carte : Date d'expiration : Mois : Année :", // S31, S32: typed there, known to nobody here
		"Cryptogramme visuel : [ Valider ]",                    // S33, S34
		"Selon votre établissement bancaire, vous pourrez être redirigé vers la page d'authentification votre banque avant la validation "+
			"de votre paiement.", // S35
		"Informations de paiement",                                                               // S40
		"Votre paiement a été accepté.",                                                          // S41
		"Nous vous conseillons de conserver vos informations de paiement.",                       // S42
		"Date de la transaction : 11 sept. 2017",                                                 // S43
		"Numéro de carte : 5017##########00",                                                     // S44
		"Référence de la transaction : PCLCB172540000004",                                        // S45
		"Identifiant du commerçant : 201000005940002",                                            // S46
		"Numéro d'autorisation : 761208",                                                         // S47
		"Accueil du compte : PAIEMENT D'UNE CRÉANCE",                                             // S4, S39, S62
		"Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs délais.", // S48
		"PIERRE BELAGE",    // S51
		"Né le 25/02/1983", // S52
		"Dernière connexion le 11/09/2017 à 15:54",         // S53
		"MES DERNIERS PAIEMENTS : Aucun nouveau paiement",  // S55
		"Accuse de réception de votre paiement de creance", // S65
		"11/09/17 15:57",            // S66
		"De : Assurance Maladie",    // S67
		"Sera supprimé le 11/03/18", // S68
		"Bonjour,",                  // S69
		"Nous accusons réception de votre paiement de créance du 11/09/2017.", // S70
		"Pour tout renseignement complémentaire concernant votre démarche, vous pouvez nous contacter dans la rubrique "+
			"\"Ma Messagerie / Ecrire un message\" (*).", // S71
		"Avec toute notre attention,",       // S72
		"Votre caisse d'Assurance Maladie.", // S73
		"(*) ou par téléphone au 36 46 (coût 0,06 euro/min + prix appel), depuis l'étranger composez le +33 811 70 36 46 "+
			"(tarif variable selon l'opérateur téléphonique).", // S74
		"La démarche pas-à-pas : suite à la demande", // S63
		"L'assuré reçoit ensuite un accusé de réception (Saisie par Voie Electronique) dans la messagerie de son compte Ameli.", // S64
		"Le délai d'affichage sur le compte de la prise en compte du paiement est de 24h",                                       // S77
		"En fin de démarche, l'assuré reçoit un accusé de réception dans la messagerie de son compte Ameli",                     // S78
		"Votre paiement du 11 septembre 2017 est pris en compte sur votre compte.",
		"règle « integration »", "pris en compte",
	)
	inOrder(t, two,
		"PCLCB172440000001",                        // S28: 1 September is day 244
		"Votre transaction de paiement a échoué.",  // S58
		"Dernière connexion le 01/09/2017 à 09:24", // S60
	)
	for _, never := range []string{"Votre paiement a été accepté", "Ma messagerie Acc", "autorisation : "} { // S61
		if strings.Contains(two, never) {
			t.Errorf("after a failure: %q", never)
		}
	}
}

// The sample's debts: the limits of the source, both included, and every way a payment can go.
func TestSample(t *testing.T) {
	text, _, _ := strings.Cut(words(output(t)), "LES ÉCRANS DE 2017")
	for _, want := range []string{
		"papier-50-00 50,00 € oui",                                           // S9, S12
		"abandonnee 150,00 € oui",                                            // S9
		"acceptee 62,00 € oui",                                               // S8, S11
		"notification-perdue 120,30 € oui : 100,00 € à payer",                // S10: what the notice claims
		"solde-49-99 49,99 € non - Le montant dû (49,99 €) est inf",          // S13
		"solde-150-01 150,01 € non - Le montant dû (150,01 €) est supérieur", // S14
		"sans-avis 75,00 € non - Nous ne trouvons pas d'avis",                // S15
		"indu 80,00 € non - Seules les participations forfaitaires",          // S16
		"contestee 68,00 € non", "suspendue 90,00 € non", "deja-reglee 60,00 € non", "prescrite 72,50 € non", "plus-rien-du 0,00 € non",
		"Reçu le 05/07/2018 à 8 h 53 (heure de Paris) De : Assurance Maladie Sera supprimé le 05/01/19", // S66, S67, S68
		"Restera dû après ce paiement 20,30 €",
		"au 36 46 (coût 0,06 euro/min + prix appel), depuis l'étranger composez le +33 811 70 36 46", // S74: the tariff of that day
		"Nous accusons réception de votre paiement de créance du 05/07/2018.",                        // S70
		"Votre paiement du 5 juillet 2018 est pris en compte",                                        // S77
		"Un paiement de cette créance est déjà en cours.",
		"réponse à notre question",
		"la même somme : 297,50 € en 4 paiements",
		"il y en avait 4, il en reste 0", // S68
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %q", want)
		}
	}
	_, small, _ := strings.Cut(text, "petit-solde-sans-avis 12,00 € non")
	inOrder(t, small, "inférieur au minimum", "Nous ne trouvons pas d'avis", "rien à faire pour l'instant") // every reason, and one thing to do
	if strings.Contains(text, "service gratuit") {
		t.Error("a letter of 2018 has a tariff of 2020")
	}
}

// Every debt of the sample is one that the law lets somebody owe, but for what its name says.
func TestSampleIsPlausible(t *testing.T) {
	debts, errs := bodies["ameli"].parseDebts(fundDebts)
	if len(errs) > 0 || len(debts) == 0 {
		t.Fatal(errs)
	}
	for _, d := range debts {
		if doubts := creance.Plausible(d, firstDay(debts)); len(doubts) > 0 {
			t.Errorf("%s: %v", d.ID, doubts)
		}
	}
}

// No run of twelve digits that could be a card's: only references and the merchant have so many.
func TestNoCardNumber(t *testing.T) {
	known := regexp.MustCompile(`PCLCB\d{12}|201000005940002`)
	if n := regexp.MustCompile(`\d([ -]?\d){11,}`).FindString(known.ReplaceAllString(output(t), "…")); n != "" {
		t.Errorf("%q is in the output", n)
	}
}

const good = `{"id": "bonne", "debtor": "a-1", "items": [{"kind": "franchise", "year": 2017, "amount": "60.00"}],
	"notice": {"number": "N-1", "channel": "electronic", "issued_on": "2018-06-12"}}`

// A bad file: the error names the debt and the field, the exit status is 1, and nothing is paid, not even the good debt before.
func TestBadFiles(t *testing.T) {
	// debt is the second of the list; old stands in good, and becomes new.
	debt := func(old, new string) string {
		second := strings.Replace(strings.Replace(good, `"bonne"`, `"D-2"`, 1), old, new, 1)
		if second == strings.Replace(good, `"bonne"`, `"D-2"`, 1) {
			t.Fatalf("%s does not stand in the good debt", old)
		}
		return "[" + good + ", " + second + "]"
	}
	for _, c := range []struct {
		name, content string
		want          []string
	}{
		{"empty file", "", []string{"not JSON"}},
		{"not JSON", "id;debtor;amount\n", []string{"not JSON"}},
		{"cut off", "[" + good, []string{"not JSON"}},
		{"more after the list", "[" + good + "] []", []string{"not JSON"}},
		{"one debt, no list", good, []string{"a list of debts is expected"}},
		{"empty list", "[]", []string{"no debt"}},
		{"null", "null", []string{"no debt"}},
		{"a null in the list", "[" + good + ", null]", []string{"entry 2", "id is missing"}},
		{"a text in the list", "[" + good + `, "D-2"]`, []string{"entry 2"}},
		{"no id", debt(`"id": "D-2", `, ""), []string{"entry 2", "id is missing"}},
		{"no debtor", debt(`"debtor": "a-1", `, ""), []string{"D-2", "debtor is missing"}},
		{"no items", debt(`"items": [{"kind": "franchise", "year": 2017, "amount": "60.00"}],`, ""), []string{"D-2", "items is missing"}},
		{"empty items", debt(`{"kind": "franchise", "year": 2017, "amount": "60.00"}`, ""), []string{"D-2", "items is missing or empty"}},
		{"no kind", debt(`"kind": "franchise", `, ""), []string{"D-2", "items[0]", "kind is missing"}},
		{"no year", debt(`"year": 2017, `, ""), []string{"D-2", "items[0]", "year is missing"}},
		{"no amount", debt(`, "amount": "60.00"`, ""), []string{"D-2", "items[0]", "amount is missing"}},
		{"no notice number", debt(`"number": "N-1", `, ""), []string{"D-2", "notice: number is missing"}},
		{"no channel", debt(`"channel": "electronic", `, ""), []string{"D-2", "notice: channel is missing"}},
		{"one id twice", "[" + good + ", " + good + "]", []string{"entry 2", `"bonne"`, "id is that of entry 1"}},
		{"negative amount", debt("60.00", "-60.00"), []string{"D-2", "item 1 (franchise, 2017)", "amount is negative"}},
		{"fraction of a cent", debt("60.00", "60.001"), []string{"D-2", "item 1 (franchise, 2017)", "fraction of a cent"}},
		{"fraction of a cent, as a number", debt(`"60.00"`, "60.001"), []string{"D-2", "item 1", "fraction of a cent"}},
		{"too large", debt("60.00", "1e2000"), []string{"D-2", "item 1 (franchise, 2017)", "amount is above"}},
		{"absurd exponent", debt("60.00", "1e20000"), []string{"D-2", "items[0]", "amount is not a number"}},
		{"amount in words", debt("60.00", "soixante"), []string{"D-2", "items[0]", "not a number of euros"}},
		{"negative notice", debt(`"channel"`, `"amount": "-1.00", "channel"`), []string{"D-2", "notice: amount", "negative"}},
		{"fraction of a cent in the notice", debt(`"channel"`, `"amount": "1.005", "channel"`), []string{"D-2", "notice: amount", "fraction"}},
		{"unknown kind", debt(`"franchise"`, `"franchize"`), []string{"D-2", "items[0]", `kind "franchize" is not known`}},
		{"unknown channel", debt(`"electronic"`, `"pigeon"`), []string{"D-2", `channel "pigeon" is not known`}},
		{"unknown status", debt(`"debtor"`, `"status": "setled", "debtor"`), []string{"D-2", `status "setled" is not known`}},
		{"year before the first co-payment", debt("2017", "1017"), []string{"D-2", "items[0]", "year 1017"}},
		{"day of another century", debt("2018-06-12", "2118-06-12"), []string{"D-2", "notice: issued_on"}},
		{"day in another form", debt("2018-06-12", "12/06/2018"), []string{"D-2", "notice", "12/06/2018"}},
		{"unknown field", debt(`"debtor"`, `"name": "x", "debtor"`), []string{"entry 2", `"name"`}},
		{"unknown field of an item", debt(`"year"`, `"years": 1, "year"`), []string{"D-2", "items[0]", `"years"`}},
		{"unknown field of the notice", debt(`"channel"`, `"chanel": 1, "channel"`), []string{"D-2", "notice", `"chanel"`}},
		{"a key twice", debt(`"amount": "60.00"`, `"amount": "60.00", "amount": "50.00"`), []string{"entry 2", `"amount" stands twice`}},
		{"a key twice, in capitals", debt(`"amount": "60.00"`, `"amount": "60.00", "AMOUNT": "50.00"`), []string{"entry 2", "stands twice"}},
		{"text for a number", debt("2017", `"2017"`), []string{"D-2", "items[0]", "year"}},
		{"social security number", debt(`"a-1"`, `"255081416802538"`), []string{"entry 2", "Debtor", "social security number"}},
		{"control character", debt(`"N-1"`, `"N\u001b[2J"`), []string{"entry 2", "Notice.Number"}},
		{"very long id", debt(`"D-2"`, `"`+strings.Repeat("D", 201)+`"`), []string{"entry 2", "Debt.ID", "longer than"}},
		{"two mistakes", debt(`"year": 2017, "amount": "60.00"`, `"amount": "-60.00"`), []string{"year is missing", "amount is negative"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			status := run([]string{file(t, c.content)}, &stdout, &stderr)
			if status != 1 {
				t.Errorf("exit status %d", status)
			}
			if stdout.Len() > 0 {
				t.Errorf("something was done: %s", &stdout)
			}
			for _, w := range append(c.want, "nothing was paid", "debts.json") {
				if !strings.Contains(stderr.String(), w) {
					t.Errorf("%q is not in: %s", w, &stderr)
				}
			}
			for _, never := range []string{"255081416802538", "\x1b"} {
				if strings.Contains(stderr.String(), never) {
					t.Errorf("the error repeats the value: %q", &stderr)
				}
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := run([]string{filepath.Join(t.TempDir(), "none.json")}, &stdout, &stderr); status != 1 || stdout.Len() > 0 {
		t.Errorf("exit status %d, %q", status, &stdout)
	}
	if !strings.Contains(stderr.String(), "none.json") {
		t.Error(&stderr)
	}
}

func TestUsage(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := run([]string{"a", "b"}, &stdout, &stderr); status != 2 || !strings.Contains(stderr.String(), "usage") {
		t.Errorf("exit status %d, %q", status, &stderr)
	}
}

// A file of one's own: an unknown id pays, and notices of today are not from the future.
func TestOwnFile(t *testing.T) {
	own := strings.NewReplacer("bonne", "ma-creance", "2018-06-12", "2026-03-02").Replace(good)
	text := words(output(t, file(t, "["+own+"]")))
	inOrder(t, text, "Nous sommes le 3 mars 2026", "ma-creance 60,00 € oui", "PCLCB260620000001", "Votre paiement a été accepté.",
		"60,00 € en 1 paiement.")
}

// One person with several debts: a letter about one is not taken for a letter about the other.
func TestOneDebtor(t *testing.T) {
	other := strings.NewReplacer("bonne", "abandonnee", "N-1", "N-2").Replace(good)
	text := words(output(t, file(t, "["+good+", "+other+"]")))
	inOrder(t, text, "Accepté : bonne", "Accusé de réception", "Abandonné : abandonnee", "La page de paiement s'est fermée", "rien n'a été payé")
}

// Nobody may pay: the list says why, and nothing else happens.
func TestNobodyPays(t *testing.T) {
	text := words(output(t, file(t, "["+strings.Replace(good, "60.00", "49.99", 1)+"]")))
	text, _, _ = strings.Cut(text, "LES ÉCRANS DE 2017")
	if strings.Contains(text, "LES PAIEMENTS") || !strings.Contains(text, "49,99 € non") {
		t.Error(text)
	}
}

// Every id that has a behaviour is in the sample, and every behaviour has a title.
func TestBehaviours(t *testing.T) {
	ids := map[string]bool{}
	for _, of := range bodies {
		var debts []creance.Debt
		if err := json.Unmarshal(of.debts, &debts); err != nil {
			t.Fatal(err)
		}
		for _, d := range debts {
			ids[d.ID] = true
		}
	}
	for id := range behaviours {
		if !ids[id] || titles[id] == "" {
			t.Errorf("%s: in the sample %v, title %q", id, ids[id], titles[id])
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestOutputFails(t *testing.T) {
	var stderr bytes.Buffer
	if status := run(nil, brokenPipe{}, &stderr); status != 1 || !strings.Contains(stderr.String(), "broken pipe") {
		t.Errorf("exit status %d, %q", status, &stderr)
	}
}

// The rehearsal listens to its context.
func TestCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bodies["ameli"].readDebts(ctx, ""); err == nil {
		t.Error("no error")
	}
}
