package fault_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

func TestPost(t *testing.T) {
	type send struct {
		name   string
		faults []fault.Fault
	}
	hour := func(p *fault.Post, now *time.Time) { *now = now.Add(fault.LateBy); p.Tick() }
	release := func(p *fault.Post, _ *time.Time) { p.Release() }
	tests := []struct {
		name  string
		sends []send
		then  func(*fault.Post, *time.Time)
		want  []string
	}{
		{"in order", []send{{"a", nil}, {"b", nil}}, nil, []string{"a", "b"}},
		{"lost", []send{{"a", []fault.Fault{fault.Lost}}, {"b", nil}}, release, []string{"b"}},
		{"doubled", []send{{"a", []fault.Fault{fault.Doubled}}}, nil, []string{"a", "a"}},
		{"late, not yet", []send{{"a", []fault.Fault{fault.Late}}, {"b", nil}}, nil, []string{"b"}},
		{"late, an hour after", []send{{"a", []fault.Fault{fault.Late}}, {"b", nil}}, hour, []string{"b", "a"}},
		{"late, released", []send{{"a", []fault.Fault{fault.Late}}, {"b", nil}}, release, []string{"b", "a"}},
		{"late and doubled", []send{{"a", []fault.Fault{fault.Late, fault.Doubled}}}, hour, []string{"a", "a"}},
		{"overtaken", []send{{"a", []fault.Fault{fault.Reordered}}, {"b", nil}, {"c", nil}}, nil, []string{"b", "a", "c"}},
		{"overtaken by nobody", []send{{"a", []fault.Fault{fault.Reordered}}}, hour, nil},
		{"overtaken by nobody, released", []send{{"a", []fault.Fault{fault.Reordered}}}, release, []string{"a"}},
		{"a lost one overtakes nobody", []send{{"a", []fault.Fault{fault.Reordered}}, {"b", []fault.Fault{fault.Lost}}}, nil, nil},
		{"two overtaken", []send{{"a", []fault.Fault{fault.Reordered}}, {"b", []fault.Fault{fault.Reordered}}, {"c", nil}}, nil, []string{"c", "a", "b"}},
		{"faults of another kind", []send{{"a", []fault.Fault{fault.Timeout, fault.Tampered}}}, nil, []string{"a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC)
			p := &fault.Post{Now: func() time.Time { return now }}
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
	var p fault.Post
	n := 0
	p.Send(func() { n++; p.Send(func() { n++ }, fault.Reordered); p.Release() }, fault.Late)
	if got := p.Release(); got != 1 || n != 2 {
		t.Errorf("released %d letters, %d deliveries", got, n)
	}
}
