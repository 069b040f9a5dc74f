package simulation

import (
	"context"
	"fmt"
	"strings"
)

// Perform opens a backend, runs a script on it, and closes it.
func Perform(ctx context.Context, s Script, open func() (Backend, error), o Options) (*Report, error) {
	b, err := open()
	if err != nil {
		return nil, err
	}
	r := Run(ctx, s, b, o)
	return r, b.Close()
}

// Shrink returns the report, with lines, of a script with fewer steps that breaks the same rule: no single step of it can be left out. r
// is the report of a script that breaks one.
func Shrink(ctx context.Context, r *Report, open func() (Backend, error)) *Report {
	if len(r.Violations) == 0 {
		return r
	}
	rule := r.Violations[0].Rule
	breaks := func(s Script) bool {
		r, err := Perform(ctx, s, open, Options{})
		return err == nil && len(r.Violations) > 0 && r.Violations[0].Rule == rule
	}
	s := r.Script
	for size := len(s.Steps) / 2; size > 0; {
		left := len(s.Steps)
		for i := 0; i < len(s.Steps); {
			if shorter := s.withoutSteps(i, min(i+size, len(s.Steps))); breaks(shorter) {
				s = shorter
			} else {
				i += size
			}
		}
		if size > 1 || len(s.Steps) == left {
			size /= 2
		}
	}
	told, err := Perform(ctx, s, open, Options{Tell: true})
	if err != nil || len(told.Violations) == 0 {
		return r
	}
	return told
}

// Story tells what happened, and what was violated, in words. The report must have lines.
func (r *Report) Story() string {
	out := fmt.Sprintf("Seed %d, %d steps.\n", r.Script.Seed, len(r.Script.Steps)) + strings.Join(r.Lines, "\n")
	if len(r.Violations) == 0 {
		out += "\nEverything is as it must be."
	}
	return out
}
