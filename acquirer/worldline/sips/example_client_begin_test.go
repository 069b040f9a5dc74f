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

func ExampleClient_Begin() {
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
