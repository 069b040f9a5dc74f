//go:build !race

package sips

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/internal/integration/rig/dialogue"
)

// patience ends a program that hangs.
const patience = 2 * time.Minute

// programs are the clients; each is skipped, by name, where it is missing.
var programs = map[string][]string{
	"PHP":     {"php", "client.php"},
	"Python":  {"/usr/bin/python3", "client.py"},
	"Node.js": {"node", "client.mjs"},
}

// fields are those of a message, as a shop writes them: text or numbers, containers, lists.
type fields = map[string]any

// A task is a line that a program reads.
type task struct {
	Do        string            `json:"do"` // json, form or read
	URL       string            `json:"url,omitempty"`
	Key       string            `json:"key"`
	Announced string            `json:"announced"` // sealAlgorithm; empty: the default of the connector
	Version   string            `json:"version"`   // InterfaceVersion of a form
	Encode    string            `json:"encode"`    // of a form
	Capitals  string            `json:"capitals"`  // how the names of the form are written: small, capital, or as in the guide
	Beside    map[string]string `json:"beside"`    // other fields of the form, such as that of a submit button
	Fields    fields            `json:"fields,omitempty"`
	Form      map[string]string `json:"form,omitempty"` // to read
}

// An answer is the line that it writes.
type answer struct {
	Answer  fields            // of the platform; of the form connector the fields of its page, or its words under "page"
	Sealed  bool              // with the right seal
	Ignored string            // the header Not-Simulated
	Names   []string          // of Data, in their order
	Values  map[string]string // of Data
}

// A program is a client in another process that answers one line for each.
type program struct {
	t     *testing.T
	in    io.Writer
	lines *bufio.Scanner
}

func start(t *testing.T, command []string) *program {
	t.Helper()
	path, err := exec.LookPath(command[0])
	if err != nil {
		t.Skip(command[0] + " is not installed")
	}
	in, out := dialogue.Start(t, patience, append([]string{path}, command[1:]...), nil)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	return &program{t, in, lines}
}

func (p *program) do(what task) answer {
	p.t.Helper()
	if what.Beside == nil {
		what.Beside = map[string]string{}
	}
	line, err := json.Marshal(what)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(p.in, "%s\n", line); err != nil {
		p.t.Fatal(err)
	}
	if !p.lines.Scan() {
		p.t.Fatalf("%s: no answer: %v", line, p.lines.Err())
	}
	var a answer
	dec := json.NewDecoder(strings.NewReader(p.lines.Text()))
	dec.UseNumber()
	if err := dec.Decode(&a); err != nil {
		p.t.Fatalf("%s: %q: %v", line, p.lines.Text(), err)
	}
	return a
}

// read has the program verify and read a message of the platform.
func (p *program) read(form url.Values, key, announced string) answer {
	p.t.Helper()
	flat := map[string]string{}
	for name := range form {
		flat[name] = form.Get(name)
	}
	a := p.do(task{Do: "read", Key: key, Announced: announced, Form: flat})
	if !a.Sealed {
		p.t.Errorf("the seal is not right to the client: %v", form)
	}
	return a
}

const (
	hmac       = "HMAC-SHA-256"
	returnURL  = "https://shop.example/return"
	ownShop    = "011223344550000"
	ownKey     = "secret123"
	byTheShop  = "002001000000001" // who makes the references
	bySips     = "002001000000002"
	byNumber   = "002001000000003"
	formPath   = "/paymentInit"
	jsonPath   = "/rs-services/v2/paymentInit"
	slashPath  = "/rs-services/v2/paymentInit/" // as the samples have it
	officePath = "/rs-services/v2/"
)

func keyOf(merchant string) string {
	if merchant == ownShop {
		return ownKey
	}
	return merchant + "_KEY1"
}

func platform(t *testing.T) *sipstest.Server {
	s := sipstest.NewServer(sipstest.Options{
		Now:       func() time.Time { return time.Date(2026, 11, 28, 10, 5, 0, 0, time.UTC) },
		Merchants: append(sipstest.PublicMerchants(), sipstest.Merchant{ID: ownShop, Keys: map[int]string{1: ownKey}, Screening: sipstest.ByRules}),
	})
	t.Cleanup(s.Close)
	return s
}

