package payment

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/euro"
)

// Whoever rewrites a journal can make its hashes anew. Each thing is looked at for itself all the same, so that what is left to him is a
// journal that could have been, and the seals.
func TestVerifyWhatWasHashedAnew(t *testing.T) {
	erase := func(p *Payment, all []Entry) {
		*p = p.Erased()
		for i := range all {
			all[i].Salt = [16]byte{}
		}
	}
	for name, c := range map[string]struct {
		edit func(*Payment, []Entry)
		want string
	}{
		"nothing":                    {func(*Payment, []Entry) {}, ""},
		"another entry before":       {func(_ *Payment, all []Entry) { all[1].Previous = [32]byte{1} }, "entry 2 does not follow"},
		"one before the first":       {func(_ *Payment, all []Entry) { all[0].Previous = [32]byte{1} }, "entry 1 does not follow"},
		"another payment's":          {func(_ *Payment, all []Entry) { all[1].Payment = "b" }, "entry 2 is missing"},
		"a gap":                      {func(_ *Payment, all []Entry) { all[1].Version = 3 }, "entry 2 is missing"},
		"from another state":         {func(_ *Payment, all []Entry) { all[1].From = Unknown }, "entry 2 is missing"},
		"no creation":                {func(_ *Payment, all []Entry) { all[0].Event = OnOpened }, "not its creation"},
		"created as something else":  {func(_ *Payment, all []Entry) { all[0].To = Paid; all[1].From = Paid }, "not its creation"},
		"another effect":             {func(_ *Payment, all []Entry) { all[1].Effect = EffectNoted }, "entry 2 is not in the table"},
		"to another state":           {func(p *Payment, all []Entry) { all[1].To = Paid; p.State = Paid }, "entry 2 is not in the table"},
		"a row ahead of its journal": {func(p *Payment, all []Entry) { p.Version = 3 }, "not where its journal ends"},
		"a row in another state":     {func(p *Payment, all []Entry) { p.State = Created }, "not where its journal ends"},
		"a payment's id was learned": {func(p *Payment, _ []Entry) { p.Handle.Payment = "learned" }, ""},
		"erased":                     {erase, ""},
		"erased, but for a handle": {func(p *Payment, all []Entry) {
			erase(p, all)
			p.Handle.Session = "s"
		}, "it was erased, and has a handle"},
	} {
		t.Run(name, func(t *testing.T) {
			p := Payment{ID: "a", Version: 1, State: Created, Debtor: "A", Amount: euro.Of(7500), Currency: "EUR", CreatedAt: time.Unix(1e9, 0).UTC()}
			created := Entry{Event: OnCreated, Effect: EffectChanged, To: Created, At: p.CreatedAt}.linkToChain(p, p.Head)
			p.Version, p.State = 2, Redirected
			opened := Entry{Event: OnOpened, Effect: EffectChanged, From: Created, To: Redirected, At: p.CreatedAt}.linkToChain(p, created.Hash)
			all := []Entry{created, opened}
			c.edit(&p, all)
			all[0].Hash = all[0].chainHash()
			if all[1].Previous == created.Hash {
				all[1].Previous = all[0].Hash
			}
			all[1].Row = p.rowHash()
			all[1].Hash = all[1].chainHash()
			p.Head = all[1].Hash
			err := VerifyJournal(p, all)
			if (c.want == "") != (err == nil) || c.want != "" && (!errors.Is(err, ErrAltered) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}
