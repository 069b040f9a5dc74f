package sips_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
)

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