// shapes are what official samples and live shops send, in their shape.
var shapes = []struct {
	name    string
	task    task
	told    map[string]string // of the message about the payment
	ignored string
}{
	{"at the end of the day, in JSON", task{Do: "json", URL: slashPath, Announced: hmac, Fields: fields{
		"merchantId": bySips, "transactionReference": "", "amount": "2500", "orderChannel": "INTERNET", "currencyCode": "978", "keyVersion": "1",
		"interfaceVersion": "IR_WS_2.20", "captureMode": "AUTHOR_CAPTURE", "captureDay": "0"}},
		map[string]string{"captureLimitDate": "20261128", "captureDay": "0", "amount": "2500"}, ""},
	{"with a constant reference by telephone", task{Do: "json", URL: slashPath, Announced: hmac, Fields: fields{
		"merchantId": bySips, "transactionReference": "d835", "amount": "2500", "orderChannel": "MOTO", "currencyCode": "978", "keyVersion": "1",
		"interfaceVersion": "IR_WS_2.20"}},
		map[string]string{"orderChannel": "MOTO"}, "orderChannel, transactionReference"},
	{"in instalments", task{Do: "json", URL: slashPath, Announced: hmac, Fields: fields{
		"merchantId": bySips, "transactionReference": "N835", "amount": "2500", "orderChannel": "INTERNET", "currencyCode": "978", "keyVersion": "1",
		"interfaceVersion": "IR_WS_2.20", "paymentPattern": "INSTALMENT", "instalmentData": fields{"number": "3",
			"amountsList": []string{"1000", "1000", "500"}, "datesList": []string{"20261201", "20261202", "20261203"},
			"transactionReferencesList": []string{"N835", "N935", "N735"}}}},
		map[string]string{"paymentPattern": "INSTALMENT", "amount": "2500"}, "paymentPattern, instalmentData, transactionReference"},
	{"with a wallet", task{Do: "json", URL: slashPath, Announced: hmac, Fields: fields{
		"merchantId": bySips, "amount": "2500", "orderChannel": "INTERNET", "currencyCode": "978", "keyVersion": "1", "interfaceVersion": "IR_WS_2.20",
		"merchantWalletId": "wallet21", "customerId": "C 1"}},
		map[string]string{"merchantWalletId": "wallet21", "customerId": "C 1"}, "merchantWalletId"},
	{"without friction", task{Do: "json", URL: jsonPath, Fields: fields{
		"merchantId": byTheShop, "transactionReference": "FRICTIONLESS", "amount": 2000, "orderChannel": "INTERNET", "currencyCode": "978", "keyVersion": 1,
		"interfaceVersion": "IR_WS_2.35", "billingAddress": fields{"city": "Nantes", "country": "FRA", "zipCode": "44000", "addressAdditional1": "5990 route d'Éloïse, n° 1"},
		"holderContact": fields{"lastname": "Doe", "email": "doe@example.org"}, "fraudData": fields{"challengeMode3DS": "NO_CHALLENGE"}}},
		map[string]string{"amount": "2000", "transactionReference": "FRICTIONLESS"}, "fraudData, billingAddress, holderContact"},
	{"on delivery, by form", task{Do: "form", URL: formPath, Announced: hmac, Encode: "base64", Version: "HP_2.20", Fields: fields{
		"merchantId": bySips, "amount": "2000", "orderChannel": "INTERNET", "currencyCode": "978", "keyVersion": "1", "responseEncoding": "base64",
		"captureMode": "VALIDATION", "captureDay": "3"}},
		map[string]string{"captureMode": "VALIDATION", "captureLimitDate": "20261201"}, ""},
	{"in instalments, by form", task{Do: "form", URL: formPath, Announced: hmac, Encode: "base64", Version: "HP_2.20", Fields: fields{
		"merchantId": bySips, "amount": "9000", "orderChannel": "INTERNET", "currencyCode": "978", "keyVersion": "1", "responseEncoding": "base64",
		"transactionReference": "m136", "paymentPattern": "INSTALMENT", "instalmentData": fields{"number": "3", "amountsList": []string{"1000", "1000", "7000"},
			"datesList": []string{"20261201", "20261202", "20261203"}, "transactionReferencesList": []string{"m136", "m236", "m336"}}}},
		map[string]string{"amount": "9000"}, "paymentPattern, instalmentData, transactionReference"},
	{"a shop that migrates, in JSON", task{Do: "json", URL: slashPath, Announced: hmac, Fields: fields{
		"merchantId": byTheShop, "s10TransactionReference": fields{"s10TransactionId": "000670"}, "amount": "5999", "orderChannel": "INTERNET",
		"currencyCode": "978", "keyVersion": "1", "interfaceVersion": "IR_WS_2.20"}},
		map[string]string{"transactionReference": "20261128000670"}, ""},
	{"a shop that has migrated, in JSON", task{Do: "json", URL: slashPath, Announced: hmac, Fields: fields{
		"merchantId": byNumber, "s10TransactionReference": fields{"s10TransactionId": "896"}, "amount": "5999", "orderChannel": "INTERNET",
		"currencyCode": "978", "keyVersion": "1", "interfaceVersion": "IR_WS_2.20"}},
		map[string]string{"transactionReference": "20261128896", "s10TransactionId": "896", "s10TransactionIdDate": "20261128"}, ""},
	{"a shop that has migrated, by form", task{Do: "form", URL: formPath, Announced: hmac, Encode: "base64", Version: "HP_2.20", Fields: fields{
		"merchantId": byNumber, "s10TransactionReference": fields{"s10TransactionId": "897"}, "amount": "5999", "orderChannel": "INTERNET",
		"currencyCode": "978", "keyVersion": "1"}},
		map[string]string{"transactionReference": "20261128897"}, ""},
	{"a form in small letters", task{Do: "form", URL: formPath, Capitals: "small", Version: "HP_2.16", Fields: fields{
		"merchantId": byTheShop, "transactionReference": "SMALL", "amount": "100", "currencyCode": "978", "keyVersion": "1"}},
		map[string]string{"transactionReference": "SMALL", "transactionOrigin": "INTERNET"}, ""},
	{"a form in capitals", task{Do: "form", URL: formPath + "/", Capitals: "capital", Version: "HP_2.4", Announced: hmac, Fields: fields{
		"merchantId": byTheShop, "transactionReference": "CAPITALS", "amount": "100", "currencyCode": "978", "keyVersion": "1"}},
		map[string]string{"transactionReference": "CAPITALS"}, ""},
	{"a form with a button", task{Do: "form", URL: formPath, Version: "HP_2.20", Beside: map[string]string{"Go": "Click to continue", "Submit": "Submit"},
		Fields: fields{"merchantId": byTheShop, "transactionReference": "BUTTON", "amount": "100", "currencyCode": "978", "keyVersion": "1",
			"customerContact": fields{"email": "doe@example.org"}, "paymentMeanBrandList": []string{"CB", "VISA"}, "templateName": "blue"}},
		map[string]string{"paymentMeanBrand": "CB"}, "templateName, customerContact"},
	{"a provider", task{Do: "json", URL: jsonPath, Fields: fields{
		"merchantId": byTheShop, "transactionReference": "PROVIDER", "amount": 1, "currencyCode": "978", "keyVersion": 1, "interfaceVersion": "IR_WS_2.18",
		"intermediateServiceProviderId": "12", "captureDay": 0, "captureMode": "IMMEDIATE"}},
		map[string]string{"captureMode": "IMMEDIATE", "amount": "1"}, "intermediateServiceProviderId"},
	{"a shop of one's own with a fraud engine", task{Do: "json", URL: jsonPath, Announced: hmac, Fields: fields{
		"merchantId": ownShop, "transactionReference": "OWN", "amount": "1000", "currencyCode": "978", "keyVersion": "1", "interfaceVersion": "IR_WS_2.20",
		"orderId": "ORD7", "returnContext": "impayé=12;n°3 – œuvre", "statementReference": "CPAM"}},
		map[string]string{"complementaryCode": "00", "complementaryInfo": "<RULE_RESULT CR=0 />", "orderId": "ORD7", "returnContext": "impayé=12;n°3 – œuvre",
			"paymentAttemptNumber": "1", "holderAuthentProgram": "3DS", "statementReference": "CPAM", "holderAuthentStatus": "SUCCESS"}, ""},
}

