package sips_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/quittance/quittance/acquirer/worldline/sips"
)

func ExampleClient_Doctor() {
	// platform answers as Sips would, sealed, on this machine.
	platform := func(answers map[string]map[string]string) (*httptest.Server, *sips.Client) {
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
