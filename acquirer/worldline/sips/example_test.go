package sips_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/shopspring/decimal"
)

// A shop on the simulation platform. The merchant and its key are public: they are printed in the guides.
func ExampleNew() {
	client, err := sips.New(sips.Config{
		MerchantID: "002001000000001",
		Keys:       sips.Keyring{1: {Secret: sips.NewSecret("002001000000001_KEY1")}},
		Endpoints:  sips.Mercanet.Simulation(),
	})
	fmt.Println(client, err)
	// Output: sips client of 002001000000001 at payment-webinit.simu.mercanet.bnpparibas.net, key version 1 <nil>
}

// Every problem is said at once.
func ExampleNew_problems() {
	_, err := sips.New(sips.Config{
		MerchantID: "002001000000001",
		Keys:       sips.Keyring{1: {Secret: sips.NewSecret("002001000000001_KEY1\n")}},
		Endpoints:  sips.Worldline.Production(),
	})
	fmt.Println(err)
	// Output:
	// sips: Config.Keys: version 1: the secret has a space or a line end: was it pasted whole and alone?
	// sips: Config.MerchantID: 002001000000001 is a public test merchant, and payment-webinit.sips-services.com is production
	// sips: Config.MerchantID: 002001000000001 is a public test merchant, and office-server.sips-services.com is production
}

// While a key is being changed, both versions are live: what was begun with the first is still notified under it.
func ExampleKeyring() {
	client, err := sips.New(sips.Config{
		MerchantID: "002001000000001",
		Keys: sips.Keyring{
			1: {Secret: sips.NewSecret("the-old-one"), Algorithm: sips.SHA256},
			2: {Secret: sips.NewSecret("the-new-one")},
		},
		Endpoints: sips.Worldline.Simulation(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	data := "transactionReference=REF1|responseCode=00|amount=5000|currencyCode=978|keyVersion=1"
	seal, _ := sips.SealData(sips.SHA256, sips.NewSecret("the-old-one"), data)
	r, err := client.Parse(acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{"Data": {data}, "Seal": {seal}}})
	fmt.Println(r.Reference, r.Outcome, err)
	// Output: REF1 accepted <nil>
}

// A secret prints as REDACTED, however it is printed.
func ExampleNewSecret() {
	s := sips.NewSecret("002001000000001_KEY1")
	fmt.Println(s)
	fmt.Printf("%#v %x %q\n", s, s, s)
	slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: noTime})).Info("starting", "key", s)
	// Output:
	// REDACTED
	// REDACTED REDACTED REDACTED
	// level=INFO msg=starting key=REDACTED
}

func noTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// The guide's own sample.
func ExampleSealFields() {
	seal, err := sips.SealFields(sips.HMACSHA256, sips.NewSecret("secret123"), []byte(`{
		"amount": 2500, "automaticResponseUrl": "https://automatic-response-url.fr/", "captureDay": 0, "captureMode": "AUTHOR_CAPTURE",
		"currencyCode": "978", "customerContact": {"email": "customer@email.com"}, "interfaceVersion": "IR_WS_2.22",
		"merchantId": "011223344550000", "normalReturnUrl": "https://normal-return-url/", "orderChannel": "INTERNET", "orderId": "ORD101",
		"returnContext": "ReturnContext", "transactionOrigin": "SO_WEBAPPLI", "transactionReference": "TREFEXA2012",
		"keyVersion": 1, "sealAlgorithm": "HMAC-SHA-256"}`))
	fmt.Println(seal, err)
	// Output: 322b943d833417c1570e0a282641e8e29d6a5b968c9b846694b5610e18ab5b81 <nil>
}

func ExampleSealData() {
	seal, err := sips.SealData(sips.SHA256, sips.NewSecret("002001000000001_KEY1"),
		"amount=5500|currencyCode=978|merchantId=002001000000001|normalReturnUrl=https://shop.example/return|transactionReference=REF0001|keyVersion=1")
	fmt.Println(seal, err)
	// Output: a15d664bd2d21b54d17d5cf54c5b9c9c61cf26b07c520b75a50099cfb4dde640 <nil>
}

// platform answers as Sips would, sealed, on this machine.
func platform(answers map[string]map[string]string) (*httptest.Server, *sips.Client) {
	key := sips.Key{Secret: sips.NewSecret("002001000000001_KEY1")}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fields := answers[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]
		var pairs []string
		for name, value := range fields {
			pairs = append(pairs, fmt.Sprintf("%q:%q", name, value))
		}
		message := "{" + strings.Join(pairs, ",") + "}"
		seal, _ := sips.SealFields(key.Algorithm, key.Secret, []byte(message))
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, message[:len(message)-1]+`,"seal":"`+seal+`"}`)
	}))
	client, err := sips.New(sips.Config{
		MerchantID: "002001000000001", Keys: sips.Keyring{1: key},
		Endpoints: sips.Endpoints{Paypage: s.URL, Office: s.URL},
	})
	if err != nil {
		panic(err)
	}
	return s, client
}