// Every shape is taken from every program, which verifies what it is told and finds what it reads, also by its position.
func TestShapes(t *testing.T) {
	for name, command := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, s := start(t, command), platform(t)
			for i, x := range shapes {
				what := x.task
				merchant := what.Fields["merchantId"].(string)
				what.Key, what.URL = keyOf(merchant), s.URL+what.URL
				sent := fields{"normalReturnUrl": returnURL, "automaticResponseUrl": "http://127.0.0.1:9/notify"}
				for n, v := range x.task.Fields {
					sent[n] = v
				}
				what.Fields = sent
				begun := p.do(what)
				if begun.Ignored != x.ignored {
					t.Errorf("%s: not simulated are %q, expected %q", x.name, begun.Ignored, x.ignored)
				}
				data, _ := begun.Answer["redirectionData"].(string)
				if data == "" || !begun.Sealed || begun.Answer["redirectionUrl"] != s.URL+"/payment" {
					t.Errorf("%s: %+v", x.name, begun)
					continue
				}
				back, err := s.Visit(acquirer.Session{Fields: url.Values{"redirectionData": {data}}}, sipstest.Payer{})
				if err != nil {
					t.Fatalf("%s: %v", x.name, err)
				}
				automatic := s.Callbacks()[i].Form
				if back.Form.Get("locale") != "fr" || automatic.Has("locale") || automatic.Get("Data") != back.Form.Get("Data") {
					t.Errorf("%s: return %v, automatic %v", x.name, back.Form, automatic)
				}
				for _, form := range []url.Values{automatic, back.Form} {
					told := p.read(form, what.Key, what.Announced)
					got := map[string]string{}
					for n := range x.told {
						got[n] = told.Values[n]
					}
					if diff := cmp.Diff(x.told, got); diff != "" {
						t.Errorf("%s (-want +got):\n%s", x.name, diff)
					}
					positions := []string{"responseCode", "transactionDateTime", "transactionReference", "keyVersion", "acquirerResponseCode", "amount", "authorisationId"}
					if diff := cmp.Diff(positions, told.Names[5:12]); diff != "" || told.Values["responseCode"] != "00" {
						t.Errorf("%s: the order (-captured +got):\n%s", x.name, diff)
					}
				}
			}
		})
	}
}

