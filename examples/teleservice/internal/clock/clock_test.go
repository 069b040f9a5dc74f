package clock

import (
	"context"
	"errors"
	"testing"
	"time"
)

// keeper keeps in a map, unless it is broken.
type keeper struct {
	values map[string]string
	broken error
}

func (k *keeper) Setting(_ context.Context, name string) (string, error) {
	return k.values[name], k.broken
}

func (k *keeper) SetSetting(_ context.Context, name, value string) error {
	if k.broken == nil {
		k.values[name] = value
	}
	return k.broken
}

// The clock is as far ahead after a restart as it was before, and never goes back.
func TestClock(t *testing.T) {
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	real := func() time.Time { return now }
	k := &keeper{values: map[string]string{}}
	c, err := New(t.Context(), real, k)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []time.Duration{16 * time.Minute, 24 * time.Hour} {
		if err := c.Advance(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Advance(t.Context(), -time.Hour); err == nil {
		t.Error("it goes back")
	}
	k.broken = errors.New("disk full")
	if err := c.Advance(t.Context(), time.Hour); !errors.Is(err, k.broken) {
		t.Errorf("what cannot be kept counts all the same: %v", err)
	}
	if _, err := New(t.Context(), real, k); !errors.Is(err, k.broken) {
		t.Errorf("what cannot be read: %v", err)
	}
	k.broken = nil
	again, err := New(t.Context(), real, k)
	if err != nil {
		t.Fatal(err)
	}
	want := now.Add(24*time.Hour + 16*time.Minute)
	if !c.Now().Equal(want) || !again.Now().Equal(want) || again.Ahead() != c.Ahead() {
		t.Errorf("before %s, after %s, want %s", c.Now(), again.Now(), want)
	}
	k.values[setting] = "yesterday"
	if _, err := New(t.Context(), real, k); err == nil {
		t.Error("what is no duration is taken for one")
	}
}
