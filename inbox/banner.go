package inbox

import (
	"time"

	"github.com/quittance/quittance/payment"
)

// How long a banner is shown, and from when on.
const (
	// recordWithin is the time in which the account shows the payment (S77), and for which an end is shown.
	recordWithin = 24 * time.Hour

	// attemptWithin is the longest that a payer stays at the payment page. When an attempt ended is not known, when it began is.
	attemptWithin = time.Hour

	// refundedWithin is longer, because nobody waits for money on a given day.
	refundedWithin = 7 * 24 * time.Hour
)

// banners says, for each state, what is shown and until when; a zero instant is as long as the state lasts.
var banners = map[payment.State]func(p payment.Payment, now time.Time) (Content, time.Time){
	payment.Created: func(p payment.Payment, _ time.Time) (Content, time.Time) { return PaymentUnderWay{p}, time.Time{} },
	payment.Redirected: func(p payment.Payment, now time.Time) (Content, time.Time) {
		if end := p.Session.ExpiresAt; !end.IsZero() && now.After(end) {
			return ResultUnknown{p}, time.Time{} // nobody can pay any more, and nobody knows yet whether the payer did
		}
		return PaymentUnderWay{p}, time.Time{}
	},
	payment.Unknown: func(p payment.Payment, _ time.Time) (Content, time.Time) { return ResultUnknown{p}, time.Time{} },
	payment.Paid: func(p payment.Payment, now time.Time) (Content, time.Time) {
		if !p.PaidAt.IsZero() && !now.Before(p.PaidAt.Add(recordWithin)) {
			return PaymentNotRecorded{p}, time.Time{}
		}
		return PaymentAccepted{p}, time.Time{}
	},
	payment.Recorded: func(p payment.Payment, _ time.Time) (Content, time.Time) {
		return PaymentRecorded{Payment: p}, p.RecordedAt.Add(recordWithin)
	},
	payment.Refused: func(p payment.Payment, _ time.Time) (Content, time.Time) { return PaymentFailed{p}, endShown(p) },
	payment.Failed:  func(p payment.Payment, _ time.Time) (Content, time.Time) { return PaymentFailed{p}, endShown(p) },
	payment.Cancelled: func(p payment.Payment, _ time.Time) (Content, time.Time) {
		return PaymentCancelled{p}, endShown(p)
	},
	payment.Expired:   func(p payment.Payment, _ time.Time) (Content, time.Time) { return PaymentExpired{p}, endShown(p) },
	payment.Refunding: func(p payment.Payment, _ time.Time) (Content, time.Time) { return RefundUnderWay{p}, time.Time{} },
	payment.Refunded: func(p payment.Payment, _ time.Time) (Content, time.Time) {
		return Refunded{p}, p.ReturnedAt.Add(refundedWithin)
	},
	payment.Review: func(p payment.Payment, _ time.Time) (Content, time.Time) { return PaymentUnderReview{p}, time.Time{} },
}

func endShown(p payment.Payment) time.Time { return p.CreatedAt.Add(attemptWithin + recordWithin) }

// Banner chooses what the home page of the account says about the payer's latest payment (S39, S62). It is false when there is
// nothing to say: the zero payment, a state that is not known, or an end that was shown long enough.
//
//	created, redirected             under way; redirected after the session has expired: the result is being looked for
//	unknown                         the result is being looked for
//	paid                            accepted (S48); from 24 hours after PaidAt on: accepted, not yet taken into account
//	recorded                        taken into account, for 24 hours after RecordedAt (S77)
//	refused, failed                 failed (S58), for 25 hours after CreatedAt: 24, and one for the time at the payment page
//	cancelled, expired              as long as that
//	refunding, review               as long as it lasts
//	refunded                        for 7 days after ReturnedAt
//
// A result may come days after the payer was told to wait for it: see [BannerSince]. When the payment could not be read at all, show
// [ResultUnknown] instead.
func Banner(p payment.Payment, now time.Time) (Content, bool) {
	return BannerSince(p, time.Time{}, now)
}

// BannerSince is [Banner] of a payment that is in its state since an instant, as [payment.Service.Since] says it: an end is shown for 24 hours
// from then on, and so is one that came late, after the bank did not know for days, or by a person's word.
func BannerSince(p payment.Payment, since, now time.Time) (Content, bool) {
	show, ok := banners[p.State]
	if !ok || p.ID == "" {
		return nil, false
	}
	c, until := show(p, now)
	if late := since.Add(recordWithin); !until.IsZero() && !since.IsZero() && late.After(until) {
		until = late
	}
	if !until.IsZero() && !now.Before(until) {
		return nil, false
	}
	return c, true
}