// A shop finds its order by orderId when its payer has given up, and the payment that comes after it.
func TestGivenUpAndPaid(t *testing.T) {
	for name, command := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, s := start(t, command), platform(t)
			books := map[string]string{"ORD7": "open"}
			for i, code := range []string{"17", "05", "00"} {
				begun := p.do(task{Do: "json", URL: s.URL + jsonPath, Key: ownKey, Fields: fields{
					"merchantId": ownShop, "transactionReference": fmt.Sprint("TRY", i), "amount": 1000, "currencyCode": "978", "keyVersion": 1,
					"interfaceVersion": "IR_WS_2.20", "normalReturnUrl": returnURL, "orderId": "ORD7", "returnContext": "basket=3", "customerEmail": "doe@example.org",
				}})
				data, _ := begun.Answer["redirectionData"].(string)
				back, err := s.Visit(acquirer.Session{Fields: url.Values{"redirectionData": {data}}}, sipstest.Payer{Code: code})
				if err != nil {
					t.Fatalf("%v: %+v", err, begun)
				}
				told := p.read(back.Form, ownKey, "").Values
				if _, ok := books[told["orderId"]]; !ok || told["returnContext"] != "basket=3" || told["customerEmail"] != "doe@example.org" {
					t.Errorf("%s: whose order is it? %v", code, told)
				}
				books[told["orderId"]] = told["responseCode"]
				if books["ORD7"] != code {
					t.Errorf("the books say %v after %s", books, code)
				}
			}
		})
	}
}

