package payfip

import (
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
)

// Traits say of which kind the acquirer is: asked by the session's number alone, which is also all that a message brings; a session that led
// nowhere is open until the night and then not found; no refusal has a reason; amounts are from 1 € to 99 999,99 €.
func (c *Client) Traits() acquirer.Traits {
	return acquirer.Traits{
		AskedByHandle: true, ReferencesRepeat: true, HintsOnly: true, AbandonedIsOpen: true, NoDecline: true,
		Smallest: euro.Of(minCents), Largest: euro.Of(maxCents),
	}
}
