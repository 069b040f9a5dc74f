package letters

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// childEnvironment has a child's setting, as JSON: the tests' own program is then a worker.
const childEnvironment = "QUITTANCE_LETTERS_CHILD"

type setting struct {
	Driver, DSN string
	Now         time.Time
	Seed        uint64
	Hang        float64 // how often a worker stands still between the letter and its record
}

// serve is the life of a child: it works until nothing is due, and says "idle". Of each acceptance whose letter is written it
// says so, and then it may stand still, until it is killed.
func serve() {
	err := func() error {
		var s setting
		if err := json.Unmarshal([]byte(os.Getenv(childEnvironment)), &s); err != nil {
			return err
		}
		db, err := sql.Open(s.Driver, s.DSN)
		if err != nil {
			return err
		}
		defer db.Close()
		store, box, err := place{driver: s.Driver}.on(db)
		if err != nil {
			return err
		}
		now := func() time.Time { return s.Now }
		dice := newDice(s.Seed)
		write := deliverer(box, now)
		svc, err := payment.New(payment.Config{
			Store: store, Acquirer: &mock.Acquirer{Now: now, Notify: func(acquirer.Callback) {}}, Policies: creance.Ameli(),
			ReturnURL: "https://portail.example/retour", Now: now,
			Deliver: func(ctx context.Context, c payment.Change) error {
				if err := write(ctx, c); err != nil || c.Entry.Event != payment.OnAccepted {
					return err
				}
				hang := dice.below(s.Hang)
				fmt.Fprintln(os.Stdout, map[bool]string{true: "between", false: "sent"}[hang])
				if hang {
					select {}
				}
				return nil
			},
		})
		if err != nil {
			return err
		}
		for {
			n, err := svc.WorkOnce(context.Background())
			if err != nil {
				return err
			}
			if n == 0 {
				fmt.Fprintln(os.Stdout, "idle")
				return nil
			}
		}
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

// killed runs a worker, kills it a moment after one to eight letters that are not recorded, and returns how many such letters
// there were. idle says that nothing was left to do.
func killed(t *testing.T, p place, now time.Time, dice *rand.Rand, hang float64) (between int, idle bool) {
	t.Helper()
	set, err := json.Marshal(setting{p.driver, p.dsn, now, dice.Uint64(), hang})
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program)
	c.Env = append(os.Environ(), childEnvironment+"="+string(set))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func(after time.Duration) { time.AfterFunc(after, func() { c.Process.Kill() }) }
	enough, moment := 1+dice.IntN(8), time.Duration(dice.IntN(20_000))*time.Microsecond
	lines := bufio.NewScanner(out)
	for lines.Scan() { // what is said before the end stays in the pipe
		switch lines.Text() {
		case "idle":
			idle = true
		case "between":
			if between++; between == 1 {
				kill(10 * time.Second) // there may be no more to come
			}
			if between == enough {
				kill(moment)
			}
		}
	}
	if err := c.Wait(); err != nil && between == 0 {
		t.Fatalf("the worker: %v", err)
	}
	return between, idle
}
