//go:build !race

package bench

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
	"time"

	"github.com/quittance/quittance/inbox"
)

// BenchmarkFirstCatalog compares what the first catalog of a process takes of the processor with reading and parsing the same files by
// text/template's own parser, each in processes of their own, for the second of a process costs less.
func BenchmarkFirstCatalog(b *testing.B) {
	if !onlyRun(b) {
		return
	}
	first := func(what string) contender {
		return func(int) time.Duration {
			self, err := os.Executable()
			if err != nil {
				b.Fatal(err)
			}
			cmd := exec.CommandContext(b.Context(), self)
			cmd.Env = append(os.Environ(), "QUITTANCE_BENCH_FIRST="+what)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				b.Fatal(err)
			}
			us, err := strconv.Atoi(strings.TrimSpace(string(out)))
			if err != nil {
				b.Fatal(err)
			}
			return time.Duration(us) * time.Microsecond
		}
	}
	t := times(1, first("catalog"), first("parse"))
	b.ReportMetric(median(t[0])/1e6, "ms")
	limit(b, enough, ratio(func(r int) float64 { return t[0][r] / t[1][r] }), "of-bare-parsing", atMost(4))
	b.ReportMetric(0, "ns/op")
}

// firstAlone makes the first catalog of this process, or parses its files, and prints how many microseconds of the processor that took.
func firstAlone(what string) error {
	begin := cpuTime()
	if err := map[string]func() error{"catalog": makeCatalog, "parse": parseEdition}[what](); err != nil {
		return err
	}
	_, err := os.Stdout.WriteString(strconv.FormatInt((cpuTime()-begin).Microseconds(), 10) + "\n")
	return err
}

func makeCatalog() error {
	_, err := inbox.NewCatalog()
	return err
}

func parseEdition() error {
	return filepath.WalkDir("../../../inbox/editions/courante", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		t := parse.New(path)
		t.Mode = parse.SkipFuncCheck
		_, err = t.Parse(string(text), "", "", map[string]*parse.Tree{})
		return err
	})
}
