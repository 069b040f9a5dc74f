//go:build !race

package bankfile

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// repeated is a file of any length that takes no memory: a head, a body as often as wanted, an end.
func repeated(head, body, end string, times int) io.Reader {
	return io.MultiReader(strings.NewReader(head), &repeater{body: body, left: times}, strings.NewReader(end))
}

type repeater struct {
	body string
	left int
	rest string
}

func (r *repeater) Read(b []byte) (int, error) {
	if r.rest == "" {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.rest, r.left = r.body, r.left-1
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// block is how many lines a repetition has.
const block = 1000

// big are files of lines such as the samples have, of any number of blocks.
var big = map[string]func(blocks int) io.Reader{
	"transactions": func(blocks int) io.Reader {
		return repeated("TITRE;FONDS DEMO;26/03/03_02:05:00;TABLE_V_CUSTOM\n"+
			"ENTETE;TRANSACTION_ID;MERCHANT_ID;PAYMENT_MEANS;ORIGIN_AMOUNT;AMOUNT;CURRENCY_CODE;PAYMENT_DATE;PAYMENT_TIME;CARD_TYPE;RESPONSE_CODE;AUTHORISATION_ID;ORDER_ID\n",
			strings.Repeat("TRANSACTION;302001;002001000000001;CARD;7500;7500;978;20260302;091204;CB;00;703769;PCLCB260302000001\n", block), "", blocks)
	},
	"reconciliation": func(blocks int) io.Reader {
		return repeated("TITRE;FONDS DEMO;26/03/06_11:02:10;TABLE_V2;\nENTETE;MERCHANT_COUNTRY;MERCHANT_ID;CONTRACT;PAYMENT_DATE;TRANSACTION_ID;ORIGIN_AMOUNT;CURRENCY_CODE;PAYMENT_METHOD;"+
			"ORDER_ID;RETURN_CONTEXT;CUSTOMER_ID;OPERATION_TYPE;OPERATION_NUMBER;REMITTANCE_DATE;REMITTANCE_TIME;BRUT_AMOUNT;MATCH_STATUS;REMITTANCE_NB;NET_AMOUNT;COMMISSION_AMOUNT;\n",
			strings.Repeat("MATCHING;FR;002001000000001;0535875;20260302;302001;7500;978;CB;PCLCB260302000001;;;DT;1;20260303;0215;7500;MATCH_OK;030261;7432;68;\n", block), "FIN;\n", blocks)
	},
	"bank": func(blocks int) io.Reader {
		return repeated(ca, strings.Repeat("03/03/2026;\"REMISE CARTE\nCARTE 0535875 001 030261 02/03\";;137,00;\n", block), "", blocks)
	},
	"cfonb": func(blocks int) io.Reader {
		moved := int64(blocks) * block
		return repeated(cfonbRecord("01", "", 0, '{', "020326"), strings.Repeat(cfonbRecord("04", "30", 0, 'A', "030326"), block),
			cfonbRecord("07", "", moved/10, []rune("{ABCDEFGHI")[moved%10], "040326"), blocks)
	},
	"camt": func(blocks int) io.Reader {
		document := camtDocument("053", "08", "", "0", fmt.Sprint(blocks*block)+".00", "ENTRIES")
		head, end, _ := strings.Cut(document, "ENTRIES")
		return repeated(head, strings.Repeat(camtEntryOf("1.00", "CRDT", "", "<x:Cd>BOOK</x:Cd>", "30", "REMISE CB 0535875"), block), end, blocks)
	},
	"mt940": func(blocks int) io.Reader {
		return repeated(":20:1\n:25:1\n:28C:1\n:60F:C260302EUR0,\n", strings.Repeat(":61:2603040303C1,NMSC0535875//0030261\n:86:REMISE CB 0535875\n", block),
			fmt.Sprintf(":62F:C260306EUR%d,\n-\n", blocks*block), blocks)
	},
}

// The memory that a reader needs does not grow with its file.
func TestFlatMemory(t *testing.T) {
	const few, many = 5, 50 // blocks
	for name, file := range big {
		t.Run(name, func(t *testing.T) {
			peak := func(blocks int) (most uint64) {
				n := 0
				_, err := Read(name, file(blocks), nil, func(Line) error {
					if n++; n%(block*blocks/5) == 0 {
						var m runtime.MemStats
						runtime.GC()
						runtime.ReadMemStats(&m)
						most = max(most, m.HeapAlloc)
					}
					return nil
				})
				if err != nil || n != blocks*block {
					t.Fatalf("%d lines, %v", n, err)
				}
				return most
			}
			small, large := peak(few), peak(many)
			if const1MiB := uint64(1 << 20); large > small+const1MiB {
				t.Errorf("%d bytes are alive in a file of %d lines, %d in one of %d", small, few*block, large, many*block)
			}
		})
	}
}

// BenchmarkRead reads a journal beside encoding/csv alone, in turns, so that both see the same machine. Metrics, of processor time: ns/line of each, and
// above-csv-ns/line, which is to stay below 2000.
func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"transactions", "reconciliation", "bank"} {
		b.Run(name, func(b *testing.B) {
			const blocks = 20
			content, err := io.ReadAll(big[name](blocks))
			if err != nil {
				b.Fatal(err)
			}
			var ours, bare time.Duration
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				start := cpuTime()
				if err := bareCSV(content); err != nil {
					b.Fatal(err)
				}
				middle := cpuTime()
				n := 0
				if _, err := Read(name, bytes.NewReader(content), nil, func(Line) error { n++; return nil }); err != nil || n != blocks*block {
					b.Fatal(n, err)
				}
				bare += middle - start
				ours += cpuTime() - middle
			}
			perLine := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(b.N) / (blocks * block) }
			b.ReportMetric(perLine(bare), "csv-ns/line")
			b.ReportMetric(perLine(ours), "ours-ns/line")
			b.ReportMetric(perLine(ours-bare), "above-csv-ns/line")
			b.ReportMetric(float64(ours)/float64(bare), "ratio")
		})
	}
}

func bareCSV(content []byte) error {
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = ';', true, -1, true
	for {
		if _, err := r.Read(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// BenchmarkStatement reads the formats that have no bare peer.
func BenchmarkStatement(b *testing.B) {
	for _, name := range []string{"cfonb", "camt", "mt940"} {
		b.Run(name, func(b *testing.B) {
			const blocks = 5
			content, err := io.ReadAll(big[name](blocks))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(content)))
			start := cpuTime()
			for b.Loop() {
				if _, err := Read(name, bytes.NewReader(content), nil, func(Line) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpuTime()-start)/float64(b.N)/(blocks*block), "ns/line")
		})
	}
}
