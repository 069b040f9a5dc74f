package inbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// roles are those of kinds, by name.
var roles = func() map[string]string {
	m := make(map[string]string, len(kinds))
	for _, k := range kinds {
		m[k.name] = k.role
	}
	return m
}()

// try renders every content of an edition with samples, and returns each mistake once.
func (e *edition) try() error {
	var errs []error
	seen := map[string]bool{}
	bad := func(name, why string) {
		t := e.texts[name]
		msg := t.origin + ": " + t.tmpl.Name() + ": " + why
		if !seen[msg] {
			seen[msg] = true
			errs = append(errs, errors.New(msg))
		}
	}
	for _, k := range kinds {
		for _, n := range k.samples() {
			m, f, err := e.tell(n)
			if err != nil {
				bad(k.name, err.Error())
				continue
			}
			for _, rule := range rules {
				if why := rule(n, m, f); why != "" {
					bad(k.name, why)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.texts)) {
		if s := e.texts[name].tmpl.Root.String(); strings.Contains(s, "://") || strings.Contains(s, "www.") {
			bad(name, "it has a link; whoever reads a letter with a link learns to trust the next one")
		}
		if _, whole := roles[name]; whole {
			continue
		}
		if s, err := e.part(name, name, fullFacts); err != nil || s == "" {
			bad(name, "it says nothing")
		}
	}
	return errors.Join(errs...)
}

// rules are what every message must obey; each returns what is wrong, or nothing.
var rules = []func(Content, Message, *Facts) string{
	func(_ Content, m Message, _ *Facts) string {
		if m.Subject == "" {
			return "it has no subject: the first paragraph is the subject"
		}
		return ""
	},
	func(_ Content, m Message, _ *Facts) string {
		if m.Text == "" {
			return "it has no text after its subject"
		}
		return ""
	},
	func(_ Content, m Message, f *Facts) string {
		if strings.Contains(m.Subject, "€") || f.Amount != "" && strings.Contains(m.Subject, f.Amount) {
			return "its subject states an amount, which anybody near a screen can read"
		}
		return ""
	},
	func(n Content, m Message, f *Facts) string {
		if _, ok := n.(Acknowledgement); !ok {
			return ""
		}
		var missing []string
		for _, need := range []struct {
			what string
			any  []string
		}{
			{"the date (PaidOn or PaidOnLong)", []string{f.PaidOn, f.PaidOnLong}},
			{"the service (Fund)", []string{f.Fund}},
			{"an address (PostalAddress or EmailAddress)", append([]string{f.EmailAddress, f.PostalAddress.String()}, f.PostalAddress...)},
			{"the telephone (Telephone)", append([]string{f.Telephone.String()}, f.Telephone...)},
		} {
			found := false
			for _, v := range need.any {
				found = found || v != "" && strings.Contains(m.Text, v)
			}
			if !found {
				missing = append(missing, need.what)
			}
		}
		if missing != nil {
			return fmt.Sprintf("it does not say %s (CRPA R112-11-1)", strings.Join(missing, ", "))
		}
		return ""
	},
}
