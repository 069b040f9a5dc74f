//go:build !race

package bench

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/payment/sqlstore"
)

const together = 16 // payers, and letters, at once

// BenchmarkFair compares payers and letters alone with payers and letters beside one another, on one SQLite file, in one process and in two: how
// many there are of each in a second, and how long all but one in a hundred wait for their commit.
func BenchmarkFair(b *testing.B) {
	b.Run("OneProcess", func(b *testing.B) {
		n := max(b.N/rounds, together)
		f := newFair(b)
		var share, wait [2][rounds]float64 // of payers, of letters
		kinds := [2]func() error{f.pay, f.letter}
		for r := range rounds {
			for i, write := range kinds {
				n := n * [2]int{1, 4}[i] // letters are written faster: so both are measured for as many checkpoints
				rateAlone, waitAlone := measure(b, n, write, nil)
				rate, long := measure(b, n, write, kinds[1-i])
				share[i][r], wait[i][r] = rate/rateAlone, long/waitAlone
			}
		}
		for i, who := range []string{"payers", "letters"} {
			limit(b, n, median(share[i]), who+"-of-the-rate-alone", atLeast(0.4))
			limit(b, n, median(wait[i]), who+"-p99-beside/alone", atMost(3))
		}
		b.ReportMetric(0, "ns/op")
	})
	b.Run("TwoProcesses", func(b *testing.B) {
		n := max(b.N/rounds, together)
		f := newFair(b)
		var share, wait [rounds]float64
		for r := range rounds {
			rateAlone, waitAlone := measure(b, n, f.pay, nil)
			stop := writeBeside(b, f.file)
			rate, long := measure(b, n, f.pay, nil)
			stop()
			share[r], wait[r] = rate/rateAlone, long/waitAlone
		}
		b.ReportMetric(median(share), "payers-of-the-rate-alone")
		limit(b, n, median(wait), "payers-p99-beside/alone", atMost(5))
		b.ReportMetric(0, "ns/op")
	})
}

// fair has payers and letters on one SQLite file.
type fair struct {
	file   string
	serial atomic.Int64
	host   *host
}

func newFair(b *testing.B) *fair {
	f := &fair{file: filepath.Join(b.TempDir(), "payments.db")}
	f.host = newHost(b, database{name: "SQLite"}, sqlstore.DSN(f.file), together, false)
	return f
}

func (f *fair) pay() error {
	_, _, err := f.host.begin(fmt.Sprint("q", f.serial.Add(1)))
	return err
}

func (f *fair) letter() error {
	return f.host.mailbox.Deliver(f.host.b.Context(), numbered("q", f.serial.Add(1)))
}

// numbered is a letter as long as a real one.
func numbered(of string, n int64) inbox.Letter {
	return inbox.Letter{
		Key: fmt.Sprintf("%s%d/acknowledgement", of, n), Debtor: fmt.Sprint(n % 100), ReceivedAt: time.Unix(n, 0), DeleteAt: time.Unix(n+1, 0),
		Message: inbox.Message{Subject: "Accusé de réception", Text: shot, HTML: shot, Language: "fr"},
	}
}

// measure writes n times, by so many at once, while others write beside until it is done. It returns how many writes there were in a
// second, and how long all but one in a hundred took.
func measure(b *testing.B, n int, write, beside func() error) (rate, wait float64) {
	var took [together][]float64
	var writing, others sync.WaitGroup
	var done atomic.Bool
	if beside != nil {
		for range together {
			others.Go(func() {
				for !done.Load() {
					if err := beside(); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
	}
	start := time.Now()
	for w := range together {
		writing.Go(func() {
			for range n / together {
				began := time.Now()
				if err := write(); err != nil {
					b.Error(err)
					return
				}
				took[w] = append(took[w], float64(time.Since(began)))
			}
		})
	}
	writing.Wait()
	elapsed := time.Since(start)
	done.Store(true)
	others.Wait()
	all := slices.Concat(took[:]...)
	if len(all) == 0 {
		b.Fatal("nothing was written")
	}
	slices.Sort(all)
	return float64(len(all)) / elapsed.Seconds(), max(all[len(all)*99/100], 1)
}

// writeBeside has another process write letters to the file until stop is called.
func writeBeside(b *testing.B, file string) (stop func()) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), self)
	cmd.Env = append(os.Environ(), "QUITTANCE_BENCH_LETTERS="+file)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil { // it writes
		b.Fatal(err)
	}
	return func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			b.Error(err)
		}
	}
}

// lettersAlone writes letters to a file until standard input ends.
func lettersAlone(file string) error {
	db, err := sql.Open("sqlite", sqlstore.DSN(file))
	if err != nil {
		return err
	}
	defer db.Close()
	box, err := sqlmailbox.SQLite(db)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var serial atomic.Int64
	var writers sync.WaitGroup
	var said sync.Once
	errs := make([]error, together)
	of := fmt.Sprint("p", os.Getpid(), "-")
	for w := range together {
		writers.Go(func() {
			for ctx.Err() == nil && errs[w] == nil {
				if errs[w] = box.Deliver(ctx, numbered(of, serial.Add(1))); errs[w] == nil {
					said.Do(func() { fmt.Println("writing") })
				}
			}
		})
	}
	io.Copy(io.Discard, os.Stdin)
	cancel()
	writers.Wait()
	for _, err := range errs {
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}
