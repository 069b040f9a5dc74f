package payment_test

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"
)

func TestDiagrams(t *testing.T) {
	for _, c := range []struct {
		name  string
		write func(io.Writer) error
	}{{"diagram.mmd", payment.WriteMermaid}, {"diagram.dot", payment.WriteDOT}} {
		t.Run(c.name, func(t *testing.T) {
			var first, second strings.Builder
			if err := errors.Join(c.write(&first), c.write(&second)); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(first.String(), second.String()); d != "" {
				t.Errorf("two diagrams differ:\n%s", d)
			}
			compareGolden(t, c.name, first.String())
		})
	}
}

// The diagrams have every change of the table, and nothing else.
func TestDiagramsShowEveryChange(t *testing.T) {
	want := map[string]int{}
	for tr := range payment.Transitions() {
		if tr.Effect == payment.EffectChanged {
			want[fmt.Sprint(tr.From, " ", tr.To, " ", tr.On)]++
		}
	}
	for _, c := range []struct {
		name      string
		write     func(io.Writer) error
		edge      string
		separator string
	}{
		{"Mermaid", payment.WriteMermaid, `(?m)^    (\w+) --> (\w+): (.+)$`, ", "},
		{"DOT", payment.WriteDOT, `(?m)^    (\w+) -> (\w+) \[label="(.+)"\]$`, `\n`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			if err := c.write(&b); err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, m := range regexp.MustCompile(c.edge).FindAllStringSubmatch(b.String(), -1) {
				for _, on := range strings.Split(m[3], c.separator) {
					got[m[1]+" "+m[2]+" "+on]++
				}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-table +diagram):\n%s", d)
			}
		})
	}
}

type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

func TestDiagramsReturnTheWritersError(t *testing.T) {
	disk := errors.New("no space left")
	for name, write := range map[string]func(io.Writer) error{"Mermaid": payment.WriteMermaid, "DOT": payment.WriteDOT} {
		if err := write(full{disk}); !errors.Is(err, disk) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
