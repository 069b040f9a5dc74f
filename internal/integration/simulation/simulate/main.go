// Command simulate performs worlds of package simulation: one seed, told in words, or many.
//
//	simulate -seed 7                             one world, step by step
//	simulate -seed 7 -shrink                     and if it fails, the shortest story that does
//	simulate -seed 1 -payments 100000            worlds from that seed on, until there are so many payments
//	simulate -seed 1 -payments 1000 -store sqlite
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/quittance/quittance/internal/integration/simulation"
)

func main() {
	seed := flag.Uint64("seed", 1, "the first world")
	payments := flag.Int("payments", 0, "go on with the next seeds until there are so many payments; 0: one world, told in words")
	store := flag.String("store", "memory", "memory or sqlite")
	folder := flag.String("folder", os.TempDir(), "of SQLite's files")
	shrink := flag.Bool("shrink", false, "of a world that fails, tell the shortest story that does")
	keepGoing := flag.Bool("all", false, "do not stop at the first world that fails")
	flag.Parse()

	open := func() (simulation.Backend, error) { return simulation.Memory(), nil }
	if *store == "sqlite" {
		open = func() (simulation.Backend, error) { return simulation.SQLite(*folder) }
	}
	debug.SetGCPercent(400) // a world is small, and soon garbage
	var sum simulation.Sum
	begun := time.Now()
	failures, said := 0, 0
	for n := *seed; n == *seed || sum.Payments < *payments; n++ {
		script := simulation.Draw(n, *store == "sqlite")
		r, err := simulation.Perform(context.Background(), script, open, simulation.Options{Tell: *payments == 0})
		if err != nil {
			fmt.Fprintln(os.Stderr, "simulate:", err)
			os.Exit(2)
		}
		sum.Add(r)
		if len(r.Violations) > 0 {
			failures++
			v := r.Violations[0]
			fmt.Printf("seed %d: %s: %s\n", n, v.Rule, v.Text)
			if *shrink {
				r = simulation.Shrink(context.Background(), r, open)
			}
		}
		if *payments == 0 || *shrink && len(r.Violations) > 0 {
			fmt.Println(r.Story())
		}
		if failures > 0 && !*keepGoing {
			break
		}
		if sum.Payments/50_000 > said && sum.Payments < *payments {
			said = sum.Payments / 50_000
			fmt.Fprintf(os.Stderr, "%d payments, %d worlds failed, after %v\n", sum.Payments, failures, time.Since(begun).Round(time.Second))
		}
	}
	if *payments > 0 {
		fmt.Printf("%s\nin %v\n", sum, time.Since(begun).Round(time.Second))
	}
	if failures > 0 {
		os.Exit(1)
	}
}
