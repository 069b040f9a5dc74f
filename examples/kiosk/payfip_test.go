package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

const payfipOrder = `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService"><soapenv:Body><p:creerPaiementSecurise><arg0><exer>2026</exer><mel>canary@example.org</mel><montant>7550</montant><numcli>006270</numcli><objet>Canary object</objet><refdet>PCLCB262540000004</refdet><saisie>T</saisie><urlnotif>https://portail.example.fr/n</urlnotif><urlredirect>https://portail.example.fr/r</urlredirect><typo>1</typo></arg0></p:creerPaiementSecurise></soapenv:Body></soapenv:Envelope>`

// listening runs the program and returns its address; it ends as by Ctrl-C with the test.
func listening(t *testing.T, args ...string) string {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	out, ended := new(output), make(chan int, 1)
	go func() { ended <- dispatch(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), out, out) }()
	t.Cleanup(func() {
		interrupt()
		if code := <-ended; code != 0 || !strings.Contains(out.String(), "The platform is closed.") {
			t.Errorf("it ended with %d:\n%s", code, out)
		}
	})
	for {
		if a := address.FindString(out.String()); a != "" {
			return a
		}
		select {
		case code := <-ended:
			ended <- code
			t.Fatalf("it ended with %d:\n%s", code, out)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

var idOpOf = regexp.MustCompile(`<idOp>([^<]+)</idOp>`)

// One payment by program, and what the page and the API show of it: no session, no address, no object.
func TestPayfip(t *testing.T) {
	base := listening(t, "-platform", "payfip", "-notify", "never", "-return=form")
	status, body := send(t, base+"/tpa/services/securite", "text/xml", payfipOrder)
	m := idOpOf.FindStringSubmatch(body)
	if status != 200 || m == nil {
		t.Fatalf("%d %s", status, body)
	}
	api := func(action, wish string, want int) string {
		t.Helper()
		status, body := send(t, base+"/api/"+action, "application/json", wish)
		if status != want {
			t.Errorf("%s: %d %s", action, status, body)
		}
		return body
	}
	api("visit", `{"idOp":"`+m[1]+`","means":"debit"}`, 200)
	api("visit", `{"idOp":"`+m[1]+`"}`, 409) // the page opens once
	api("notify", `{"numcli":"006270","refdet":"PCLCB262540000004"}`, 200)
	api("notify", `{"numcli":"006270","refdet":"NONE"}`, 404)
	api("inject", `{"op":"status","faults":["slow"]}`, 200)
	api("inject", `{"faults":["forged"]}`, 409)
	api("answer", `{"op":"begin","code":"T4"}`, 200)
	api("advance", `{"duration":"16m"}`, 200)
	api("advance", `{"duration":"never"}`, 409)
	api("habits", `{"habits":{"Notify":"at_night"}}`, 200)
	api("habits", `{"habits":{"Notify":"x"}}`, 409)
	api("release", ``, 200)
	api("nothing", ``, 404)
	api("inject", `{"typo":1}`, 400)

	var list []payfipTransaction
	if err := json.Unmarshal([]byte(get(t, base+"/api/transactions")), &list); err != nil || len(list) != 1 {
		t.Fatal(err, list)
	}
	if x := list[0]; x.Result != "V" || x.Cents != 7550 || x.Sent != 1 || x.Openings != 1 || x.Means != "debit" {
		t.Errorf("%+v", x)
	}
	page := get(t, base+"/")
	for _, want := range []string{"PCLCB262540000004", "75.50 EUR", "<td>V</td>", "<code>typo</code>: 1", `value="at_night" selected`, "?wsdl"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	all := page + get(t, base+"/api/transactions") + get(t, base+"/api/deliveries") + get(t, base+"/api/journal")
	for _, secret := range []string{m[1], "canary@", "Canary"} {
		if strings.Contains(all, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	if !strings.Contains(get(t, base+"/tpa/services/securite?wsdl"), base+"/tpa/services/securite") {
		t.Error("no description")
	}
}

// The buttons of the page do the same, and other sites' pages cannot press them.
func TestPayfipButtons(t *testing.T) {
	base := listening(t, "-platform=payfip", "-numcli", "006270", "-numcli", "006271", "-activated", "card")
	form := "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		action, body string
		want         int
	}{
		"inject":   {"inject", "op=&fault=slow", 303},
		"answer":   {"answer", "op=begin&element=TechIndisponibiliteErreur&code=998", 303},
		"advance":  {"advance", "duration=1h", 303},
		"habits":   {"habits", "notify=two_hours&by=get&name=idop&return=query&dialect=qualified&again=on", 303},
		"wrong":    {"advance", "duration=x", 409},
		"unknown":  {"notify", "numcli=006270&refdet=X", 404},
		"nothing":  {"x", "", 404},
		"no habit": {"habits", "notify=x", 409},
	} {
		if status, body := send(t, base+"/desk/"+c.action, form, c.body); status != c.want {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if page := get(t, base+"/"); !strings.Contains(page, `value="two_hours" selected`) || !strings.Contains(page, "checked") {
		t.Error("the habits are not shown")
	}
	if status, _ := send(t, base+"/desk/advance", form, "duration=1h", "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("from another site: %d", status)
	}
	if status, _ := send(t, base+"/desk/advance", form, "duration=1h", "Host", "platform.example"); status != http.StatusMisdirectedRequest {
		t.Errorf("by another name: %d", status)
	}
}

// Flags that are not understood, and what cannot be started with.
func TestPayfipFlags(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want int
		says string
	}{
		"another's flag":    {[]string{"-platform", "payfip", "-merchant", "1"}, 2, "merchant"},
		"activated alone":   {[]string{"-platform", "payfip", "-activated", "card"}, 2, "-numcli comes first"},
		"five digits":       {[]string{"-platform", "payfip", "-numcli", "6270"}, 1, "six digits"},
		"no such means":     {[]string{"-platform", "payfip", "-numcli", "006270", "-activated", "cash"}, 1, "cash"},
		"no such moment":    {[]string{"-platform", "payfip", "-notify", "soon"}, 1, "moment"},
		"another's machine": {[]string{"--platform=payfip", "-addr", "0.0.0.0:0"}, 1, "loopback"},
		"a word":            {[]string{"-platform", "payfip", "word"}, 2, "word"},
		"help":              {[]string{"-platform", "payfip", "-help"}, 0, "-pay-after-giving-up"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var out bytes.Buffer
		if got := dispatch(ctx, c.args, &out, &out); got != c.want || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: %d, expected %d:\n%s", name, got, c.want, &out)
		}
	}
}
