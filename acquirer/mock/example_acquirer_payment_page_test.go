package mock_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// The pages are mounted in the host's server, where URL says.
func ExampleAcquirer_PaymentPage() {
	example := func(reference string) acquirer.Order {
		return acquirer.Order{
			ID: "00000000000000000000000004", Reference: reference, Amount: decimal.New(50, 0), Currency: "EUR",
			ReturnURL: "https://fund.example/return",
		}
	}

	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	bank := &mock.Acquirer{URL: server.URL + "/bank"}
	mux.Handle("/bank/", bank.PaymentPage())

	session, _ := bank.Begin(context.Background(), example("PCLCB172540000004"))
	resp, err := http.PostForm(session.URL, session.Fields) // what the payer's browser does
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	_, title, _ := strings.Cut(string(page), "<title>")
	title, _, _ = strings.Cut(title, "</title>")
	fmt.Println(title)
	// Output:
	// Paiement par carte bancaire – CPAM Test 2 (INTEGRATION)
}
