package payfip

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/simulated"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"github.com/quittance/quittance/acquirer/preflight"
	"github.com/shopspring/decimal"
)

const (
	numcli    = "006270"
	reference = "PCLCB262540000004"
	idOp      = "cc0cb210-1cd4-11ea-8cca-0213ad91a103"
	mailbox   = "regie@ville.example.fr"
)

// morning is when the tests take place: five minutes before the transaction of the vectors, in Paris time.
var morning = time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)

func order() acquirer.Order {
	return acquirer.Order{
		ID: "0r2v4k6m8p0r2v4k6m8p0r2v4k", Reference: reference, Amount: decimal.RequireFromString("75.50"), Currency: "EUR",
		ReturnURL: "https://portail.example.fr/payfip/return", NotifyURL: "https://portail.example.fr/payfip/notify", Language: "fr",
	}
}

func question() acquirer.Question {
	return acquirer.Question{
		Reference: reference, Merchant: numcli, Handle: acquirer.Handle{Session: idOp, ExpiresAt: morning.Add(Window)},
	}
}

// testConfig has the addresses of the DGFiP; nothing is ever sent there, the transport is a mock.
func testConfig(rt http.RoundTripper) Config {
	return Config{
		Numcli: numcli, Saisie: Test, Mailbox: mailbox, HTTPClient: &http.Client{Transport: rt},
		Now: func() time.Time { return morning }, Logger: slog.New(slog.DiscardHandler),
	}
}

func mustNew(t testing.TB, c Config) *Client {
	t.Helper()
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// A platform is a client with the script of what it is answered.
type platform struct {
	*Client
	*simulated.Script
}

func newPlatform(t testing.TB, change func(*Config), replies ...httpmock.Responder) *platform {
	t.Helper()
	p := &platform{Script: simulated.NewScript(replies)}
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(p.Reply)
	c := testConfig(mock)
	if change != nil {
		change(&c)
	}
	p.Client = mustNew(t, c)
	return p
}

func reply(status int, contentType, body string) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		resp := httpmock.NewStringResponse(status, body)
		resp.Request = r
		resp.Header.Set("Content-Type", contentType)
		return resp, nil
	}
}

const xmlType = `text/xml;charset="utf-8"`

// written is an answer as the platform writes it.
func written(operation string, members ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S="` + soap.EnvelopeNS + `"><S:Body><ns2:` + operation +
		`Response xmlns:ns2="` + soap.ServiceNS + `"><return>`)
	for i := 0; i < len(members); i += 2 {
		b.WriteString("<" + members[i] + ">")
		xml.EscapeText(&b, []byte(members[i+1]))
		b.WriteString("</" + members[i] + ">")
	}
	b.WriteString("</return></ns2:" + operation + "Response></S:Body></S:Envelope>")
	return b.String()
}

func created(id string) httpmock.Responder {
	return reply(200, xmlType, written(soap.Create, "idOp", id))
}

// detail is an answer about a session, with members changed.
func detail(changes ...string) httpmock.Responder {
	m := []string{
		"dattrans", "28112026", "exer", "2026", "heurtrans", "1105", "idOp", idOp, "mel", "usager@example.org", "montant", "7550",
		"numauto", "A55A", "numcli", numcli, "objet", "Creance 2026", "refdet", reference, "resultrans", "P", "saisie", "T",
	}
	for i := 0; i < len(changes); i += 2 {
		for j := 0; j < len(m); j += 2 {
			if m[j] == changes[i] {
				m[j+1] = changes[i+1]
			}
		}
	}
	return reply(200, xmlType, written(soap.Detail, m...))
}

// refused is a functional error.
func refused(code, libelle string) httpmock.Responder {
	return reply(500, xmlType, faultBody("FonctionnelleErreur", code, libelle))
}

func faultBody(class, code, libelle string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(libelle))
	return `<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S="` + soap.EnvelopeNS + `"><S:Body><S:Fault><faultcode>S:Server</faultcode>` +
		`<faultstring>fr.gouv.finances.cp.tpa.webservice.exceptions.` + class + `</faultstring><detail><ns1:` + class + ` xmlns:ns1="` +
		soap.ServiceNS + `"><code>` + code + `</code><descriptif/><libelle>` + b.String() + `</libelle><severite>2</severite></ns1:` + class +
		`></detail></S:Fault></S:Body></S:Envelope>`
}

