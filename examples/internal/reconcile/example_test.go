package reconcile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/quittance/quittance/examples/internal/dayexport"
	"github.com/quittance/quittance/examples/internal/reconcile"
)

// A day's export beside an account statement: the statement names no payment, so that only the total is compared.
func ExampleCompare() {
	samples := filepath.Join("..", "bankfile", "testdata")
	content, err := os.ReadFile(filepath.Join(samples, "export-2026-03-02.csv"))
	if err != nil {
		fmt.Println(err)
		return
	}
	export, err := dayexport.Read("export-2026-03-02.csv", content)
	if err != nil {
		fmt.Println(err)
		return
	}
	statement, err := os.Open(filepath.Join(samples, "cfonb-remise-nette.txt"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer statement.Close()
	options := reconcile.Options{Contract: "0535875"}
	list, err := reconcile.ReadList("cfonb-remise-nette.txt", statement, nil, options, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := reconcile.Compare([]dayexport.Export{export}, nil, []*reconcile.List{list}, options)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Agrees, report.Ledger.Accepted, report.Ledger.BankIn, report.Ledger.RunningEnd)
	for _, s := range report.Ledger.Sentences() {
		fmt.Println(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s))
	}
	// Output:
	// false 25750 13700 12050
	// Le total des remises concorde, mais la banque a repris de l’argent qui compte chez vous comme accepté.
	// 1 paiement, 120,50 €, n’est pas encore sur le compte : normal jusqu’au 04/03/2026, mais le relevé va plus loin (PCLCB260302000003).
	// Impayé de 75,00 € du 22/04/2026 : peut-être PCLCB260302000001, le seul paiement de ce montant. C’est un indice, pas une preuve.
}
