package sipstest_test

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

const formData = "amount=5500|currencyCode=978|merchantId=002001000000001|normalReturnUrl=https://shop.example/return" +
	"|keyVersion=1|customerContact.email=moi@email.com|customerContact.lastname=Dupont|transactionReference="

// The form connector: what a browser posts brings it to the payment page, whatever the encoding and the algorithm.
func TestForm(t *testing.T) {
	s := platform(t, sipstest.Options{})
	for _, x := range []struct {
		reference, algorithm, encode, context string
		transform                             func(string) string
	}{
		{"PLAIN", "", "", "", func(d string) string { return d }},
		{"HMAC", "HMAC-SHA-256", "", "", func(d string) string { return d }},
		{"B64", "", "base64", "|returnContext=impayé=12", func(d string) string { return base64.StdEncoding.EncodeToString([]byte(d)) }},
		{"B64URL", "HMAC-SHA-256", "base64url", "|returnContext=œ", func(d string) string { return base64.RawURLEncoding.EncodeToString([]byte(d)) }},
		{"LIST", "", "", "|paymentMeanBrandList=CB,VISA|", func(d string) string { return d }},
	} {
		c := newSheet(t, s.URL)
		c.algorithm = x.algorithm
		more := url.Values{}
		if x.encode != "" {
			more.Set("Encode", x.encode)
		}
		status, page := c.form(x.transform(formData+x.reference+x.context), more)
		b := &browser{T: t, url: s.URL, page: page}
		to, fields := b.form("")
		if status != 200 || to != s.URL+"/payment" || fields.Get("redirectionData") == "" || fields.Get("redirectionVersion") != "IR_WS_2.0" {
			t.Fatalf("%s: status %d, form to %q with %v:\n%s", x.reference, status, to, fields, page)
		}
		back, err := visit(s, fields, sipstest.Payer{})
		if err != nil {
			t.Fatal(err)
		}
		if back.Form.Get("Encode") != x.encode || back.Form.Get("InterfaceVersion") != "HP_2.4" {
			t.Errorf("%s: Encode %q, InterfaceVersion %q", x.reference, back.Form.Get("Encode"), back.Form.Get("InterfaceVersion"))
		}
		n := c.notification(back.Form)
		if n["amount"] != "5500" || n["transactionReference"] != x.reference || x.context == "|returnContext=impayé=12" && n["returnContext"] != "impayé=12" {
			t.Errorf("%s: %v", x.reference, n)
		}
	}
}

// Shops write the connector's fields as they like, and their submit button sends its own: the capitals do not matter, and what is not the
// connector's is passed over.
func TestFormAsShopsSendIt(t *testing.T) {
	s := platform(t, sipstest.Options{})
	for i, x := range []struct {
		names  map[string]string // as they are sent
		beside url.Values
	}{
		{map[string]string{"Data": "data", "Seal": "seal", "InterfaceVersion": "InterfaceVersion"}, nil},
		{map[string]string{"Data": "DATA", "Seal": "SEAL", "InterfaceVersion": "interfaceVersion"}, nil},
		{map[string]string{"Data": "Data", "Seal": "Seal", "InterfaceVersion": "INTERFACEVERSION", "Encode": "ENCODE", "SealAlgorithm": "sealAlgorithm"}, nil},
		{map[string]string{"Data": "Data", "Seal": "Seal", "InterfaceVersion": "InterfaceVersion"}, url.Values{"Go": {"Click to continue"}}},
		{map[string]string{"Data": "Data", "Seal": "Seal", "InterfaceVersion": "InterfaceVersion"}, url.Values{"Submit": {"Submit", "twice"}, "x": {""}}},
	} {
		c := newSheet(t, s.URL)
		data := formData + fmt.Sprint("SHOP", i)
		if x.names["SealAlgorithm"] != "" {
			c.algorithm = "HMAC-SHA-256"
			data = base64.StdEncoding.EncodeToString([]byte(data + "|returnContext=impayé"))
		}
		form := maps.Clone(x.beside)
		if form == nil {
			form = url.Values{}
		}
		for name, value := range map[string]string{"Data": data, "Seal": c.sealOf(data, cmp.Or(c.algorithm, "SHA-256")), "InterfaceVersion": "HP_2.20",
			"Encode": "base64", "SealAlgorithm": c.algorithm} {
			if sent := x.names[name]; sent != "" {
				form.Set(sent, value)
			}
		}
		resp, err := http.PostForm(s.URL+"/paymentInit", form)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(page), "redirectionData") {
			t.Errorf("%v beside %v: %v\n%s", x.names, x.beside, err, page)
		}
		// No relaxation of the seal: the same form with another Data is refused.
		for sent, values := range form {
			if strings.EqualFold(sent, "Data") {
				form[sent] = []string{values[0] + "A"}
			}
		}
		resp, err = http.PostForm(s.URL+"/paymentInit", form)
		if err != nil {
			t.Fatal(err)
		}
		page, err = io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || strings.Contains(string(page), "redirectionData") {
			t.Errorf("%v with Data changed: %v\n%s", x.names, err, page)
		}
	}
}

