package reconcile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/examples/internal/dayexport"
)

// year is a fund's: so many payments on each day of 2026, a journal of all, and an account on which each day's remittance comes on the
// next bank day; one of them is ten euros short.
func year(perDay int) (exports []dayexport.Export, journal, account string) {
	var j, a strings.Builder
	j.WriteString("TITRE;F;26/03/03;TABLE_V2\nENTETE;ORDER_ID;AMOUNT\n")
	a.WriteString("Date;Libellé;Montant(EUROS)\n")
	for at := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.AddDate(0, 0, 1) {
		e := dayexport.Export{Name: "export", Day: at.Format(time.DateOnly)}
		sum := int64(0)
		for i := range perDay {
			m := dayexport.Movement{Kind: dayexport.Accepted, Instant: at.Add(time.Duration(i) * time.Second), Reference: fmt.Sprintf("PCLCB26%03d%07d", at.YearDay(), i),
				Cents: int64(5000 + i%10000), Currency: "EUR", Day: e.Day}
			e.Movements = append(e.Movements, m)
			fmt.Fprintf(&j, "TRANSACTION;%s;%d\n", m.Reference, m.Cents)
			sum += m.Cents
		}
		if at.YearDay() == 180 {
			sum -= 1000
		}
		fmt.Fprintf(&a, "%s;REMISE CB 0535875 %06d;%d,%02d\n", at.AddDate(0, 0, 1).Format("02/01/2006"), 100000+at.YearDay(), sum/100, sum%100)
		exports = append(exports, e)
	}
	return exports, j.String(), a.String()
}

// BenchmarkYear compares a year of 100 000 payments: reading is measured elsewhere.
func BenchmarkYear(b *testing.B) {
	exports, journal, account := year(274)
	for name, content := range map[string]string{"transactions": journal, "remittances": account} {
		b.Run(name, func(b *testing.B) {
			o := Options{Contract: "0535875"}
			l := listOf(b, name, []byte(content), o)
			b.ReportAllocs()
			for b.Loop() {
				r, err := Compare(exports, nil, []*List{l}, o)
				if err != nil || r.Agrees != (name == "transactions") {
					b.Fatal(r.Agrees, err)
				}
			}
		})
	}
}
