package sips_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/shopspring/decimal"
)

func ExampleClient_Refund() {
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
