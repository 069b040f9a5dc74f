package bank_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

func TestPost(t *testing.T) {
	type send struct {
		name   string
		faults []bank.Fault
	}
	hour := func(p *bank.Post, now *time.Time) { *now = now.Add(bank.LateBy); p.Tick() }
	release := func(p *bank.Post, _ *time.Time) { p.Release() }
	tests := []struct {
		name  string
		sends []send
		then  func(*bank.Post, *time.Time)
		want  []string
	}{
		{"in order", []send{{"a", nil}, {"b", nil}}, nil, []string{"a", "b"}},
		{"lost", []send{{"a", []bank.Fault{bank.Lost}}, {"b", nil}}, release, []string{"b"}},
		{"doubled", []send{{"a", []bank.Fault{bank.Doubled}}}, nil, []string{"a", "a"}},
		{"late, not yet", []send{{"a", []bank.Fault{bank.Late}}, {"b", nil}}, nil, []string{"b"}},
		{"late, an hour after", []send{{"a", []bank.Fault{bank.Late}}, {"b", nil}}, hour, []string{"b", "a"}},
		{"late, released", []send{{"a", []bank.Fault{bank.Late}}, {"b", nil}}, release, []string{"b", "a"}},
		{"late and doubled", []send{{"a", []bank.Fault{bank.Late, bank.Doubled}}}, hour, []string{"a", "a"}},
		{"overtaken", []send{{"a", []bank.Fault{bank.Reordered}}, {"b", nil}, {"c", nil}}, nil, []string{"b", "a", "c"}},
		{"overtaken by nobody", []send{{"a", []bank.Fault{bank.Reordered}}}, hour, nil},
		{"overtaken by nobody, released", []send{{"a", []bank.Fault{bank.Reordered}}}, release, []string{"a"}},
		{"a lost one overtakes nobody", []send{{"a", []bank.Fault{bank.Reordered}}, {"b", []bank.Fault{bank.Lost}}}, nil, nil},
		{"two overtaken", []send{{"a", []bank.Fault{bank.Reordered}}, {"b", []bank.Fault{bank.Reordered}}, {"c", nil}}, nil, []string{"c", "a", "b"}},
		{"faults of another kind", []send{{"a", []bank.Fault{bank.Timeout, bank.Tampered}}}, nil, []string{"a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := afternoon
			p := &bank.Post{Now: func() time.Time { return now }}
			var got []string
			for _, s := range tt.sends {
				p.Send(func() { got = append(got, s.name) }, s.faults...)
			}
			if tt.then != nil {
				tt.then(p, &now)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is delivered may send again: no lock is held.
func TestPostIsReentrant(t *testing.T) {
	var p bank.Post
	n := 0
	p.Send(func() { n++; p.Send(func() { n++ }, bank.Reordered); p.Release() }, bank.Late)
	if got := p.Release(); got != 1 || n != 2 {
		t.Errorf("released %d letters, %d deliveries", got, n)
	}
}