// Office in every language: ask, validate, cancel, refund, a service that is not simulated, another's seal.
func TestOffice(t *testing.T) {
	for name, command := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, s := start(t, command), platform(t)
			ask := func(path, version string, more fields) answer {
				t.Helper()
				m := fields{"merchantId": ownShop, "keyVersion": "1", "interfaceVersion": version, "transactionReference": "REF"}
				for n, v := range more {
					m[n] = v
				}
				a := p.do(task{Do: "json", URL: s.URL + officePath + path, Key: ownKey, Announced: hmac, Fields: m})
				if !a.Sealed {
					t.Errorf("%s: an answer without the right seal: %v", path, a.Answer)
				}
				return a
			}
			expect := func(what string, a answer, pairs ...string) {
				t.Helper()
				for i := 0; i < len(pairs); i += 2 {
					if got := fmt.Sprint(a.Answer[pairs[i]]); got != pairs[i+1] {
						t.Errorf("%s: %s is %s, expected %s: %v", what, pairs[i], got, pairs[i+1], a.Answer)
					}
				}
			}
			cents := func(n int) fields { return fields{"operationAmount": n, "currencyCode": "978"} }
			expect("unknown", ask("diagnostic/getTransactionData", "DR_WS_2.58", nil), "getTransDataResponseCode", "25")
			begun := p.do(task{Do: "json", URL: s.URL + jsonPath, Key: ownKey, Announced: hmac, Fields: fields{
				"merchantId": ownShop, "transactionReference": "REF", "amount": "5000", "currencyCode": "978", "keyVersion": "1", "interfaceVersion": "IR_WS_2.20",
				"normalReturnUrl": returnURL, "captureMode": "VALIDATION", "captureDay": "2",
			}})
			data, _ := begun.Answer["redirectionData"].(string)
			if _, err := s.Visit(acquirer.Session{Fields: url.Values{"redirectionData": {data}}}, sipstest.Payer{Authentication: "ATTEMPT"}); err != nil {
				t.Fatalf("%v: %+v", err, begun)
			}
			expect("paid", ask("diagnostic/getTransactionData", "DR_WS_2.58", nil), "getTransDataResponseCode", "00", "responseCode", "00",
				"transactionStatus", "TO_VALIDATE", "captureLimitDate", "20261130", "holderAuthentStatus", "ATTEMPT", "guaranteeIndicator", "Y")
			expect("validated", ask("cashManagement/validate", "CR_WS_2.58", cents(4000)), "responseCode", "00", "newStatus", "TO_CAPTURE", "newAmount", "4000")
			expect("cancelled in part", ask("cashManagement/cancel", "CR_WS_2.58", cents(1000)), "responseCode", "00", "newAmount", "3000")
			expect("too early", ask("cashManagement/refund", "CR_WS_2.58", cents(1)), "responseCode", "24", "newStatus", "TO_CAPTURE")
			s.Remit()
			expect("refunded", ask("cashManagement/refund", "CR_WS_2.58", cents(3000)), "responseCode", "00", "newStatus", "CREDITED")
			a := ask("cashManagement/duplicate", "CR_WS_2.58", fields{"fromTransactionReference": "REF"})
			if expect("duplicate", a, "responseCode", "40"); a.Ignored != "cashManagement/duplicate" {
				t.Errorf("duplicate: not simulated are %q", a.Ignored)
			}
			other := p.do(task{Do: "json", URL: s.URL + officePath + "diagnostic/getTransactionData", Key: "another", Announced: hmac, Fields: fields{
				"merchantId": ownShop, "keyVersion": "1", "interfaceVersion": "DR_WS_2.58", "transactionReference": "REF"}})
			expect("another's seal", other, "getTransDataResponseCode", "34", "responseCode", "<nil>")
			form := p.do(task{Do: "form", URL: s.URL + formPath, Key: "another", Version: "HP_2.20", Fields: fields{
				"merchantId": ownShop, "keyVersion": "1", "amount": "1", "currencyCode": "978", "transactionReference": "X", "normalReturnUrl": returnURL}})
			if page, _ := form.Answer["page"].(string); !strings.Contains(page, "Invalid signature") {
				t.Errorf("another's seal by form: %v", form.Answer)
			}
		})
	}
}