func ExampleClient_Begin() {
	s, client := platform(map[string]map[string]string{"paymentInit": {
		"redirectionStatusCode": "00", "redirectionVersion": "IR_WS_2.0", "redirectionData": "4AgbsrffvPgz",
		"redirectionUrl": "https://payment-web.simu.sips-services.com/payment",
	}})
	defer s.Close()
	session, err := client.Begin(context.Background(), acquirer.Order{
		ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB240310000001", Amount: decimal.RequireFromString("50.00"), Currency: "EUR",
		ReturnURL: "https://fund.example/return", NotifyURL: "https://fund.example/notify", Language: "fr",
	})
	fmt.Println(session, err)
	fmt.Println(session.Method, session.Fields.Get("redirectionVersion"))
	// Output:
	// session at https://payment-web.simu.sips-services.com <nil>
	// POST IR_WS_2.0
}

func ExampleClient_Parse() {
	client, err := sips.New(sips.Config{
		MerchantID: "002001000000001", Keys: sips.Keyring{1: {Secret: sips.NewSecret("002001000000001_KEY1")}},
		Endpoints: sips.Worldline.Simulation(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	form := url.Values{ // acquirer.ReadCallback takes it out of a request
		"Data": {"captureDay=0|captureMode=AUTHOR_CAPTURE|currencyCode=978|merchantId=002001000000001|orderChannel=INTERNET|responseCode=97" +
			"|transactionDateTime=2024-01-31T10:26:30+01:00|transactionReference=REF0001|keyVersion=1|amount=1000|paymentPattern=ONE_SHOT"},
		"Seal": {"22a738157e086625b6e4a70139215cf5d8fe1b524ea3f4063ac7de0eabfbf212"},
	}
	r, err := client.Parse(acquirer.Callback{Channel: acquirer.Notify, Form: form})
	fmt.Println(r.Reference, r.Outcome, r.Amount, r.Currency, err)

	form.Set("Data", strings.Replace(form.Get("Data"), "=97", "=00", 1))
	_, err = client.Parse(acquirer.Callback{Channel: acquirer.Notify, Form: form})
	fmt.Println(errors.Is(err, acquirer.ErrUnverified))
	// Output:
	// REF0001 expired 10 EUR <nil>
	// true
}

func ExampleClient_Status() {
	s, client := platform(map[string]map[string]string{"getTransactionData": {
		"getTransDataResponseCode": "00", "responseCode": "00", "transactionStatus": "CAPTURED", "transactionReference": "PCLCB240310000001",
		"merchantId": "002001000000001", "originAmount": "5000", "currencyCode": "978", "guaranteeIndicator": "Y",
	}})
	defer s.Close()
	r, err := client.Status(context.Background(), acquirer.Question{Reference: "PCLCB240310000001"})
	guaranteed, _ := r.Field("guaranteeIndicator")
	fmt.Println(r.Outcome, r.Amount, r.Returned, guaranteed, err)
	// Output: accepted 50 0 Y <nil>
}

func ExampleClient_Cancel() {
	s, client := platform(map[string]map[string]string{"cancel": {"responseCode": "24", "newStatus": "CAPTURED"}})
	defer s.Close()
	_, err := client.Cancel(context.Background(), acquirer.Modification{
		Reference: "PCLCB240310000001", Amount: decimal.New(50, 0), Currency: "EUR",
	})
	fmt.Println(errors.Is(err, acquirer.ErrConflict)) // remitted already: refund it
	// Output: true
}

func ExampleClient_Refund() {
	s, client := platform(map[string]map[string]string{
		"getTransactionData": {
			"getTransDataResponseCode": "00", "responseCode": "00", "transactionStatus": "CAPTURED", "transactionReference": "PCLCB240310000001",
			"originAmount": "5000", "currencyCode": "978",
		},
		"refund": {"responseCode": "00", "newStatus": "TO_CREDIT"},
	})
	defer s.Close()
	r, err := client.Refund(context.Background(), acquirer.Modification{
		Reference: "PCLCB240310000001", Amount: decimal.New(50, 0), Currency: "EUR",
	})
	fmt.Println(r.Returned, "of", r.Amount, err)
	// Output: 50 of 50 <nil>
}

func ExampleClient_Doctor() {
	s, client := platform(map[string]map[string]string{
		"paymentInit":        {"redirectionStatusCode": "12", "errorFieldName": "amount"},
		"getTransactionData": {"getTransDataResponseCode": "25"},
	})
	defer s.Close()
	report, err := client.Doctor(context.Background())
	for _, c := range report.Checks {
		fmt.Println(c.Verdict, c.Name)
	}
	fmt.Println(report.OK(), err)
	// Output:
	// right paypage
	// right office
	// unsure references
	// unsure settings
	// true <nil>
}
