package payment

import "context"

// personalEvents are the events that a clerk or the host causes: by Record, Refund, Question and Resolve.
var personalEvents = []EventKind{OnRecorded, OnRefundAsked, OnQuestioned, OnKept, OnGivingBack, OnWasReturned, OnNoMoney}

// Choices returns the acts that a clerk may do to a payment as it stands, each as its event: [OnRecorded] is [Service.Record], [OnRefundAsked]
// [Service.Refund], [OnQuestioned] [Service.Question], and [OnKept], [OnGivingBack], [OnWasReturned] and [OnNoMoney] the verdicts of
// [Service.Resolve]. Each changes the payment's state; whatever is not among them would be refused, or change nothing. A page that
// offers these and no others offers nothing that it refuses afterwards, unless something has happened in between.
//
// The payment is one that the service returned. Choices reads its journal and the other payments of its debt.
func (s *Service) Choices(ctx context.Context, p Payment) (choices []EventKind, err error) {
	for _, kind := range personalEvents {
		if _, effect := Next(p.State, kind); effect != EffectChanged {
			continue
		}
		why, err := s.whyForbidden(ctx, p, kind)
		if err == nil && why == "" && kind == OnKept {
			why, err = s.takenByAnother(ctx, p)
		}
		if err != nil {
			return nil, err
		}
		if why == "" {
			choices = append(choices, kind)
		}
	}
	return choices, nil
}

// takenByAnother says which payment keeps p from being paid: what Store.Commit answers with ErrClaimPaid. Empty if there is none.
func (s *Service) takenByAnother(ctx context.Context, p Payment) (string, error) {
	o, err := s.otherOfDebt(ctx, p, func(o Payment) bool {
		return o.State == Paid || o.State == Recorded && o.Claim == p.Claim && p.Claim != ""
	})
	if err != nil || o.ID == "" {
		return "", err
	}
	return "another payment of it is " + string(o.State) + ": " + o.Reference, nil
}
