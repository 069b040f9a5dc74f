package sips

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// accepted is what the sample notification says.
var accepted = acquirer.Result{
	Reference: reference, OrderID: orderNo, Merchant: shop, Amount: euro.Of(5000), Currency: "EUR", Outcome: acquirer.Accepted,
	Code: "00", AcquirerCode: "00", AuthorisationID: "12345", Brand: "CB", MaskedPAN: "4100##########00", Means: acquirer.Card,
	At: time.Date(2024, 1, 31, 9, 11, 12, 0, time.UTC),
}

// bare leaves the acquirer's own fields out of a comparison.
func bare(r acquirer.Result) acquirer.Result { return r.WithFields(nil) }

func parse(t testing.TB, c *Client, cb acquirer.Callback) acquirer.Result {
	t.Helper()
	r, err := c.Parse(cb)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// refusedParse checks that nothing left Parse.
func refusedParse(t testing.TB, c *Client, cb acquirer.Callback, kind error, words ...string) {
	t.Helper()
	r, err := c.Parse(cb)
	wantFault(t, err, kind, false, words...)
	if !r.Equal(acquirer.Result{}) {
		t.Errorf("a result left Parse: %v", r)
	}
}

// TestFormats: one truth in every format and encoding.
func TestFormats(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	pipe, json := pipeWith(), toJSON(strings.Replace(sample, "2024-01-31T10:11:12+01:00", "2024-01-31.10:11:12+0100", 1))
	for _, f := range []struct{ name, data, encode string }{
		{"pipe", pipe, ""},
		{"pipe, Encode empty", pipe, " "},
		{"JSON", json, ""},
		{"JSON, spaces", strings.ReplaceAll(json, `,"`, ",\n \""), ""},
		{"base64", base64.StdEncoding.EncodeToString([]byte(pipe)), "base64"},
		{"Base64, no padding", base64.RawStdEncoding.EncodeToString([]byte(pipe)), "Base64"},
		{"base64url", base64.RawURLEncoding.EncodeToString([]byte(pipe)), "base64url"},
		{"Base64URL, padded", base64.URLEncoding.EncodeToString([]byte(pipe)), "Base64URL"},
		{"JSON, base64url", base64.URLEncoding.EncodeToString([]byte(json)), "base64url"},
	} {
		t.Run(f.name, func(t *testing.T) {
			cb := notificationOf(f.data, strings.TrimSpace(f.encode), key1)
			if f.encode == " " {
				cb.Form["Encode"] = []string{""}
			}
			cb.Form.Set("locale", "en")
			cb.Form.Set("InterfaceVersion", "HP_3.4")
			r := parse(t, c, cb)
			if diff := cmp.Diff(accepted, bare(r)); diff != "" {
				t.Error(diff)
			}
			if v, ok := r.Field("guaranteeIndicator"); v != "Y" || !ok {
				t.Errorf("guaranteeIndicator is %q, %v", v, ok)
			}
		})
	}
}

// TestVectorsAreUnderstood: notifications of the vectors, from a form to a result.
func TestVectorsAreUnderstood(t *testing.T) {
	want := map[string]struct {
		outcome            acquirer.Outcome
		reference          string
		cents              int64
		merchant, acquirer string
		at                 string
	}{
		"resp-sha-plain":       {acquirer.Accepted, "REF0001", 1000, shop, "00", "2024-01-31T09:11:12Z"},
		"resp-sha-base64":      {acquirer.Accepted, "REF0001", 1000, shop, "00", "2024-01-31T09:11:12Z"},
		"resp-hmac-plain":      {acquirer.Accepted, "REF0001", 1000, shop, "00", "2024-01-31T09:11:12Z"},
		"resp-hmac-base64url":  {acquirer.Accepted, "REF0001", 1000, shop, "00", "2024-01-31T09:11:12Z"},
		"resp-json-hmac-plain": {acquirer.Accepted, "REF0001", 1000, shop, "00", "2024-01-31T09:11:12Z"},
		"resp-97":              {acquirer.Expired, "REF0001", 1000, shop, "", "2024-01-31T09:26:30Z"},
		"doc-resp-post-hmac":   {acquirer.Accepted, "SIM20221114112037", 1000, "039000254447216", "00", "2022-11-14T10:21:12Z"},
		"doc-resp-post-sha":    {acquirer.Accepted, "SIM20221114112037", 1000, "039000254447216", "00", "2022-11-14T10:21:12Z"},
		"doc-resp-json-hmac":   {acquirer.Expired, "dd88adfZ1027b40813f40813y1678837075", 44000, "225005049920001", "", "2023-03-14T23:39:04Z"},
		"doc-resp-json-sha":    {acquirer.Expired, "dd88adfZ1027b40813f40813y1678837075", 44000, "225005049920001", "", "2023-03-14T23:39:04Z"},
	}
	seen := 0
	for _, v := range vectors(t) {
		w, ok := want[v.ID]
		if !ok {
			continue
		}
		seen++
		t.Run(v.ID, func(t *testing.T) {
			conf := testConfig(nil)
			conf.Keys = Keyring{1: {NewSecret(v.Key), v.Algorithm}}
			cb := callback(v.Sealed, v.Seal)
			if v.Encode != "" {
				cb.Form.Set("Encode", v.Encode)
			}
			r := parse(t, mustNew(t, conf), cb)
			if r.Outcome != w.outcome || r.Reference != w.reference || !r.Amount.Equal(euro.Of(w.cents)) || r.Currency != "EUR" ||
				r.Merchant != w.merchant || r.AcquirerCode != w.acquirer || r.At.Format(time.RFC3339) != w.at {
				t.Errorf("%v %v %v %v %v %v %v", r.Outcome, r.Reference, r.Amount, r.Currency, r.Merchant, r.AcquirerCode, r.At)
			}
		})
	}
	if seen != len(want) {
		t.Errorf("%d of %d vectors were there", seen, len(want))
	}
}

// TestEveryBitFlipIsRefused: all 7 200 of a notification of 900 bytes, and all of its seal.
func TestEveryBitFlipIsRefused(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	good := notificationOf(pipe900, "", key1)
	parse(t, c, good)
	seal, flips := good.Form.Get("Seal"), 0
	flip := func(s string, i, bit int) string {
		b := []byte(s)
		b[i] ^= 1 << bit
		return string(b)
	}
	for bit := range 8 {
		for i := range pipe900 {
			flips++
			if r, err := c.Parse(callback(flip(pipe900, i, bit), seal)); err == nil || !r.Equal(acquirer.Result{}) {
				t.Fatalf("bit %d of byte %d: accepted", bit, i)
			}
		}
		for i := range seal {
			if r, err := c.Parse(callback(pipe900, flip(seal, i, bit))); err == nil || !r.Equal(acquirer.Result{}) {
				t.Fatalf("bit %d of byte %d of the seal: accepted", bit, i)
			}
		}
	}
	if flips != 7200 {
		t.Errorf("%d flips", flips)
	}
}

func TestForgeriesAreRefused(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	good := notified()
	data, seal := good.Form.Get("Data"), good.Form.Get("Seal")
	for name, form := range map[string]url.Values{
		"no form":              nil,
		"nothing":              {},
		"no seal":              {"Data": {data}},
		"an empty seal":        {"Data": {data}, "Seal": {""}},
		"no data":              {"Seal": {seal}},
		"data twice":           {"Data": {data, data}, "Seal": {seal}},
		"seal twice":           {"Data": {data}, "Seal": {seal, seal}},
		"two seals":            {"Data": {data}, "Seal": {"x", seal}},
		"the seal cut":         {"Data": {data}, "Seal": {seal[:63]}},
		"the seal in capitals": {"Data": {data}, "Seal": {strings.ToUpper(seal)}},
		"a space":              {"Data": {data}, "Seal": {seal + " "}},
		"data cut":             {"Data": {data[:len(data)-1]}, "Seal": {seal}},
		"data longer":          {"Data": {data + "|"}, "Seal": {seal}},
		"data sorted":          {"Data": {"amount=5000|" + strings.Replace(data, "|amount=5000", "", 1)}, "Seal": {seal}},
		"another key":          {"Data": {data}, "Seal": {mustSeal(t, HMACSHA256, "002001000000002_KEY1", data)}},
		"another version":      {"Data": {data}, "Seal": {mustSeal(t, HMACSHA256, "002001000000001_KEY2", data)}},
		"another algorithm":    {"Data": {data}, "Seal": {mustSeal(t, SHA256, canary, data)}},
		"HMAC-SHA-512":         {"Data": {data}, "Seal": {mustSeal(t, HMACSHA512, canary, data)}},
		"longer than any":      {"Data": {strings.Repeat("a", acquirer.MaxCallback+1)}, "Seal": {seal}},
		"small names":          {"data": {data}, "seal": {seal}},
	} {
		t.Run(name, func(t *testing.T) {
			want := acquirer.ErrUnverified
			if form["Data"] == nil { // no message at all: answered with 400, not with 403
				want = acquirer.ErrInvalid
			}
			refusedParse(t, c, acquirer.Callback{Channel: acquirer.Notify, Form: form}, want)
		})
	}
}

// TestKeyRotation: notifications of versions 1 and 2 arrive mixed while the shop changes its key; version 2 has another algorithm. None is lost, and none
// is accepted that a key outside of the ring has sealed, or under another's number.
func TestKeyRotation(t *testing.T) {
	keys := map[int]Key{1: key1, 2: {NewSecret("KEY2"), HMACSHA512}, 3: {NewSecret("KEY3"), SHA256}}
	ring := Keyring{1: keys[1], 2: keys[2]}
	conf := testConfig(nil)
	conf.Keys = ring
	c := mustNew(t, conf)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for i := range 3000 {
		sealedBy, says := 1+rnd.IntN(3), 1+rnd.IntN(3)
		change := fmt.Sprintf("keyVersion=%d", says)
		if rnd.IntN(4) == 0 {
			change = "keyVersion" // absent: the seal alone decides
		}
		ref := fmt.Sprintf("transactionReference=REF%d", i)
		r, err := c.Parse(notificationOf(pipeWith(ref, change), "", keys[sealedBy]))
		switch good := sealedBy != 3 && (change == "keyVersion" || says == sealedBy); {
		case good && (err != nil || r.Reference != ref[len("transactionReference="):]):
			t.Fatalf("lost: sealed by %d, %s: %v", sealedBy, change, err)
		case !good && err == nil:
			t.Fatalf("wrongly accepted: sealed by %d, %s", sealedBy, change)
		case !good:
			wantFault(t, err, acquirer.ErrUnverified, false)
		}
	}
}

// TestAlgorithmBelongsToTheKey: a weaker algorithm with the right secret opens nothing.
func TestAlgorithmBelongsToTheKey(t *testing.T) {
	for a := range hashes {
		conf := testConfig(nil)
		conf.Keys = Keyring{1: {key1.Secret, a}}
		c := mustNew(t, conf)
		for b := range hashes {
			_, err := c.Parse(notificationOf(pipeWith("sealAlgorithm="+string(b)), "", Key{key1.Secret, b}))
			if (err == nil) != (a == b) {
				t.Errorf("key with %s, notification sealed with %s: %v", a, b, err)
			}
		}
	}
}

// TestResponseCodes is the guide's table, written a second time.
func TestResponseCodes(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	type verdict struct {
		outcome acquirer.Outcome
		decline acquirer.Decline
	}
	want := map[string]verdict{
		"00": {acquirer.Accepted, ""}, "02": {acquirer.Refused, acquirer.ContactIssuer}, "03": {acquirer.Refused, acquirer.MerchantProblem},
		"05": {acquirer.Refused, acquirer.DoNotHonour}, "11": {acquirer.Refused, acquirer.CardNotAccepted},
		"12": {acquirer.Refused, acquirer.MerchantProblem}, "14": {acquirer.Refused, acquirer.InvalidCard}, "17": {acquirer.Cancelled, ""},
		"30": {acquirer.Refused, acquirer.MerchantProblem}, "34": {acquirer.Refused, acquirer.SuspectedFraud},
		"40": {acquirer.Refused, acquirer.MerchantProblem}, "51": {acquirer.Refused, acquirer.LimitExceeded},
		"54": {acquirer.Refused, acquirer.ExpiredCard}, "55": {acquirer.Refused, acquirer.CardNotAccepted}, "60": {acquirer.Pending, ""},
		"62": {acquirer.Pending, ""}, "63": {acquirer.Refused, acquirer.AuthenticationFailed}, "75": {acquirer.Refused, acquirer.TooManyAttempts},
		"90": {acquirer.Failed, ""}, "97": {acquirer.Expired, ""}, "99": {acquirer.Pending, ""},
	}
	for i := range 100 {
		code := fmt.Sprintf("%02d", i)
		w, ok := want[code]
		if !ok {
			w = verdict{acquirer.Unknown, ""}
		}
		r := parse(t, c, notified("responseCode="+code, "acquirerResponseCode"))
		if r.Outcome != w.outcome || r.Decline != w.decline || r.Code != code {
			t.Errorf("%s: %s %s, expected %s %s", code, r.Outcome, r.Decline, w.outcome, w.decline)
		}
	}
	for _, code := range []string{"", "0", "000", "A1", "XX", "ok", " 00", "００"} {
		if r := parse(t, c, notified("responseCode="+code)); r.Outcome != acquirer.Unknown || r.Code != code {
			t.Errorf("%q: %s, code %q", code, r.Outcome, r.Code)
		}
	}
}

// TestAcquirerResponseCodes: the bank's code with the responseCode that usually goes with it (the guide's table).
func TestAcquirerResponseCodes(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	const usual = "02:02 03:03 04:05 05:05 07:05 08:05 12:12 13:05 14:14 15:05 24:05 25:05 30:30 31:05 33:05 34:34 40:05 41:05 43:34 51:05 54:05 " +
		"56:05 57:05 58:05 59:05 60:05 61:05 62:05 63:05 65:05 68:05 75:75 87:05 A1:05"
	want := map[string]acquirer.Decline{
		"02": acquirer.ContactIssuer, "04": acquirer.LostOrStolen, "41": acquirer.LostOrStolen, "43": acquirer.LostOrStolen, "51": acquirer.InsufficientFunds,
		"33": acquirer.ExpiredCard, "54": acquirer.ExpiredCard, "61": acquirer.LimitExceeded, "65": acquirer.LimitExceeded, "A1": acquirer.AuthenticationFailed,
		"14": acquirer.InvalidCard, "59": acquirer.SuspectedFraud, "68": acquirer.IssuerUnavailable, "75": acquirer.TooManyAttempts,
		"05": acquirer.DoNotHonour, "57": acquirer.NotPermitted, "03": acquirer.MerchantProblem,
	}
	listed := make(map[acquirer.Decline]bool)
	for d := range acquirer.Declines() {
		listed[d] = true
	}
	for _, pair := range strings.Fields(usual) {
		bank, code, _ := strings.Cut(pair, ":")
		r := parse(t, c, notified("responseCode="+code, "acquirerResponseCode="+bank))
		if r.Outcome != acquirer.Refused || !listed[r.Decline] || r.AcquirerCode != bank {
			t.Errorf("%s: %s, %q, %s", pair, r.Outcome, r.Decline, r.AcquirerCode)
		}
		if w, ok := want[bank]; ok && r.Decline != w {
			t.Errorf("%s: %s, expected %s", pair, r.Decline, w)
		}
	}
	for pair, outcome := range map[string]acquirer.Outcome{
		"00:00": acquirer.Accepted, "17:17": acquirer.Cancelled, "90:90": acquirer.Failed, "91:90": acquirer.Failed, "92:90": acquirer.Failed,
		"94:90": acquirer.Failed, "96:90": acquirer.Failed, "97:90": acquirer.Failed, "98:90": acquirer.Failed, "99:99": acquirer.Pending,
		"51:00": acquirer.Accepted, "00:60": acquirer.Pending, "00:XX": acquirer.Unknown,
	} {
		bank, code, _ := strings.Cut(pair, ":")
		if r := parse(t, c, notified("responseCode="+code, "acquirerResponseCode="+bank)); r.Outcome != outcome || r.Decline != "" {
			t.Errorf("%s: %s %s, expected %s: the responseCode decides", pair, r.Outcome, r.Decline, outcome)
		}
	}
	if r := parse(t, c, notified("responseCode=05", "acquirerResponseCode=Z9")); r.Decline != acquirer.DoNotHonour || r.AcquirerCode != "Z9" {
		t.Errorf("an unknown code of the bank: %s %s", r.Decline, r.AcquirerCode)
	}
	for _, s := range []string{"FAILURE", "3D_FAILURE", "CANCEL", "3D_ABORT"} {
		if r := parse(t, c, notified("responseCode=05", "acquirerResponseCode", "holderAuthentStatus="+s)); r.Decline != acquirer.AuthenticationFailed {
			t.Errorf("3-D Secure %s: %s", s, r.Decline)
		}
	}
}

// TestSeveralAttempts: with the option, only an acceptance that is notified is final.
func TestSeveralAttempts(t *testing.T) {
	conf := testConfig(nil)
	conf.SeveralAttempts = true
	c := mustNew(t, conf)
	for code, want := range map[string]acquirer.Outcome{
		"00": acquirer.Accepted, "05": acquirer.Pending, "17": acquirer.Pending, "97": acquirer.Pending, "75": acquirer.Pending, "90": acquirer.Pending,
		"60": acquirer.Pending, "XX": acquirer.Unknown,
	} {
		if r := parse(t, c, notified("responseCode="+code)); r.Outcome != want || r.Decline != "" || r.Code != code {
			t.Errorf("%s: %s %s, expected %s", code, r.Outcome, r.Decline, want)
		}
	}
}

func TestPipe(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	for name, s := range map[string]struct {
		changes []string
		want    func(r *acquirer.Result)
	}{
		"null is no value":           {[]string{"authorisationId=null"}, func(r *acquirer.Result) { r.AuthorisationID = "" }},
		"empty is no value":          {[]string{"authorisationId="}, func(r *acquirer.Result) { r.AuthorisationID = "" }},
		"= inside a value":           {[]string{"authorisationId=a=b="}, func(r *acquirer.Result) { r.AuthorisationID = "a=b=" }},
		"Null is a value":            {[]string{"authorisationId=Null"}, func(r *acquirer.Result) { r.AuthorisationID = "Null" }},
		"unknown fields":             {[]string{"futureField=x", "future=y"}, func(*acquirer.Result) {}},
		"an unknown field twice":     {[]string{"returnContext=a|returnContext=b"}, func(*acquirer.Result) {}},
		"a piece without =":          {[]string{"returnContext=a|b|"}, func(*acquirer.Result) {}},
		"an empty piece":             {[]string{"amount", "futureField=x||amount=5000"}, func(*acquirer.Result) {}},
		"a nameless piece":           {[]string{"=x|="}, func(*acquirer.Result) {}},
		"a list of objects":          {[]string{`preAuthorisationRuleResultList=[{"ruleCode":"VI","x":"a=b"}]`}, func(*acquirer.Result) {}},
		"no amount":                  {[]string{"amount"}, func(r *acquirer.Result) { r.Amount = decimal.Zero }},
		"no merchant":                {[]string{"merchantId"}, func(r *acquirer.Result) { r.Merchant = "" }},
		"another merchant is said":   {[]string{"merchantId=1"}, func(r *acquirer.Result) { r.Merchant = "1" }},
		"no code is Unknown":         {[]string{"responseCode"}, func(r *acquirer.Result) { r.Outcome, r.Code = acquirer.Unknown, "" }},
		"no date":                    {[]string{"transactionDateTime"}, func(r *acquirer.Result) { r.At = time.Time{} }},
		"a date that is none":        {[]string{"transactionDateTime=yesterday at noon"}, func(r *acquirer.Result) { r.At = time.Time{} }},
		"ten bytes of a date":        {[]string{"transactionDateTime=2024-01-31"}, func(r *acquirer.Result) { r.At = time.Time{} }}, // once a panic
		"a date with a fraction":     {[]string{"transactionDateTime=2024-01-31T10:11:12.3456789+01:00"}, func(r *acquirer.Result) { r.At = r.At.Add(345678 * time.Microsecond) }},
		"the other date":             {[]string{"transactionDateTime=2024-01-31.10:11:12+0100"}, func(*acquirer.Result) {}},
		"a card number not masked":   {[]string{"maskedPan=4100123412341200"}, func(*acquirer.Result) {}},
		"another mask":               {[]string{"maskedPan=############0600"}, func(r *acquirer.Result) { r.MaskedPAN = "############0600" }},
		"yen have no decimals":       {[]string{"currencyCode=392"}, func(r *acquirer.Result) { r.Currency, r.Amount = "JPY", decimal.New(5000, 0) }},
		"dinars have three":          {[]string{"currencyCode=788"}, func(r *acquirer.Result) { r.Currency, r.Amount = "TND", decimal.New(5000, -3) }},
		"036 keeps its zero":         {[]string{"currencyCode=036"}, func(r *acquirer.Result) { r.Currency = "AUD" }},
		"36 is no currency":          {[]string{"currencyCode=36"}, func(r *acquirer.Result) { r.Currency = "36" }},
		"a status that is not final": {[]string{"transactionStatus=TO_CHALLENGE"}, func(r *acquirer.Result) { r.Outcome = acquirer.Pending }},
		"a status of tomorrow":       {[]string{"transactionStatus=BRAND_NEW"}, func(r *acquirer.Result) { r.Outcome = acquirer.Pending }},
		"given back":                 {[]string{"transactionStatus=CANCELLED"}, func(r *acquirer.Result) { r.Returned = fifty }},
	} {
		t.Run(name, func(t *testing.T) {
			want := accepted
			s.want(&want)
			if diff := cmp.Diff(want, bare(parse(t, c, notified(s.changes...)))); diff != "" {
				t.Error(diff)
			}
		})
	}
	r := parse(t, c, notified("transactionDateTime=yesterday at noon"))
	if v, _ := r.Field("transactionDateTime"); v != "yesterday at noon" {
		t.Errorf("a date that cannot be read is not kept: %q", v)
	}
}

// TestVerifiedNonsenseIsInvalid: the seal is right, and the message cannot be understood.
func TestVerifiedNonsenseIsInvalid(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	for name, s := range map[string]struct {
		cb    acquirer.Callback
		field string
	}{
		"no reference":                  {notified("transactionReference"), "transactionReference"},
		"null reference":                {notified("transactionReference=null"), "transactionReference"},
		"an amount with a point":        {notified("amount=50.00"), "amount"},
		"a negative amount":             {notified("amount=-5000"), "amount"},
		"an amount of 13 digits":        {notified("amount=1000000000000"), "amount"},
		"an amount twice":               {notified("amount=5000|amount=1"), ""},
		"a code twice":                  {notified("responseCode=05|responseCode=00"), ""},
		"a kept field twice":            {notified("captureDay=0|captureDay=1"), ""},
		"empty":                         {notificationOf("", "", key1), "transactionReference"},
		"an encoding that is none":      {notificationOf(pipeWith(), "rot13", key1), "Encode"},
		"not base64":                    {notificationOf(pipeWith(), "base64", key1), "Data"},
		"base64url called base64":       {notificationOf("_-_-", "base64", key1), "Data"},
		"half a JSON object":            {notificationOf(`{"amount":1`, "", key1), "Data"},
		"JSON and more":                 {notificationOf(toJSON(sample)+"{}", "", key1), "Data"},
		"a JSON key twice":              {notificationOf(`{"amount":1,"amount":5000}`, "", key1), "Data"},
		"a JSON key twice, other case":  {notificationOf(`{"amount":1,"Amount":5000}`, "", key1), "Data"},
		"an unknown JSON key twice":     {notificationOf(`{"x":1,"x":2}`, "", key1), "Data"},
		"a nested JSON key twice":       {notificationOf(`{"x":{"y":1,"y":2}}`, "", key1), "Data"},
		"a JSON amount with a fraction": {notificationOf(`{"transactionReference":"R","amount":50.5}`, "", key1), "amount"},
		"a JSON amount as a list":       {notificationOf(`{"transactionReference":["R"]}`, "", key1), "transactionReference"},
		"JSON not in UTF-8":             {notificationOf("{\"x\":\"\xff\"}", "", key1), "Data"},
	} {
		t.Run(name, func(t *testing.T) {
			refusedParse(t, c, s.cb, acquirer.ErrInvalid)
			if _, err := c.Parse(s.cb); s.field != "" && faultOf(t, err).Field != s.field {
				t.Errorf("field %q, expected %q", faultOf(t, err).Field, s.field)
			}
		})
	}
	twice := notified()
	twice.Form["Encode"] = []string{"", "base64"}
	refusedParse(t, c, twice, acquirer.ErrInvalid, "Encode")
}

// TestNothingPersonalIsKept: Result.Field knows no name, address, card or free text, whatever the platform adds.
func TestNothingPersonalIsKept(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	personal := strings.Fields("customerEmail customerIpAddress customerId customerMobilePhone customerLegalId customerBusinessName customerCompanyName " +
		"customerPositionOccupied holderContactEmail panExpiryDate tokenPan hashPan1 hashPan2 maskedPan returnContext merchantWalletId mandateId " +
		"paymentAccountReference schemeTransactionIdentifier acquirerResponseMessage statementReference customerContact holderData " +
		"secureReference paymentMeanId merchantSessionId aFieldOfTomorrow responseMessage")
	var changes []string
	for _, name := range personal {
		changes = append(changes, name+"=canary@example.org")
	}
	for _, cb := range []acquirer.Callback{notified(changes...), notificationOf(toJSON(pipeWith(changes...)), "", key1)} {
		r := parse(t, c, cb)
		for _, name := range personal {
			if v, ok := r.Field(name); ok {
				t.Errorf("%s is kept: %q", name, v)
			}
		}
	}
	for name, s := range known {
		for _, word := range strings.Fields("email phone contact customer name ipaddress token hash expiry birth context message") {
			if s == kept && strings.Contains(strings.ToLower(name), word) && name != "errorFieldName" {
				t.Errorf("%s is on the list of what may be kept", name)
			}
		}
	}
	w := newWire(t, nil, sealed200(with(transaction, fields{"customerContact": fields{"email": "canary@example.org"}})))
	r, err := w.Status(t.Context(), acquirer.Question{Reference: reference})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(personal, "email") {
		if v, ok := r.Field(name); ok {
			t.Errorf("%s is kept from Office: %q", name, v)
		}
	}
	if v, _ := r.Field("transactionStatus"); v != "TO_CAPTURE" {
		t.Errorf("transactionStatus is %q", v)
	}
}

// TestNotificationAndQuestionAgree: the same truth has the same fingerprint on every way.
func TestNotificationAndQuestionAgree(t *testing.T) {
	w := newWire(t, nil, sealed200(transaction))
	asked, err := w.Status(t.Context(), acquirer.Question{Reference: reference})
	if err != nil {
		t.Fatal(err)
	}
	told := parse(t, w.Client, notified())
	if told.Fingerprint() != asked.Fingerprint() {
		t.Errorf("told %v, asked %v", told, asked)
	}
	if diff := cmp.Diff(bare(told), bare(asked)); diff != "" {
		t.Error(diff)
	}
}

// TestResultsAreIndependent: messages are used again, so a result must keep nothing of theirs.
func TestResultsAreIndependent(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	first := parse(t, c, notified("captureMode=FIRST", "walletType=PAYLIB"))
	second := parse(t, c, notified("captureMode=SECOND"))
	if v, _ := first.Field("captureMode"); v != "FIRST" {
		t.Errorf("the first result now says %q", v)
	}
	if v, ok := second.Field("walletType"); ok {
		t.Errorf("the second result has the first one's %q", v)
	}
	c.Parse(notified("amount=x", "walletType=PAYLIB"))
	if v, ok := parse(t, c, notified()).Field("walletType"); ok {
		t.Errorf("a message that failed left %q behind", v)
	}
}