// strictMembers reads a request as a strict reader of the schema does: operation in the namespace, arg0 and members in none, each
// once and in alphabetical order. It shares no code with the package.
func strictMembers(t testing.TB, body string) (operation string, members map[string]string) {
	t.Helper()
	var e struct {
		XMLName xml.Name
		Body    struct {
			XMLName xml.Name
			Inner   []struct {
				XMLName xml.Name
				Arg     []struct {
					XMLName xml.Name
					Members []struct {
						XMLName xml.Name
						Text    string `xml:",chardata"`
					} `xml:",any"`
				} `xml:",any"`
			} `xml:",any"`
		} `xml:"Body"`
	}
	if err := xml.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("the request is no XML: %v", err)
	}
	const envelopeSpace = "http://schemas.xmlsoap.org/soap/envelope/"
	if e.XMLName.Space != envelopeSpace || e.Body.XMLName.Space != envelopeSpace || len(e.Body.Inner) != 1 || len(e.Body.Inner[0].Arg) != 1 {
		t.Fatalf("no envelope with one operation and one argument: %s", body)
	}
	op := e.Body.Inner[0]
	if op.XMLName.Space != soap.ServiceNS || op.Arg[0].XMLName != (xml.Name{Local: "arg0"}) {
		t.Fatalf("operation %v with %v", op.XMLName, op.Arg[0].XMLName)
	}
	members = make(map[string]string)
	last := ""
	for _, m := range op.Arg[0].Members {
		if m.XMLName.Space != "" || m.XMLName.Local <= last {
			t.Fatalf("member %v after %q", m.XMLName, last)
		}
		last = m.XMLName.Local
		members[last] = m.Text
	}
	return op.XMLName.Local, members
}

// faultOf returns the *acquirer.Error, and fails when err is something else, or says nothing.
func faultOf(t testing.TB, err error) *acquirer.Error {
	t.Helper()
	e, ok := err.(*acquirer.Error)
	if !ok {
		t.Fatalf("error %T %v, expected an *acquirer.Error", err, err)
	}
	if e.Err == nil {
		t.Errorf("%v has no cause in words", e)
	}
	return e
}

// vectors is the file of test vectors.
type vectors struct {
	Request []struct {
		ID, Why, Body string
		Headers       []string
		Expect        struct {
			Readable  bool
			Operation string
			Fields    map[string]string
			Answer    string
		}
	}
	Answer   []answerVector
	Callback []struct {
		ID, Why, Channel, Method, Query, Body string
		ContentType                           string `json:"content_type"`
		Expect                                struct {
			IdOp    string `json:"idop"`
			Refused int
		}
	}
	Order []struct {
		ID, Why string
		Now     time.Time
		Order   struct {
			ID, Reference, Amount, Currency, Language string
			ReturnURL                                 string `json:"return_url"`
			NotifyURL                                 string `json:"notify_url"`
		}
		Config struct{ Numcli, Saisie, Mel, Objet string }
		Expect struct {
			Fields map[string]string
			Error  *expectedError
		}
	}
	Clock []struct {
		ID, Why, Dattrans, Heurtrans string
		Expect                       struct {
			AtOneOf []*time.Time `json:"at_one_of"`
		}
	}
}

type expectedError struct{ Kind, Code, Field string }

type answerVector struct {
	ID, Why, Operation, Body string
	Status                   int
	ContentType              string `json:"content_type"`
	Context                  struct {
		Numcli, Saisie, IdOp, Reference string
	}
	Expect struct {
		Session *struct{ IdOp, URL string }
		Error   *expectedError
		Result  *struct {
			Outcome, Code, Authorisation, Currency, Merchant, Reference string
			AmountCents                                                 int64 `json:"amount_cents"`
			At                                                          *time.Time
		}
		Client *struct {
			Numcli string
			Names  []string
		}
	}
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Counts  map[string]int
		Vectors vectors
	}
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&file); err != nil {
		t.Fatal(err)
	}
	v := file.Vectors
	got := map[string]int{"request": len(v.Request), "answer": len(v.Answer), "callback": len(v.Callback), "order": len(v.Order), "clock": len(v.Clock)}
	for name, n := range file.Counts {
		if got[name] != n {
			t.Fatalf("%d vectors of %s, the file says %d", got[name], name, n)
		}
	}
	return v
}

// kinds are the vectors' names of kinds.
var kinds = map[string]error{
	"ErrInvalid": acquirer.ErrInvalid, "ErrConfiguration": acquirer.ErrConfiguration, "ErrUnavailable": acquirer.ErrUnavailable,
	"ErrUnanswered": acquirer.ErrUnanswered, "ErrUnverified": acquirer.ErrUnverified, "ErrNotFound": acquirer.ErrNotFound,
}

func (want *expectedError) check(t *testing.T, err error) {
	t.Helper()
	e := faultOf(t, err)
	if e.Kind != kinds[want.Kind] || kinds[want.Kind] == nil || e.Code != want.Code || e.Field != want.Field {
		t.Errorf("%v: kind %v, code %q, field %q; expected %+v", e, e.Kind, e.Code, e.Field, *want)
	}
}

// operations are the calls that use the wire, for tests that hold for all of them.
var operations = map[string]func(context.Context, *Client) error{
	acquirer.OpBegin:  func(ctx context.Context, c *Client) error { _, err := c.Begin(ctx, order()); return err },
	acquirer.OpStatus: func(ctx context.Context, c *Client) error { _, err := c.Status(ctx, question()); return err },
	preflight.Op: func(ctx context.Context, c *Client) error {
		if _, f := c.in.fetchNames(ctx); f != nil {
			return f
		}
		return nil
	},
}
