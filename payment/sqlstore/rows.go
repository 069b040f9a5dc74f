package sqlstore

import (
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// The tables of this package, column by column. Snapshots have the names too: see snapshot.
var (
	payments = mapping[payment.Payment]{
		once(text("id", func(p *payment.Payment) *string { return (*string)(&p.ID) })),
		number("version", func(p *payment.Payment) *int { return &p.Version }),
		text("state", func(p *payment.Payment) *string { return (*string)(&p.State) }),
		once(text("reference", func(p *payment.Payment) *string { return &p.Reference })),
		once(text("merchant", func(p *payment.Payment) *string { return &p.Merchant })),
		once(text("claim", func(p *payment.Payment) *string { return &p.Claim })),
		once(text("debt", func(p *payment.Payment) *string { return &p.Debt })),
		once(text("notice", func(p *payment.Payment) *string { return &p.Notice })),
		once(text("debtor", func(p *payment.Payment) *string { return &p.Debtor })),
		once(text("key", func(p *payment.Payment) *string { return &p.Key })),
		once(text("policy", func(p *payment.Payment) *string { return &p.Policy })),
		once(text("language", func(p *payment.Payment) *string { return &p.Language })),
		once(cents("cents", func(p *payment.Payment) *decimal.Decimal { return &p.Amount })),
		once(text("currency", func(p *payment.Payment) *string { return &p.Currency })),
		text("session_url", func(p *payment.Payment) *string { return &p.Session.URL }),
		text("session_method", func(p *payment.Payment) *string { return &p.Session.Method }),
		{
			name: "session_fields", kind: "TEXT", value: func(p *payment.Payment) any { return p.Session.Fields.Encode() },
			target: func(p *payment.Payment) any { return form{p} },
		},
		at("session_expires", func(p *payment.Payment) *time.Time { return &p.Session.ExpiresAt }),
		text("handle_session", func(p *payment.Payment) *string { return &p.Handle.Session }),
		text("handle_proof", func(p *payment.Payment) *string { return &p.Handle.Proof }),
		text("handle_payment", func(p *payment.Payment) *string { return &p.Handle.Payment }),
		at("handle_expires", func(p *payment.Payment) *time.Time { return &p.Handle.ExpiresAt }),
		cents("returned", func(p *payment.Payment) *decimal.Decimal { return &p.Returned }),
		text("authorisation", func(p *payment.Payment) *string { return &p.Authorisation }),
		text("brand", func(p *payment.Payment) *string { return &p.Brand }),
		text("masked_pan", func(p *payment.Payment) *string { return &p.MaskedPAN }),
		text("code", func(p *payment.Payment) *string { return &p.Code }),
		text("decline", func(p *payment.Payment) *string { return (*string)(&p.Decline) }),
		text("means", func(p *payment.Payment) *string { return (*string)(&p.Means) }),
		once(at("created_at", func(p *payment.Payment) *time.Time { return &p.CreatedAt })),
		at("paid_at", func(p *payment.Payment) *time.Time { return &p.PaidAt }),
		at("recorded_at", func(p *payment.Payment) *time.Time { return &p.RecordedAt }),
		at("refund_asked_at", func(p *payment.Payment) *time.Time { return &p.RefundAskedAt }),
		at("refund_called_at", func(p *payment.Payment) *time.Time { return &p.RefundCalledAt }),
		at("refund_first_called_at", func(p *payment.Payment) *time.Time { return &p.RefundFirstCalledAt }),
		at("returned_at", func(p *payment.Payment) *time.Time { return &p.ReturnedAt }),
		at("attention_at", func(p *payment.Payment) *time.Time { return &p.AttentionAt }),
		bytes("head", func(p *payment.Payment) []byte { return p.Head[:] }),
	}

	entries = mapping[payment.Entry]{
		text("payment", func(e *payment.Entry) *string { return (*string)(&e.Payment) }),
		number("version", func(e *payment.Entry) *int { return &e.Version }),
		text("event", func(e *payment.Entry) *string { return (*string)(&e.Event) }),
		text("effect", func(e *payment.Entry) *string { return (*string)(&e.Effect) }),
		text("from_state", func(e *payment.Entry) *string { return (*string)(&e.From) }),
		text("to_state", func(e *payment.Entry) *string { return (*string)(&e.To) }),
		at("at", func(e *payment.Entry) *time.Time { return &e.At }),
		text("channel", func(e *payment.Entry) *string { return (*string)(&e.Channel) }),
		text("fingerprint", func(e *payment.Entry) *string { return &e.Fingerprint }),
		text("by_whom", func(e *payment.Entry) *string { return &e.By }),
		text("why", func(e *payment.Entry) *string { return &e.Why }),
		bytes("previous", func(e *payment.Entry) []byte { return e.Previous[:] }),
		bytes("hash", func(e *payment.Entry) []byte { return e.Hash[:] }),
		bytes("row_hash", func(e *payment.Entry) []byte { return e.Row[:] }),
		bytes("personal", func(e *payment.Entry) []byte { return e.Personal[:] }),
		bytes("salt", func(e *payment.Entry) []byte { return e.Salt[:] }),
		cents("cents", func(e *payment.Entry) *decimal.Decimal { return &e.Money.Amount }),
		cents("returned", func(e *payment.Entry) *decimal.Decimal { return &e.Money.Returned }),
		text("currency", func(e *payment.Entry) *string { return &e.Money.Currency }),
		text("merchant", func(e *payment.Entry) *string { return &e.Money.Merchant }),
		text("authorisation", func(e *payment.Entry) *string { return &e.Money.Authorisation }),
	}

	heads = entries.where(func(c column[payment.Entry]) bool {
		return c.name == "payment" || c.name == "version" || c.name == "at" || c.name == "hash"
	})

	// orphans are without their fingerprint, which is made of the rest.
	orphans = mapping[payment.Orphan]{
		text("reference", func(o *payment.Orphan) *string { return &o.Result.Reference }),
		text("order_id", func(o *payment.Orphan) *string { return &o.Result.OrderID }),
		text("merchant", func(o *payment.Orphan) *string { return &o.Result.Merchant }),
		cents("cents", func(o *payment.Orphan) *decimal.Decimal { return &o.Result.Amount }),
		cents("returned", func(o *payment.Orphan) *decimal.Decimal { return &o.Result.Returned }),
		text("currency", func(o *payment.Orphan) *string { return &o.Result.Currency }),
		text("outcome", func(o *payment.Orphan) *string { return (*string)(&o.Result.Outcome) }),
		text("decline", func(o *payment.Orphan) *string { return (*string)(&o.Result.Decline) }),
		text("code", func(o *payment.Orphan) *string { return &o.Result.Code }),
		text("acquirer_code", func(o *payment.Orphan) *string { return &o.Result.AcquirerCode }),
		text("authorisation", func(o *payment.Orphan) *string { return &o.Result.AuthorisationID }),
		text("brand", func(o *payment.Orphan) *string { return &o.Result.Brand }),
		text("masked_pan", func(o *payment.Orphan) *string { return &o.Result.MaskedPAN }),
		text("means", func(o *payment.Orphan) *string { return (*string)(&o.Result.Means) }),
		at("accepted_at", func(o *payment.Orphan) *time.Time { return &o.Result.At }),
		at("found_at", func(o *payment.Orphan) *time.Time { return &o.At }),
	}
)

// withoutSecrets is a payment as changes have it.
func withoutSecrets(p payment.Payment) payment.Payment {
	p.Session, p.Handle = acquirer.Session{}, acquirer.Handle{}
	return p
}
