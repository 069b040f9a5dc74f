package bankfile_test

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/quittance/quittance/examples/internal/bankfile"
)

func ExampleRead() {
	f, err := os.Open("testdata/cfonb-remise-nette.txt")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	file, err := bankfile.Read("cfonb-remise-nette.txt", f, nil, func(l bankfile.Line) error {
		fmt.Println(l.Day, l.Kind, l.Cents, l.Gross.Cents)
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Format, file.Level, file.Statements[0].Opening, file.Statements[0].Closing)
	// Output:
	// 2026-03-03 remittance 13577 13700
	// 2026-04-22 chargeback -7500 0
	// 2026-04-22 fee -1500 0
	// cfonb120 remittance -19040 -14463
}

// A message says where the mistake is and what to do, in French.
func ExampleMistake() {
	journal := "TITRE;FONDS DEMO;26/03/06;TABLE_V1;\nENTETE;ORDER_ID;OPERATION_TYPE;BRUT_AMOUNT;REMITTANCE_NB;\nMATCHING;R1;DT;7500;030261;\n"
	_, err := bankfile.Read("jrb.csv", strings.NewReader(journal), nil, func(bankfile.Line) error { return nil })
	var m *bankfile.Mistake
	fmt.Println(errors.As(err, &m))
	fmt.Println(strings.ReplaceAll(err.Error(), "\u00a0", " "))
	// Output:
	// true
	// jrb.csv : la ligne FIN manque : le fichier est coupé. Redemandez-le à votre prestataire.
}
