package payfiptest_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lone is a client of the web service as somebody else would write one: it shares no code with package payfip. It reads each answer
// twice, as a reader that is blind to namespaces does (a pattern), and as one that insists on them does (a decoder with names), and
// compares.
type lone struct {
	url       string
	http      *http.Client
	qualified bool // the platform puts members in a namespace: the strict reader looks there
}

const (
	loneNS   = "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService"
	loneSoap = "http://schemas.xmlsoap.org/soap/envelope/"
	loneType = "http://securite.service.tpa.cp.finances.gouv.fr/reponse"
)

// loneFault is a fault of the platform.
type loneFault struct{ element, code, libelle string }

func (f *loneFault) Error() string { return f.element + " " + f.code }

// ask sends an operation and returns the members of the answer.
func (l lone) ask(operation string, members map[string]string) (map[string]string, error) {
	var b strings.Builder
	b.WriteString("\n  <soapenv:Envelope xmlns:soapenv=\"" + loneSoap + "\" xmlns:pai=\"" + loneNS + "\"><soapenv:Header/><soapenv:Body><pai:" + operation + "><arg0>")
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(members))) { // another order than the schema's
		b.WriteString("<" + name + ">")
		xml.EscapeText(&b, []byte(members[name]))
		b.WriteString("</" + name + ">")
	}
	b.WriteString("</arg0></pai:" + operation + "></soapenv:Body></soapenv:Envelope>")
	client := l.http
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Post(l.url, "text/xml", strings.NewReader(b.String()))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	blind, blindErr := readBlindly(operation, body)
	strict, strictErr := l.readStrictly(operation, body)
	if fmt.Sprint(blind, blindErr) != fmt.Sprint(strict, strictErr) {
		return nil, fmt.Errorf("two readers differ: %v %v and %v %v in %s", blind, blindErr, strict, strictErr, body)
	}
	return strict, strictErr
}

var (
	anyLeaf  = regexp.MustCompile(`<(?:\w+:)?(\w+)(?: [^>]*)?>([^<]+)</`)
	anyFault = regexp.MustCompile(`(?s)<(?:\w+:)?(Fonctionnelle|TechDysfonctionnement|TechIndisponibilite|TechProtocolaire)Erreur[ >](.*?)</(?:\w+:)?\w+Erreur>`)
)

// readBlindly takes names as they come.
func readBlindly(operation string, body []byte) (map[string]string, error) {
	leaves := func(b []byte) map[string]string {
		m := make(map[string]string)
		for _, l := range anyLeaf.FindAllSubmatch(b, -1) {
			if v := strings.TrimSpace(string(l[2])); v != "" {
				var text string
				if xml.Unmarshal([]byte("<a>"+v+"</a>"), &text) == nil {
					m[string(l[1])] = text
				}
			}
		}
		return m
	}
	if f := anyFault.FindSubmatch(body); f != nil {
		m := leaves(f[2])
		return nil, &loneFault{string(f[1]) + "Erreur", m["code"], m["libelle"]}
	}
	if !bytes.Contains(body, []byte(operation+"Response")) {
		return nil, errors.New("no answer")
	}
	return leaves(body), nil
}

// readStrictly takes names in their namespaces only.
func (l lone) readStrictly(operation string, body []byte) (map[string]string, error) {
	type leaf struct {
		XMLName xml.Name
		Text    string `xml:",chardata"`
		Nil     string `xml:"http://www.w3.org/2001/XMLSchema-instance nil,attr"`
	}
	type answer struct {
		XMLName xml.Name
		Return  struct {
			XMLName xml.Name
			Members []leaf `xml:",any"`
		} `xml:"return"`
	}
	type failure struct {
		XMLName xml.Name
		Members []leaf `xml:",any"`
	}
	var e struct {
		XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
		Body    struct {
			Fault *struct {
				Detail struct {
					Any []failure `xml:",any"`
				} `xml:"detail"`
			} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Fault"`
			Answer *answer `xml:",any"`
		} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
	}
	if err := xml.Unmarshal(body, &e); err != nil {
		return nil, errors.New("no answer")
	}
	space := ""
	if l.qualified {
		space = loneType
	}
	collect := func(leaves []leaf, space string) map[string]string {
		m := make(map[string]string)
		for _, x := range leaves {
			if v := strings.TrimSpace(x.Text); x.XMLName.Space == space && v != "" && x.Nil == "" {
				m[x.XMLName.Local] = v
			}
		}
		return m
	}
	if e.Body.Fault != nil {
		for _, f := range e.Body.Fault.Detail.Any {
			if f.XMLName.Space == loneNS {
				m := collect(f.Members, "")
				return nil, &loneFault{f.XMLName.Local, m["code"], m["libelle"]}
			}
		}
		return nil, errors.New("no answer")
	}
	if a := e.Body.Answer; a != nil && a.XMLName == (xml.Name{Space: loneNS, Local: operation + "Response"}) && a.Return.XMLName.Space == "" {
		return collect(a.Return.Members, space), nil
	}
	return nil, errors.New("no answer")
}

// order is what creates a session, with changes.
func order(changes ...string) map[string]string {
	m := map[string]string{
		"exer": "2026", "mel": "usager@example.org", "montant": "7550", "numcli": "006270", "objet": "Cantine novembre", "refdet": "PCLCB262540000004",
		"saisie": "T", "urlnotif": "http://127.0.0.1:1/notify", "urlredirect": "http://127.0.0.1:1/return",
	}
	for i := 0; i < len(changes); i += 2 {
		if m[changes[i]] = changes[i+1]; changes[i+1] == "" {
			delete(m, changes[i])
		}
	}
	return m
}

// create makes a session and returns its number.
func (l lone) create(t testing.TB, changes ...string) string {
	t.Helper()
	m, err := l.ask("creerPaiementSecurise", order(changes...))
	if err != nil {
		t.Fatal(err)
	}
	if m["idOp"] == "" {
		t.Fatal("no idOp")
	}
	return m["idOp"]
}

// result asks about a session and returns the letter of its result, or the code of the fault.
func (l lone) result(t testing.TB, idOp string) string {
	t.Helper()
	m, err := l.ask("recupererDetailPaiementSecurise", map[string]string{"idOp": idOp})
	if f := (*loneFault)(nil); errors.As(err, &f) {
		return f.code
	}
	if err != nil {
		t.Fatal(err)
	}
	return m["resultrans"]
}
