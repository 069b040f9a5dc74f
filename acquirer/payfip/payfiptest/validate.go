package payfiptest

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// Refusal is an error element that the platform answers with.
type Refusal struct {
	Element string // one of the four. Zero: FonctionnelleErreur
	Code    string // such as R3
	Libelle string // zero: words of the code
}

// libelles are the platform's words. O1 and E1 are invented: the codes of objet and exer are not known (docs/payfip.md §7.2).
var libelles = map[string]string{
	"T1": "Le format du numéro client n'est pas conforme",
	"T2": "Le numéro client est inconnu",
	"T4": "L'accès sécurisé n'est pas ouvert pour ce client",
	"T9": "Le certificat n'est pas valide",
	"S1": "Le mode de saisie n'est pas conforme",
	"A1": "L'adresse mél n'est pas renseignée",
	"A2": "Le format de l'adresse mél n'est pas conforme",
	"R3": "Le format du paramètre REFDET n'est pas conforme",
	"M1": "Le format du montant n'est pas conforme",
	"M3": "Le montant est inférieur au minimum",
	"M5": "Le montant est supérieur au maximum",
	"O1": "Le format du paramètre OBJET n'est pas conforme",
	"E1": "Le format du paramètre EXER n'est pas conforme",
	"N1": "L'adresse de notification n'est pas conforme",
	"D1": "L'adresse de redirection n'est pas conforme",
	"P1": "Identifiant d'opération incorrect",
	"P3": "Identifiant d'opération déjà utilisé",
	"P4": "Identifiant d'opération périmé",
	"P5": "Résultat de la transaction non connu",
}

func refusalOf(code string) *Refusal { return &Refusal{Element: soap.FunctionalError, Code: code} }

// limits of an order (docs/payfip.md §4).
const (
	minCents, maxCents = 1_00, 99_999_99
	maxURL             = 250
)

// validateOrder checks the members of an order in a fixed order and returns the first refusal. Only that A comes before M is known of the
// real platform (docs/payfip.md §15).
func (s *Server) validateOrder(m map[string]string, now time.Time) *Refusal {
	r := s.regies[m["numcli"]]
	switch {
	case len(m["numcli"]) != 6 || !wire.Digits(m["numcli"], 6):
		return refusalOf("T1")
	case r == nil:
		return refusalOf("T2")
	case r.Refused != "":
		return refusalOf(r.Refused)
	case m["saisie"] != "T" && m["saisie"] != "X" && m["saisie"] != "W":
		return refusalOf("S1")
	case m["saisie"] == "W" && len(r.meansShown("W", now)) == 0:
		return refusalOf("T4")
	case m["mel"] == "":
		return refusalOf("A1")
	case !isMailAddress(m["mel"]):
		return refusalOf("A2")
	case len(m["refdet"]) < 6 || !wire.Made(m["refdet"], 30, ""):
		return refusalOf("R3")
	case !wire.Digits(m["montant"], 11):
		return refusalOf("M1")
	}
	switch cents, _ := strconv.ParseInt(m["montant"], 10, 64); {
	case cents < minCents:
		return refusalOf("M3")
	case cents > maxCents:
		return refusalOf("M5")
	case m["objet"] != "" && !wire.Made(m["objet"], 100, " "):
		return refusalOf("O1")
	case m["exer"] != "" && (len(m["exer"]) != 4 || !wire.Digits(m["exer"], 4)):
		return refusalOf("E1")
	case !isWebAddress(m["urlnotif"]):
		return refusalOf("N1")
	case !isWebAddress(m["urlredirect"]):
		return refusalOf("D1")
	}
	return nil
}

// isMailAddress reports whether an address has 6 to 80 characters, one @ inside and no space.
func isMailAddress(s string) bool {
	local, domain, _ := strings.Cut(s, "@")
	return len(s) >= 6 && len(s) <= 80 && local != "" && domain != "" && !strings.ContainsAny(s, " \t\r\n") && strings.Count(s, "@") == 1
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && len(s) <= maxURL
}

// meansShown returns the means of payment on a page of the mode: all of them in tests, the activated ones for real money.
func (r *regie) meansShown(saisie string, now time.Time) []Means {
	if saisie != "W" {
		return AllMeans()
	}
	var shown []Means
	for _, m := range AllMeans() {
		if from, ok := r.activated[m]; ok && !now.Before(from) {
			shown = append(shown, m)
		}
	}
	return shown
}
