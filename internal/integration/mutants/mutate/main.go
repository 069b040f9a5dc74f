// Command mutate runs the mutants of package mutants; that says how.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/quittance/quittance/internal/integration/mutants"
)

func main() {
	list := flag.Bool("list", false, "say the mutants and who kills them, and run nothing")
	find := flag.Bool("find", false, "look for who kills them, and write it into killed.md")
	again := flag.Bool("again", false, "with -find: also of those that have a killer")
	payments := flag.Int("payments", 20_000, "with -find: in how many payments a world that notices is looked for")
	from := flag.Int("from", 0, "the first, by number")
	to := flag.Int("to", 0, "the one behind the last, by number; 0: all")
	quick := flag.Bool("quick", false, "only those that can be compiled together")
	alone := flag.Bool("alone", false, "compile each by itself, and not many together")
	story := flag.Bool("story", false, "print what the killer says")
	flag.Parse()
	if err := run(*list, *find, *again, *story, *alone, *quick, *from, *to, *payments, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(list, find, again, story, alone, quick bool, from, to, payments int, words []string) error {
	root, err := mutants.Root()
	if err != nil {
		return err
	}
	killers := mutants.Killers()
	survived := 0
	many, err := mutants.NewTogether(root, mutants.All())
	if err != nil {
		return err
	}
	defer many.Close()
	if !list && !quick {
		if err := many.Build(context.Background()); err != nil {
			return err
		}
	}
	run := func(ctx context.Context, m mutants.Mutant, k mutants.Killer) (mutants.Verdict, error) {
		if many.Has(m) && !alone {
			return many.Run(ctx, m, k)
		}
		return m.Run(ctx, root, k)
	}
	for i, m := range mutants.All() {
		if i < from || to > 0 && i >= to || !hasAllWords(m.Name, words) || quick && !many.Has(m) {
			continue
		}
		switch known := killers[m.Name]; {
		case list:
			fmt.Printf("%s (together: %v): %v\n", m.Name, many.Has(m), known)
			continue
		case find && (again || len(known) == 0):
			begun := time.Now()
			v, err := m.Find(context.Background(), payments, run)
			if err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
			fmt.Printf("%s: killed %v by %v in %v\n", m.Name, v.Killed, v.By, time.Since(begun).Round(time.Second))
			if story || !v.Killed {
				fmt.Println(v.Output)
			}
			if v.Killed {
				killers[m.Name] = []mutants.Killer{v.By}
				if err := os.WriteFile(filepath.Join(root, "internal/integration/mutants/killed.md"), []byte(mutants.Table(killers)), 0o644); err != nil {
					return err
				}
			} else {
				survived++
			}
		case !find:
			for _, k := range known {
				v, err := run(context.Background(), m, k)
				if err != nil {
					return fmt.Errorf("%s: %w", m.Name, err)
				}
				fmt.Printf("%s: killed %v by %v\n", m.Name, v.Killed, k)
				if story {
					fmt.Println(v.Output)
				}
				if !v.Killed {
					survived++
				}
			}
		}
	}
	if survived > 0 {
		return fmt.Errorf("%d survived: each is a missing test", survived)
	}
	return nil
}

// hasAllWords reports whether a name has all the words.
func hasAllWords(name string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(name, w) {
			return false
		}
	}
	return true
}
