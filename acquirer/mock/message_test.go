package mock_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// What Seal says, Parse reads.
func TestSeal(t *testing.T) {
	var a mock.Acquirer
	want := acquirer.Result{
		Reference: "PCLCB172540000004", OrderID: "somebodyelses", Merchant: "002001000000001", Amount: decimal.New(149, 0),
		Returned: decimal.New(1, -2), Currency: "USD", Outcome: acquirer.Refused, Decline: acquirer.ExpiredCard, Code: "54",
		AcquirerCode: "33", Brand: "VISA", MaskedPAN: "4100##########54", Means: acquirer.Card, At: time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC),
	}.WithFields(map[string]string{"transactionStatus": "REFUSED"})
	cb, err := a.Seal(want, acquirer.Notify)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Parse(cb)
	if err != nil || !got.Equal(want) {
		t.Errorf("%+v, %v", got.LogValue(), err)
	}
	if cb, err = a.Seal(acquirer.Result{Outcome: acquirer.Expired}, acquirer.Notify); err != nil {
		t.Fatal(err)
	}
	if got, err = a.Parse(cb); err != nil || got.Code != "97" {
		t.Errorf("the usual code: %v, %v", got, err)
	}
	if cb, err = a.Seal(acquirer.Result{MaskedPAN: "5017670000001800"}, acquirer.Notify); err != nil {
		t.Fatal(err)
	}
	if got, err = a.Parse(cb); err != nil || got.MaskedPAN != "5017##########00" {
		t.Errorf("a number that was not masked: %q, %v", got.MaskedPAN, err)
	}
	for name, r := range map[string]acquirer.Result{
		"contradiction":   {Outcome: acquirer.Accepted, Code: "05"},
		"no outcome":      {Outcome: "paid"},
		"negative amount": {Amount: decimal.New(-1, 0)},
		"negative return": {Returned: decimal.New(-1, 0)},
		"year 10000":      {At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if _, err := a.Seal(r, acquirer.Notify); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSpoil(t *testing.T) {
	var a mock.Acquirer
	good := pay(t, &a, "REF", mock.Behaviour{})
	before, err := json.Marshal(good.Form)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []mock.Fault{mock.Tampered, mock.Forged, mock.Unsealed} {
		bad := mock.Spoil(good, f)
		r, err := a.Parse(bad)
		if kind(err) != acquirer.ErrUnverified || !r.Equal(acquirer.Result{}) || bad.Channel != acquirer.Return {
			t.Errorf("%s: %v, %v", f, r, err)
		}
		if again := mock.Spoil(bad, f); f == mock.Tampered && cmp.Equal(again.Form, bad.Form) {
			t.Error("tampering twice changes nothing")
		}
	}
	if _, err := a.Parse(mock.Spoil(good, mock.Lost, "nothing")); err != nil {
		t.Errorf("a fault of another kind: %v", err)
	}
	if after, _ := json.Marshal(good.Form); string(after) != string(before) {
		t.Error("Spoil has changed what it was given")
	}
	mock.Spoil(acquirer.Callback{}, mock.Tampered, mock.Forged, mock.Unsealed)
	mock.Spoil(acquirer.Callback{Form: url.Values{"Data": {"null"}}}, mock.Tampered)
}

// The mistakes of the field, each by its name.
func TestParseFailsClosed(t *testing.T) {
	var a mock.Acquirer
	good := pay(t, &a, "REF", mock.Behaviour{})
	data, seal := good.Form.Get("Data"), good.Form.Get("Seal")
	for name, form := range map[string]url.Values{
		"a missing seal":            {"Data": {data}},
		"an empty seal":             {"Data": {data}, "Seal": {""}},
		"half a seal":               {"Data": {data}, "Seal": {seal[:32]}},
		"a seal with more behind":   {"Data": {data}, "Seal": {seal + "00"}},
		"two seals":                 {"Data": {data}, "Seal": {seal, seal}},
		"two data":                  {"Data": {data, data}, "Seal": {seal}},
		"fields in small letters":   {"data": {data}, "seal": {seal}},
		"data with a space":         {"Data": {data + " "}, "Seal": {seal}},
		"no data":                   {"Seal": {seal}},
		"the seal of nothing":       {"Data": {""}, "Seal": {seal}},
		"nothing":                   nil,
		"a seal that is not hex":    {"Data": {data}, "Seal": {"é"}},
		"data of another reference": {"Data": {`{"transactionReference":"OTHER","responseCode":"00"}`}, "Seal": {seal}},
	} {
		r, err := a.Parse(acquirer.Callback{Channel: acquirer.Notify, Form: form})
		want := acquirer.ErrUnverified
		if form["Data"] == nil { // no message at all
			want = acquirer.ErrInvalid
		}
		if kind(err) != want || !r.Equal(acquirer.Result{}) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"responseCode":"00"}`, "00ff")
	f.Add("", "")
	f.Add(`{"amount":1e400}`, "zz")
	f.Fuzz(func(t *testing.T, data, seal string) {
		var a mock.Acquirer
		r, err := a.Parse(acquirer.Callback{Form: url.Values{"Data": {data}, "Seal": {seal}}})
		if kind(err) != acquirer.ErrUnverified || !r.Equal(acquirer.Result{}) {
			t.Errorf("%v, %v", r, err)
		}
	})
}

// Whatever is sealed is read back, or refused when it is sealed.
func FuzzSeal(f *testing.F) {
	f.Add("PCLCB172540000004", "05", int64(5000), int64(0), "EUR")
	f.Add("\xff|", "", int64(1), int64(1), "")
	f.Fuzz(func(t *testing.T, reference, code string, amount, returned int64, currency string) {
		var a mock.Acquirer
		cb, err := a.Seal(acquirer.Result{
			Reference: reference, Code: code, Amount: decimal.New(amount, -2), Returned: decimal.New(returned, -2), Currency: currency,
		}, acquirer.Query)
		if err != nil {
			return
		}
		r, err := a.Parse(cb)
		if err != nil || !r.Amount.Equal(decimal.New(amount, -2)) || !r.Returned.Equal(decimal.New(returned, -2)) || code != "" && r.Code != code {
			t.Errorf("%v, %v", r, err)
		}
		if r.Outcome == "" || r.Outcome == acquirer.Accepted && code != "" && code != "00" {
			t.Errorf("code %q reads as %q", code, r.Outcome)
		}
	})
}
