package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/quittance/quittance/examples/teleservice/internal/bank"
)

// leastSecret is how many letters the office's secret has at least.
const leastSecret = 16

// ErrOpenDoors: the back office would stand open to everybody.
var ErrOpenDoors = errors.New("the back office would stand open to everybody")

// checkDoors refuses a configuration in which the office would stand open to others than this machine. In the demonstration nobody needs a code to sign in as an agent: that is for a simulated bank, and for
// this machine alone. Everywhere else the office needs a secret of its own.
func (c Config) checkDoors(banks ...*bank.Bank) error {
	if c.Secret != "" {
		if utf8.RuneCountInString(c.Secret) < leastSecret {
			return fmt.Errorf("app: the office's secret has less than %d letters", leastSecret)
		}
		return nil
	}
	var why []string
	if u, err := url.Parse(c.Base); err != nil || !isThisMachine(u.Hostname()) {
		why = append(why, "its address is "+c.Base)
	}
	if host, _, err := net.SplitHostPort(c.Listen); c.Listen != "" && (err != nil || !isThisMachine(host)) {
		why = append(why, "it listens on "+c.Listen)
	}
	for _, b := range banks {
		if b != nil && !b.Simulated {
			why = append(why, "the cards are taken by "+b.Name+", which is no simulation on this machine")
		}
	}
	if len(why) == 0 {
		return nil
	}
	return fmt.Errorf("app: %w: %s. Put a secret of %d letters or more into a file that only you can read, and name it: -office-secret FILE",
		ErrOpenDoors, strings.Join(why, "; "), leastSecret)
}

// isThisMachine reports whether a host can be reached from this machine alone.
func isThisMachine(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}
