package inbox_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
)

// wiring has the lines that the package's documentation shows under « Wiring ».
func wiring(store payment.Store, bank acquirer.Client) (payment.Config, error) {
	// doc:begin
	catalog, err := inbox.NewCatalog()
	if err != nil {
		return payment.Config{}, err
	}
	box := inbox.NewMemoryMailbox()
	from := inbox.Sender{Fund: "CPAM de l’Exemple", PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex", CPAM: true}
	config := payment.Config{
		Store: store, Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://fund.example/payment/return",
		Deliver: inbox.Deliverer(box, catalog, from),
		Chores:  []payment.Chore{box.DeleteDue, inbox.AcknowledgementAlarm(store.List, box)},
	}
	// doc:end
	return config, from.Validate()
}

// What the documentation shows compiles, and is a configuration that works.
func TestDocumentedWiring(t *testing.T) {
	config, err := wiring(payment.NewMemoryStore(), &mock.Acquirer{})
	if err == nil {
		_, err = payment.New(config)
	}
	if err != nil {
		t.Fatal(err)
	}
	code, err1 := os.ReadFile("wiring_test.go")
	doc, err2 := os.ReadFile("doc.go")
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	_, code, _ = bytes.Cut(code, []byte("// doc:begin\n"))
	code, _, _ = bytes.Cut(code, []byte("\t// doc:end"))
	if want := strings.ReplaceAll("\n"+string(code), "\n\t", "\n//\t"); !strings.Contains(string(doc), want) {
		t.Errorf("doc.go shows other lines than these:%s", want)
	}
}
