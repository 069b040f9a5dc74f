package sqlstore

import (
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// The tables of this package, column by column. Snapshots have the names too: see snapshot.
var (
	payments = mapping[payment.Payment]{
		writtenOnce(textColumn("id", func(p *payment.Payment) *string { return (*string)(&p.ID) })),
		integerColumn("version", func(p *payment.Payment) *int { return &p.Version }),
		textColumn("state", func(p *payment.Payment) *string { return (*string)(&p.State) }),
		writtenOnce(textColumn("reference", func(p *payment.Payment) *string { return &p.Reference })),
		writtenOnce(textColumn("merchant", func(p *payment.Payment) *string { return &p.Merchant })),
		writtenOnce(textColumn("claim", func(p *payment.Payment) *string { return &p.Claim })),
		writtenOnce(textColumn("debt", func(p *payment.Payment) *string { return &p.Debt })),
		writtenOnce(textColumn("notice", func(p *payment.Payment) *string { return &p.Notice })),
		writtenOnce(textColumn("debtor", func(p *payment.Payment) *string { return &p.Debtor })),
		writtenOnce(textColumn("key", func(p *payment.Payment) *string { return &p.Key })),
		writtenOnce(textColumn("policy", func(p *payment.Payment) *string { return &p.Policy })),
		writtenOnce(textColumn("language", func(p *payment.Payment) *string { return &p.Language })),
		writtenOnce(centsColumn("cents", func(p *payment.Payment) *decimal.Decimal { return &p.Amount })),
		writtenOnce(textColumn("currency", func(p *payment.Payment) *string { return &p.Currency })),
		textColumn("session_url", func(p *payment.Payment) *string { return &p.Session.URL }),
		textColumn("session_method", func(p *payment.Payment) *string { return &p.Session.Method }),
		{
			name: "session_fields", kind: "TEXT", value: func(p *payment.Payment) any { return p.Session.Fields.Encode() },
			target: func(p *payment.Payment) any { return form{p} },
		},
		timeColumn("session_expires", func(p *payment.Payment) *time.Time { return &p.Session.ExpiresAt }),
		textColumn("handle_session", func(p *payment.Payment) *string { return &p.Handle.Session }),
		textColumn("handle_proof", func(p *payment.Payment) *string { return &p.Handle.Proof }),
		learnedText(textColumn("handle_payment", func(p *payment.Payment) *string { return &p.Handle.Payment })),
		timeColumn("handle_expires", func(p *payment.Payment) *time.Time { return &p.Handle.ExpiresAt }),
		centsColumn("returned", func(p *payment.Payment) *decimal.Decimal { return &p.Returned }),
		textColumn("authorisation", func(p *payment.Payment) *string { return &p.Authorisation }),
		textColumn("brand", func(p *payment.Payment) *string { return &p.Brand }),
		textColumn("masked_pan", func(p *payment.Payment) *string { return &p.MaskedPAN }),
		textColumn("code", func(p *payment.Payment) *string { return &p.Code }),
		textColumn("decline", func(p *payment.Payment) *string { return (*string)(&p.Decline) }),
		textColumn("means", func(p *payment.Payment) *string { return (*string)(&p.Means) }),
		writtenOnce(timeColumn("created_at", func(p *payment.Payment) *time.Time { return &p.CreatedAt })),
		timeColumn("paid_at", func(p *payment.Payment) *time.Time { return &p.PaidAt }),
		timeColumn("recorded_at", func(p *payment.Payment) *time.Time { return &p.RecordedAt }),
		timeColumn("refund_asked_at", func(p *payment.Payment) *time.Time { return &p.RefundAskedAt }),
		timeColumn("refund_called_at", func(p *payment.Payment) *time.Time { return &p.RefundCalledAt }),
		timeColumn("refund_first_called_at", func(p *payment.Payment) *time.Time { return &p.RefundFirstCalledAt }),
		timeColumn("returned_at", func(p *payment.Payment) *time.Time { return &p.ReturnedAt }),
		timeColumn("attention_at", func(p *payment.Payment) *time.Time { return &p.AttentionAt }),
		bytesColumn("head", func(p *payment.Payment) []byte { return p.Head[:] }),
	}

	entries = mapping[payment.Entry]{
		textColumn("payment", func(e *payment.Entry) *string { return (*string)(&e.Payment) }),
		integerColumn("version", func(e *payment.Entry) *int { return &e.Version }),
		textColumn("event", func(e *payment.Entry) *string { return (*string)(&e.Event) }),
		textColumn("effect", func(e *payment.Entry) *string { return (*string)(&e.Effect) }),
		textColumn("from_state", func(e *payment.Entry) *string { return (*string)(&e.From) }),
		textColumn("to_state", func(e *payment.Entry) *string { return (*string)(&e.To) }),
		timeColumn("at", func(e *payment.Entry) *time.Time { return &e.At }),
		textColumn("channel", func(e *payment.Entry) *string { return (*string)(&e.Channel) }),
		textColumn("fingerprint", func(e *payment.Entry) *string { return &e.Fingerprint }),
		textColumn("by_whom", func(e *payment.Entry) *string { return &e.By }),
		textColumn("why", func(e *payment.Entry) *string { return &e.Why }),
		bytesColumn("previous", func(e *payment.Entry) []byte { return e.Previous[:] }),
		bytesColumn("hash", func(e *payment.Entry) []byte { return e.Hash[:] }),
		bytesColumn("row_hash", func(e *payment.Entry) []byte { return e.Row[:] }),
		bytesColumn("personal", func(e *payment.Entry) []byte { return e.Personal[:] }),
		bytesColumn("salt", func(e *payment.Entry) []byte { return e.Salt[:] }),
		centsColumn("cents", func(e *payment.Entry) *decimal.Decimal { return &e.Money.Amount }),
		centsColumn("returned", func(e *payment.Entry) *decimal.Decimal { return &e.Money.Returned }),
		textColumn("currency", func(e *payment.Entry) *string { return &e.Money.Currency }),
		textColumn("merchant", func(e *payment.Entry) *string { return &e.Money.Merchant }),
		textColumn("authorisation", func(e *payment.Entry) *string { return &e.Money.Authorisation }),
	}

	heads = entries.columnsThat(func(c column[payment.Entry]) bool {
		return c.name == "payment" || c.name == "version" || c.name == "at" || c.name == "hash"
	})

	// orphans are without their fingerprint, which is made of the rest.
	orphans = mapping[payment.Orphan]{
		textColumn("reference", func(o *payment.Orphan) *string { return &o.Result.Reference }),
		textColumn("order_id", func(o *payment.Orphan) *string { return &o.Result.OrderID }),
		textColumn("merchant", func(o *payment.Orphan) *string { return &o.Result.Merchant }),
		centsColumn("cents", func(o *payment.Orphan) *decimal.Decimal { return &o.Result.Amount }),
		centsColumn("returned", func(o *payment.Orphan) *decimal.Decimal { return &o.Result.Returned }),
		textColumn("currency", func(o *payment.Orphan) *string { return &o.Result.Currency }),
		textColumn("outcome", func(o *payment.Orphan) *string { return (*string)(&o.Result.Outcome) }),
		textColumn("decline", func(o *payment.Orphan) *string { return (*string)(&o.Result.Decline) }),
		textColumn("code", func(o *payment.Orphan) *string { return &o.Result.Code }),
		textColumn("acquirer_code", func(o *payment.Orphan) *string { return &o.Result.AcquirerCode }),
		textColumn("authorisation", func(o *payment.Orphan) *string { return &o.Result.AuthorisationID }),
		textColumn("brand", func(o *payment.Orphan) *string { return &o.Result.Brand }),
		textColumn("masked_pan", func(o *payment.Orphan) *string { return &o.Result.MaskedPAN }),
		textColumn("means", func(o *payment.Orphan) *string { return (*string)(&o.Result.Means) }),
		timeColumn("accepted_at", func(o *payment.Orphan) *time.Time { return &o.Result.At }),
		timeColumn("found_at", func(o *payment.Orphan) *time.Time { return &o.At }),
	}
)