// Every refusal is a page with status 200, an incident number in brackets and the words of the simulation.
func TestFormRefusals(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	c.form(formData+"USED", nil)
	good := formData + "REF"
	replace := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	incident := regexp.MustCompile(`\[[0-9a-f]{14}\]`)
	for name, x := range map[string]struct {
		data string
		more url.Values
		text string
	}{
		"unknown merchant": {replace("merchantId=002001000000001", "merchantId=1"), nil,
			"Merchant ID (merchantId) not found : findMerchantPoi [1] is not found ["},
		"no merchant":       {replace("merchantId=002001000000001|", ""), nil, "Mandatory field missing: merchantId"},
		"bad algorithm":     {good, url.Values{"SealAlgorithm": {"SHA-257"}}, "Invalid field value : Invalid sealAlgorithm value (SHA-257)"},
		"bad seal":          {good, url.Values{"Seal": {"0123"}}, "Invalid signature : 0123"},
		"key version 0":     {replace("keyVersion=1", "keyVersion=0"), nil, "Invalid field value : Unable to find a valid key for the following keyVersion=0"},
		"key version x":     {replace("keyVersion=1", "keyVersion=x"), nil, "Unknown security version: x"},
		"Data twice":        {good, url.Values{"Data": {good, good}}, "Invalid keyword : DATA"},
		"DATA and Data":     {good, url.Values{"DATA": {good}}, "Invalid keyword : DATA"},
		"seal and Seal":     {good, url.Values{"seal": {"0123"}}, "Invalid keyword : SEAL"},
		"two algorithms":    {good, url.Values{"SealAlgorithm": {"SHA-256"}, "sealalgorithm": {"HMAC-SHA-256"}}, "Invalid keyword : SEALALGORITHM"},
		"bad URL":           {replace("https://shop.example/return", "https://"), nil, "Technical problem : code=30 message=normalReturnUrl is invalid https://"},
		"bad version":       {good, url.Values{"InterfaceVersion": {"IR_WS_2.0"}}, "Unknown version interface: IR_WS_2.0"},
		"no version":        {good, url.Values{"InterfaceVersion": {""}}, "Mandatory field missing: InterfaceVersion"},
		"unknown field":     {good + "|colour=red", nil, "Invalid keyword: colour=red"},
		"field twice":       {good + "|amount=1", nil, "Invalid keyword: amount=1"},
		"container as text": {good + "|customerContact=x", nil, "Invalid keyword: customerContact=x"},
		"text as container": {good + "|amount.x=1", nil, "Invalid keyword: amount.x=1"},
		"no = at all":       {good + "|x", nil, "Invalid keyword: x="},
		"no name":           {good + "|=x", nil, "Invalid keyword: =x"},
		"size":              {good + strings.Repeat("A", 36), nil, "Invalid field size: transactionReference"},
		"value":             {replace("currencyCode=978", "currencyCode=999"), nil, "Invalid field value : currencyCode=999"},
		"missing":           {replace("amount=5500|", ""), nil, "Mandatory field missing: amount"},
		"used":              {formData + "USED", nil, "Transaction already processed: USED"},
		"Encode hex":        {good, url.Values{"Encode": {"hex"}}, "Invalid keyword : ENCODE"},
		"not base64":        {good, url.Values{"Encode": {"base64"}}, "Invalid field value: Data"},
		"HTML in a name":    {good + "|<b>x</b>=<script>", nil, "Invalid keyword: &lt;b&gt;x&lt;/b&gt;=&lt;script&gt;"},
		"HTML in the seal":  {good, url.Values{"Seal": {"<script>"}}, "Invalid signature : &lt;script&gt;"},
		"not UTF-8":         {good + "|returnContext=\xff", nil, "Invalid field value: Data"},
	} {
		status, page := c.form(x.data, x.more)
		if status != 200 || !strings.Contains(page, x.text) || !incident.MatchString(page) || strings.Contains(page, "<script") {
			t.Errorf("%s: status %d, expected 200 and %q:\n%s", name, status, x.text, page)
		}
	}
	if err := s.Answer(acquirer.OpBegin, "99"); err != nil {
		t.Fatal(err)
	}
	if status, page := c.form(good, nil); status != 200 || !strings.Contains(page, "Technical problem : code=99") {
		t.Errorf("status %d:\n%s", status, page)
	}
	if n := len(s.Book()); n != 1 {
		t.Errorf("%d transactions in the book: a refusal opened one", n)
	}
}

// The version in which a form is asked decides the version of the response; a JSON one can be asked for.
func TestFormVersions(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	for asked, want := range map[string]string{"HP_2.20": "HP_2.4", "HP_3.4": "HP_3.4"} {
		_, page := c.form(formData+"R"+strings.Trim(asked, "HP_.")[:1], url.Values{"InterfaceVersion": {asked}})
		_, fields := (&browser{T: t, page: page}).form("")
		back, err := visit(s, fields, sipstest.Payer{})
		if err != nil {
			t.Fatalf("%s: %v\n%s", asked, err, page)
		}
		c.notification(back.Form)
		if got := back.Form.Get("InterfaceVersion"); got != want {
			t.Errorf("%s: the response is in %s, expected %s", asked, got, want)
		}
	}
	_, page := c.form(formData+"BOTH|interfaceVersionAutomaticResponse=HP_2.4|interfaceVersionNormalResponse=JS_3.1", nil)
	_, fields := (&browser{T: t, page: page}).form("")
	back, err := visit(s, fields, sipstest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	if n := c.notification(back.Form); back.Form.Get("InterfaceVersion") != "JS_3.1" || n["orderAmount"] != "5500" {
		t.Errorf("%q: %v", back.Form.Get("InterfaceVersion"), slices.Sorted(maps.Keys(n)))
	}
}
