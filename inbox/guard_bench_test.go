package inbox

import (
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// What a letter and a start may cost, as ratios of the same run.
const (
	mostOfTemplate = 10 // a letter whole, to text/template writing the words of its text
	mostOfLoad     = 4  // the first catalog of a process, to reading and parsing the files of « courante » with text/template
	mostAllocs     = 28 // of a letter
)

// An acknowledgement is three renderings: subject, text and HTML.
func sampleLetter() Content { return Acknowledgement{samplePayment(payment.Paid), sampleFund} }

// BenchmarkLetter reports how many times as long a letter takes as text/template takes for its words alone, the median of five rounds in
// which both take turns, and fails above its limit.
func BenchmarkLetter(b *testing.B) {
	c := catalog(b)
	words := render(b, c, sampleLetter()).Text
	bare := template.Must(template.New("").Parse(strings.NewReplacer("05/07/2026", "{{.PaidOn}}", "CPAM de l’Exemple", "{{.Fund}}").Replace(words)))
	facts := Facts{PaidOn: "05/07/2026", Fund: "CPAM de l’Exemple"}
	const turn = 50
	take := func(do func()) time.Duration {
		start := time.Now()
		for range turn {
			do()
		}
		return time.Since(start)
	}
	turns := max(b.N/5/turn, 1)
	var ratios []float64
	for range 5 {
		var base, own time.Duration
		for range turns {
			base += take(func() {
				var out strings.Builder
				if err := bare.Execute(&out, &facts); err != nil {
					b.Fatal(err)
				}
				written = out.String()
			})
			own += take(func() {
				m, err := c.Render(language.French, sampleLetter())
				if err != nil {
					b.Fatal(err)
				}
				written = m.Text
			})
		}
		ratios = append(ratios, float64(own)/float64(max(base, 1)))
	}
	slices.Sort(ratios)
	b.ReportMetric(0, "ns/op") // it would be the sum of both
	b.ReportMetric(ratios[2], "x-of-template")
	if ratios[2] > mostOfTemplate && turns > 20 {
		b.Errorf("a letter takes %.1f times as long as its words by text/template, at most %d", ratios[2], mostOfTemplate)
	}
}

// A letter is made with few allocations. It is a count, not a time.
func TestLetterAllocations(t *testing.T) {
	c := catalog(t)
	render(t, c, sampleLetter()) // the sender is put in words
	n := testing.AllocsPerRun(200, func() { written = render(t, c, sampleLetter()).Text })
	if n > mostAllocs {
		t.Errorf("a letter takes %.0f allocations, at most %d", n, mostAllocs)
	}
}

// firstOf says in a child of BenchmarkFirstCatalog what to do first.
const firstOf = "QUITTANCE_INBOX_FIRST"

// TestFirstCatalogChild is the child: it prints how many microseconds of the processor the first catalog of its process takes, or the bare load.
func TestFirstCatalogChild(t *testing.T) {
	what := os.Getenv(firstOf)
	if what == "" {
		t.Skip("it is BenchmarkFirstCatalog's child")
	}
	before := processorTime(t)
	switch what {
	case "catalog":
		if _, err := NewCatalog(); err != nil {
			t.Fatal(err)
		}
	case "load":
		err := fs.WalkDir(editionFolder("courante"), ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(editionFolder("courante"), path)
			if err == nil {
				_, err = template.New(path).Funcs(textFuncs).Parse(string(text))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	os.Stdout.WriteString("\nprocessor " + strconv.FormatInt((processorTime(t)-before).Microseconds(), 10) + "\n")
}

// BenchmarkFirstCatalog reports how many times as much of the processor the first catalog of a process takes as the bare load of its
// texts, the median of five rounds, each with two processes of its own, and fails above its limit.
func BenchmarkFirstCatalog(b *testing.B) {
	spend := func(what string) float64 {
		child := exec.Command(os.Args[0], "-test.run=^TestFirstCatalogChild$", "-test.v")
		child.Env = append(os.Environ(), firstOf+"="+what)
		out, err := child.Output()
		_, after, found := strings.Cut(string(out), "\nprocessor ")
		if err != nil || !found {
			b.Fatalf("%s: %v\n%s", what, err, out)
		}
		line, _, _ := strings.Cut(after, "\n")
		us, err := strconv.ParseFloat(line, 64)
		if err != nil {
			b.Fatal(err)
		}
		return max(us, 1)
	}
	var ratios, ours []float64
	for range 5 {
		base := spend("load")
		own := spend("catalog")
		ratios, ours = append(ratios, own/base), append(ours, own)
	}
	slices.Sort(ratios)
	slices.Sort(ours)
	b.ReportMetric(0, "ns/op") // it would be that of ten processes
	b.ReportMetric(ours[2]/1000, "ms-of-processor")
	b.ReportMetric(ratios[2], "x-of-load")
	if ratios[2] > mostOfLoad {
		b.Errorf("the first catalog takes %.1f times as much as the bare load, at most %d", ratios[2], mostOfLoad)
	}
}
