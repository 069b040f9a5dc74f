package payfip

import "github.com/quittance/quittance/acquirer"

// Traits are what PayFiP's kind of acquirer is, for package acquirertest: asked by the session's number alone, which is also all that a
// message brings; a session that led nowhere is open until the night and then not found; no refusal has a reason.
func Traits() acquirer.Traits {
	return acquirer.Traits{
		AskedByHandle: true, ReferencesRepeat: true, HintsOnly: true, AbandonedIsOpen: true, NoDecline: true,
		Smallest: MinAmount(), Largest: MaxAmount(),
	}
}
