package payfip

import (
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"strings"
	"testing"
)

// The traps of docs/payfip.md §11: what encoding/xml takes, and we do not.
func TestReadAnswerTraps(t *testing.T) {
	good := written(soap.Detail, "idOp", idOp, "montant", "1000")
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, c := range map[string]struct {
		body  string
		taken bool
	}{
		"as it is":                        {good, true},
		"a byte order mark":               {"\ufeff" + good, true},
		"leading white space":             {strings.Replace(good, "<?xml version='1.0' encoding='UTF-8'?>", " \r\n", 1), true},
		"white space behind":              {good + " \r\n", true},
		"utf-8 in lower case":             {swap("'UTF-8'", `"utf-8"`), true},
		"a header":                        {swap("<S:Body>", "<S:Header><x/></S:Header><S:Body>"), true},
		"a comment":                       {swap("<S:Body>", "<!-- x --><S:Body>"), true},
		"pieces of an amount":             {swap("1000", "10<!-- -->00"), true},
		"a character reference":           {swap("1000", "1&#48;00"), true},
		"CDATA":                           {swap("1000", "<![CDATA[1000]]>"), true},
		"white space inside":              {swap("1000", "\n\t1000\n"), true},
		"members qualified":               {swap("<montant>1000</montant>", `<a:montant xmlns:a="`+soap.AnswerNS+`">1000</a:montant>`), true},
		"another element":                 {swap("<return>", "<x><montant>1</montant></x><return>"), true},
		"a return of others":              {swap("<return>", `<a:return xmlns:a="urn:evil"><montant>1</montant></a:return><return>`), true},
		"nil":                             {swap("<montant>1000</montant>", `<montant>1000</montant><numauto xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>`), true},
		"an unused document type":         {"<!DOCTYPE x>" + good[strings.Index(good, "<S:"):], false},
		"a document type and an entity":   {`<!DOCTYPE x [<!ENTITY e "1000">]>` + swap("1000", "&e;")[strings.Index(good, "<S:"):], false},
		"an entity of HTML":               {swap("1000", "&eacute;"), false},
		"another encoding":                {swap("UTF-8", "ISO-8859-1"), false},
		"US-ASCII":                        {swap("UTF-8", "US-ASCII"), false},
		"version 1.1":                     {swap("1.0", "1.1"), false},
		"not UTF-8":                       {swap("1000", "10\xe900"), false},
		"UTF-16":                          {"\xff\xfe<\x00", false},
		"a processing instruction":        {swap("<S:Body>", "<?x y?><S:Body>"), false},
		"cut":                             {good[:len(good)-10], false},
		"cut in a value":                  {good[:strings.Index(good, "000</montant>")], false},
		"text behind":                     {good + "x", false},
		"an element behind":               {good + "<x/>", false},
		"another envelope behind":         {good + good[strings.Index(good, "<S:"):], false},
		"two bodies":                      {swap("</S:Body>", "</S:Body><S:Body/>"), false},
		"two elements in the body":        {swap("</S:Body>", "<x/></S:Body>"), false},
		"an empty envelope":               {`<S:Envelope xmlns:S="` + soap.EnvelopeNS + `"/>`, false},
		"an empty body":                   {`<S:Envelope xmlns:S="` + soap.EnvelopeNS + `"><S:Body/></S:Envelope>`, false},
		"SOAP 1.2":                        {swap(soap.EnvelopeNS, "http://www.w3.org/2003/05/soap-envelope"), false},
		"an undeclared prefix":            {swap(` xmlns:ns2="`+soap.ServiceNS+`"`, ""), false},
		"a response of nobody":            {swap(soap.ServiceNS, "urn:evil"), false},
		"a response without a namespace":  {strings.ReplaceAll(good, "ns2:", ""), false},
		"a body without a namespace":      {strings.ReplaceAll(good, "S:Body", "Body"), false},
		"a doubled member":                {swap("<montant>", "<montant>1</montant><montant>"), false},
		"doubled in two namespaces":       {swap("<montant>", `<a:montant xmlns:a="`+soap.AnswerNS+`">1</a:montant><montant>`), false},
		"an element inside of a member":   {swap("1000", "1<b>0</b>00"), false},
		"two returns":                     {swap("</return>", "</return><return><montant>1</montant></return>"), false},
		"a deep one":                      {swap("<return>", strings.Repeat("<a>", 40)+strings.Repeat("</a>", 40)+"<return>"), false},
		"more than is read":               {swap("1000", "1000<!--"+strings.Repeat("x", soap.MaxBytes)+"-->"), false},
		"a page":                          {"<html><body>maintenance</body></html>", false},
		"a page that is no XML":           {"<html><p>maintenance<br></html>", false},
		"an unclosed quote in attributes": {swap("<return>", `<return a="1>`), false},
		"only a declaration":              {"<?xml version='1.0'?>", false},
		"only a comment":                  {"<!-- -->", false},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := readAnswer([]byte(c.body), soap.Detail)
			if (err == nil) != c.taken {
				t.Fatalf("error %v, expected it to be taken: %v", err, c.taken)
			}
			if err != nil && (len(a.members) > 0 || a.fault != nil) {
				t.Error("a value beside the error")
			}
			if err == nil && (a.members["montant"] != "1000" || a.members["idOp"] != idOp) {
				t.Errorf("%q", a.members)
			}
		})
	}
	// What stands in a foreign namespace, or in capitals, is another member.
	for _, other := range []string{swap("<montant>1000</montant>", `<a:montant xmlns:a="urn:evil">1000</a:montant>`),
		swap("<montant>1000</montant>", "<p:montant>1000</p:montant>"), swap("<montant>1000</montant>", "<Montant>1000</Montant>")} {
		a, err := readAnswer([]byte(other), soap.Detail)
		if _, there := a.members["montant"]; err != nil || there {
			t.Errorf("%v %q", err, a.members)
		}
	}
}

// An error about a document repeats nothing of it: it may hold the payer's address.
func TestReadAnswerErrorsAreClean(t *testing.T) {
	for _, body := range []string{
		"<canary@example.org>", "<canary></kanary>", "<a>&canary;</a>", "<a canary>", "<?canary x?><a/>", "<!DOCTYPE canary><a/>", "<a><canary>",
		`<?xml version="1.0" encoding="canary"?><a/>`, `<E:Envelope xmlns:E="` + soap.EnvelopeNS + `"><E:Body><canary/></E:Body></E:Envelope>`,
	} {
		if _, err := readAnswer([]byte(body), soap.Detail); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", body, err)
		}
	}
}
