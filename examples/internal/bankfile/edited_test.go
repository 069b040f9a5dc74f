//go:build !race

package bankfile

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// amounts are where a format that checks itself has balances and booked amounts: the first group of each expression.
var amounts = map[string]*regexp.Regexp{
	"cfonb-remises-brut.cfonb":         regexp.MustCompile(`(?m)^0[147].{88}(.{14})`),
	"cfonb-remise-nette.txt":           regexp.MustCompile(`(?m)^0[147].{88}(.{14})`),
	"cfonb-deux-comptes-sans-saut.cfo": regexp.MustCompile(`0[147]20041.{83}(.{14}).{16}`),
	"camt053-001-02-remises.xml":       regexp.MustCompile(`(?:</Tp>|</NtryRef>)<Amt Ccy="EUR">([0-9.]+)</Amt><CdtDbtInd>(?:CRDT|DBIT)</CdtDbtInd>(?:<Dt>|<Sts>BOOK)`),
	"camt053-001-08-details.xml":       regexp.MustCompile(`(?:</b:Tp>|<b:Ntry>)<b:Amt Ccy="EUR">([0-9.]+)</b:Amt>`),
	"mt940-remises.sta":                regexp.MustCompile(`(?m)^:(?:6[02]F:[CD]\d{6}EUR|61:\d{10}(?:C|D|RC|CR))([0-9,]+)`),
}

// A balance or a booked amount of which a byte was changed is refused
// unless it still says the same.
func TestEditedAmountIsRefused(t *testing.T) {
	for name, where := range amounts {
		t.Run(name, func(t *testing.T) {
			whole := sampleBytes(t, name)
			want, err := readBytes(name, whole)
			if err != nil {
				t.Fatal(err)
			}
			found := where.FindAllSubmatchIndex(whole, -1)
			if len(found) < 4 {
				t.Fatalf("only %d amounts were found", len(found))
			}
			tried, refused := 0, 0
			for _, m := range found {
				for at := m[2]; at < m[3]; at++ {
					for _, b := range []byte("0123456789{}ABCIJKLR .,+-<CD\x00\xe9\xff\n") {
						if b == whole[at] {
							continue
						}
						changed := bytes.Clone(whole)
						changed[at] = b
						tried++
						got, err := readBytes(name, changed)
						if err != nil {
							refused++
						} else if d := cmp.Diff(values(want), values(got)); d != "" {
							t.Errorf("byte %d: %q is changed to %q, and taken:\n%s", at, whole[at], b, d)
						}
					}
				}
			}
			if refused*10 < tried*8 {
				t.Errorf("of %d changes only %d were refused", tried, refused)
			}
		})
	}
}

// values are a file's balances and amounts.
func values(r result) (out []int64) {
	for _, s := range r.Statements {
		out = append(out, s.Opening, s.Closing, s.Moved)
	}
	for _, l := range r.All {
		out = append(out, l.Cents)
	}
	return out
}

// A file of which a record or the end is missing is refused, where the format can tell.
func TestCutFileIsRefused(t *testing.T) {
	for _, name := range []string{"cfonb-remises-brut.cfonb", "cfonb-remise-nette.txt", "camt053-001-02-remises.xml", "camt053-001-08-details.xml",
		"camt054-001-08-avis.xml", "mt940-remises.sta", "sips-jrb-table-v1.csv", "sips-jo-table-v4.csv", "sips-jri-v1.csv"} {
		t.Run(name, func(t *testing.T) {
			whole := sampleBytes(t, name)
			want, err := readBytes(name, whole)
			if err != nil {
				t.Fatal(err)
			}
			for i := range whole {
				// What is missing at the end may be blanks, line ends, an end mark that says nothing.
				if got, err := readBytes(name, whole[:i]); err == nil && !cmp.Equal(values(want), values(got)) {
					t.Errorf("cut off after %d of %d bytes, and taken", i, len(whole))
				}
			}
			lines := bytes.SplitAfter(whole, []byte("\n"))
			for i := range lines {
				rest := bytes.Join(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), nil)
				got, err := readBytes(name, rest)
				if err == nil && !cmp.Equal(values(want), values(got)) && (len(want.Statements) > 0 || i == len(lines)-1) {
					t.Errorf("without line %d %q, and taken", i+1, lines[i])
				}
			}
		})
	}
}
