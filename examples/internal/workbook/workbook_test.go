package workbook

import (
	"bytes"
	"context"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/quittance/quittance/examples/internal/dayexport"
)

// hostile are texts that a spreadsheet changes when it takes them for something else.
var hostile = []string{"002001000000001", "20260302123456789", "075395", "1E5", "12E345", "041207", "5E1204", "=1+1", "+33", "-1", "@SUM(A1)", "'x",
	"01/02", "VRAI", "1,50", "1.5", " 7 ", "_x0041_", "a\u00a0b", "<&>\"", "é", "00"}

func exportOf(texts []string) dayexport.Export {
	e := dayexport.Export{Name: "export-2026-03-29.csv", Day: "2026-03-29", Seal: strings.Repeat("0", 64), SHA256: "1e5" + strings.Repeat("2", 61)}
	for i, s := range texts {
		e.Movements = append(e.Movements, dayexport.Movement{Kind: dayexport.Accepted, Instant: time.Date(2026, 3, 28, 23, 0, i, 0, time.UTC), Reference: s,
			Payment: s, Merchant: s, Authorisation: s, Cents: 12_345_67 + int64(i), Currency: "EUR", Debt: s, Notice: s, Day: "2026-03-29", Line: i + 2})
	}
	e.Totals = []dayexport.Total{{Kind: dayexport.Accepted, Currency: "EUR", Count: int64(len(texts)), Cents: 1}}
	return e
}

// cell is one that LibreOffice read: its type, its value as data, and what a person sees.
type cell struct{ kind, value, shown string }

// opened has LibreOffice open a workbook and write what it understood as flat OpenDocument, which says the type of each cell.
func opened(t *testing.T, content []byte) map[string][][]cell {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice (Debian: libreoffice-calc) is not installed")
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "mouvements.xlsx")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // ends what hangs
	defer cancel()
	cmd := exec.CommandContext(ctx, soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "fods", "--outdir", dir, name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	flat, err := os.Open(filepath.Join(dir, "mouvements.fods"))
	if err != nil {
		t.Fatal(err)
	}
	defer flat.Close()
	var document struct {
		Tables []struct {
			Name string `xml:"name,attr"`
			Rows []struct {
				Cells []struct {
					Repeated string `xml:"number-columns-repeated,attr"`
					Kind     string `xml:"value-type,attr"`
					Value    string `xml:"value,attr"`
					Date     string `xml:"date-value,attr"`
					Text     []struct {
						Inner string `xml:",innerxml"`
					} `xml:"p"`
				} `xml:"table-cell"`
			} `xml:"table-row"`
		} `xml:"body>spreadsheet>table"`
	}
	if err := xml.NewDecoder(flat).Decode(&document); err != nil {
		t.Fatal(err)
	}
	out := map[string][][]cell{}
	for _, table := range document.Tables {
		for _, r := range table.Rows {
			var row []cell
			for _, c := range r.Cells {
				n, err := strconv.Atoi(c.Repeated)
				if err != nil {
					n = 1
				}
				var shown []string
				for _, p := range c.Text {
					shown = append(shown, plainText(t, p.Inner))
				}
				for range min(n, 32) {
					row = append(row, cell{c.Kind, c.Value + c.Date, strings.Join(shown, "\n")})
				}
			}
			out[table.Name] = append(out[table.Name], row)
		}
	}
	return out
}

// plainText is the text of a paragraph; <text:s text:c="2"/> are blanks.
func plainText(t *testing.T, inner string) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader("<p>" + inner + "</p>"))
	d.Strict = false
	var b strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return b.String()
		}
		switch x := token.(type) {
		case xml.CharData:
			b.Write(x)
		case xml.StartElement:
			if x.Name.Local == "s" {
				n := 1
				for _, a := range x.Attr {
					if a.Name.Local == "c" {
						n, _ = strconv.Atoi(a.Value)
					}
				}
				b.WriteString(strings.Repeat(" ", n))
			}
		}
	}
}

func written(t *testing.T, exports ...dayexport.Export) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, exports); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// LibreOffice reads each text as the text that it is, amounts as numbers, and days and times as Paris has them: on the night when
// summer time begins.
func TestLibreOffice(t *testing.T) {
	sheets := opened(t, written(t, exportOf(hostile)))
	rows := sheets[Movements]
	if len(rows) < len(hostile)+1 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, s := range hostile {
		row := rows[i+1]
		for _, column := range []int{3, 6, 7, 8, 9, 10} {
			if got := row[column]; got.kind != "string" || got.shown != s {
				t.Errorf("%q in column %d is read as %q, a %s", s, column, got.shown, got.kind)
			}
		}
		if got := row[4]; got.kind != "float" || got.value != strconv.FormatFloat(float64(12_345_67+i)/100, 'f', -1, 64) {
			t.Errorf("row %d: the amount is read as %+v", i, got)
		}
		if got := row[0]; got.kind != "date" || got.value != "2026-03-29" || got.shown != "29/03/2026" {
			t.Errorf("row %d: the day is read as %+v", i, got)
		}
	}
	if got := rows[1][1]; got.kind != "date" || got.shown != "29/03/2026 00:00:00" {
		t.Errorf("23:00 UTC is read as %+v, want midnight in Paris", got)
	}
	if got := sheets[Seals][1]; got[1].shown != strings.Repeat("0", 64) || got[1].kind != "string" || got[2].kind != "string" || !strings.HasPrefix(got[2].shown, "1e5") {
		t.Errorf("the seal is read as %+v", got)
	}
	if got := sheets[Totals][1]; got[1].shown != "Accepté" || got[3].value != "0.01" || got[2].value != strconv.Itoa(len(hostile)) {
		t.Errorf("the total is read as %+v", got)
	}
}

// The same with excelize itself, so that a machine without LibreOffice tests something, too.
func TestReadBack(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(written(t, exportOf(hostile), func() dayexport.Export {
		e := exportOf(nil)
		e.Day = "2026-03-28"
		return e
	}())))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(Movements, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows[1:] {
		got = append(got, r[3])
	}
	if d := cmp.Diff(hostile, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	seals, err := f.GetRows(Seals)
	if err != nil || len(seals) != 3 || seals[1][0] != "28/03/2026" || seals[2][0] != "29/03/2026" {
		t.Errorf("the days are not in their order: %v, %v", seals, err)
	}
}
