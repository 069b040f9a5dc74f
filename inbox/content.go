package inbox

import (
	"errors"
	"slices"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// Content is what is said to the payer: a sealed set of typed values, one per
// kind of message. [Catalog.Render] puts it in words.
//
// A content with From says who writes. Where From is zero, or a field of it, the edition's own words stand in its place.
type Content interface {
	contentName() string           // of its text
	setFacts(t *factBuilder) error // fills in what the text can say
}

// Letters, for the mailbox.
type (
	// Acknowledgement says that a payment was received, on which day and by which service: the « accusé de réception »
	// (S64–S75) that CRPA L112-11 asks for after every payment made. It states no amount and no reference (S75). While the
	// payment is in review it also says that the payment is being checked, and that a double one is given back.
	//
	// Render refuses a payment without PaidAt: what was not accepted is not acknowledged (S61).
	Acknowledgement struct {
		Payment payment.Payment
		From    Sender
	}

	// RefundNotice says that a payment was given back, or which part of it, « 25,00 € sur 62,00 € vous ont été rendus ».
	RefundNotice struct {
		Payment payment.Payment
		From    Sender
	}

	// [Reminder] and [AsLetter] are letters too.

	// Notification is the e-mail that says that a letter came. It has no amount, no reason and no link: all that stands in the
	// account. Send its Mail or its Text; it is the only content that is meant to leave the account.
	Notification struct{ From Sender }

	// Header is what stands above a letter in a mailbox: when it came (S66), who sent it (S67), when it will be deleted (S68),
	// each a paragraph of Text. Its Subject is the letter's. From is for editions that name the sender by its own name, as that of
	// [PublicBody] does; « courante » says « Assurance Maladie », whoever writes.
	Header struct {
		Letter Letter
		From   Sender
	}
)

// Banners, for the home page of the account (S62). [Banner] chooses among them.
type (
	// PaymentUnderWay says that the payer may be at the payment page, and until when the payer can pay there: created, redirected.
	PaymentUnderWay struct{ Payment payment.Payment }

	// PaymentAccepted thanks for a payment (S48) and says what follows: paid.
	PaymentAccepted struct{ Payment payment.Payment }

	// PaymentNotRecorded says that a payment was accepted and does not show on the account yet: paid, and 24 hours are over
	// (S77).
	PaymentNotRecorded struct{ Payment payment.Payment }

	// PaymentRecorded says that a payment was taken into account, « pris en compte »: recorded (S77). Remaining is what is still owed
	// of the debt where the notice claimed a part of it; zero: nothing, or it is not known.
	PaymentRecorded struct {
		Payment   payment.Payment
		Remaining decimal.Decimal // euros
	}

	// PaidAndDeducted says that a payment was accepted and the same sum was deducted from a reimbursement as well (CSS L160-13), and
	// that one of the two is given back. The fund's ledger knows it; no state tells.
	PaidAndDeducted struct{ Payment payment.Payment }

	// PaymentFailed says that no money moved (S58) and, by the decline's advice, what to do next: refused, failed. It never
	// says more of a card than its holder may tell a thief.
	PaymentFailed struct{ Payment payment.Payment }

	// PaymentCancelled says that the payer left the payment page: cancelled.
	PaymentCancelled struct{ Payment payment.Payment }

	// PaymentExpired says that the payment page has closed: expired. The notice is no more overdue than before.
	PaymentExpired struct{ Payment payment.Payment }

	// ResultUnknown says « nous vérifions »: unknown; also, with the zero Payment, when the result could not be learnt, because
	// the store is down or the return brought nothing. It never says that a payment failed.
	ResultUnknown struct{ Payment payment.Payment }

	// PaymentUnderReview says that somebody is checking the payment: review.
	PaymentUnderReview struct{ Payment payment.Payment }

	// PaidTwice says that the debt was paid already and that this payment is given back. A host knows it from the journal: the last entry
	// that led to review is [payment.OnAcceptedToo]; the state does not tell.
	PaidTwice struct{ Payment payment.Payment }

	// RefundUnderWay says that money is on its way back: refunding.
	RefundUnderWay struct{ Payment payment.Payment }

	// Refunded says that money went back: refunded. Its letter is [RefundNotice]. Where a person said so ([payment.OnWasReturned]) it may have
	// gone by transfer: clear the payment's MaskedPAN, and nothing is said of the card.
	Refunded struct{ Payment payment.Payment }
)

// Answers, on the way to a payment and after it.
type (
	// NotEligible says why a debt cannot be paid online (S13–S16): every reason, and one thing to do, that of the reason which comes
	// first. A reason that leaves nothing to pay stands alone, and is told as the good news it is. Whether there is a notice in hand
	// the decision knows: what the payer does next depends on it. Render refuses an eligible decision; see [Catalog.Reasons] too.
	NotEligible struct {
		Decision  creance.Decision
		From      Sender
		Requested bool // the payer had asked to pay: the message says that no money was taken
	}

	// DebtHeld says that another payment holds the debt, which one, and what it waits for. By is that of a [payment.HeldError]; [Answer]
	// knows when it can no longer be paid. Without an ID it is another person's, and is told as such.
	DebtHeld struct{ By payment.Payment }

	// PaymentNotBegun says that the payment page could not be opened, and that this request moved no money. [Answer] chooses it.
	PaymentNotBegun struct{}

	// PortalClosed says that no new payment is begun online: an Offer that is Closed, or [payment.ErrClosed], for which [Answer] chooses it.
	PortalClosed struct {
		Requested bool // the payer had asked to pay: the message says that this request takes no money
	}

	// NextSteps says what follows a payment: the acknowledgement (S64, S78) and the time until the account shows it (S77). Remaining is
	// what will still be owed afterwards, where the notice claims a part of the debt; zero: nothing is said.
	NextSteps struct{ Remaining decimal.Decimal } // euros
)

// contentKind describes one kind of content: the name of its text, the ARIA role of its HTML, and samples, with which NewCatalog renders
// every edition.
type contentKind struct {
	name, role string
	samples    func() []Content
}

// contentKinds are the contents. The names of letters are part of [Letter.Key], and frozen.
var contentKinds = append([]contentKind{
	{"acknowledgement", "", func() []Content {
		return append([]Content{Acknowledgement{samplePayment(payment.Paid), sampleCPAM}},
			samplesOf(acceptedPayments, func(p payment.Payment) Content { return Acknowledgement{p, sampleFund} })()...)
	}},
	{"refund_notice", "", samplesOf(allPayments, func(p payment.Payment) Content { return RefundNotice{p, sampleFund} })},
	{"reminder", "", sampleReminders},
	{"letter", "", sampleLetters},
	{"notification", "", func() []Content { return []Content{Notification{sampleFund}, Notification{}} }},
	{"header", "", sampleHeaders},
	{"receipt", "", sampleReceipts},
}, pageKinds...)

// pageKinds are the contents that a page shows, and that a letter can tell too.
var pageKinds = []contentKind{
	paymentKind("under_way", "status", payment.Redirected, func(p payment.Payment) Content { return PaymentUnderWay{p} }),
	paymentKind("accepted", "status", payment.Paid, func(p payment.Payment) Content { return PaymentAccepted{p} }),
	paymentKind("not_recorded", "status", payment.Paid, func(p payment.Payment) Content { return PaymentNotRecorded{p} }),
	paymentKind("recorded", "status", payment.Recorded, func(p payment.Payment) Content { return PaymentRecorded{Payment: p} }),
	{"failed", "alert", samplesOf(failedPayments, func(p payment.Payment) Content { return PaymentFailed{p} })},
	paymentKind("cancelled", "status", payment.Cancelled, func(p payment.Payment) Content { return PaymentCancelled{p} }),
	paymentKind("expired", "status", payment.Expired, func(p payment.Payment) Content { return PaymentExpired{p} }),
	paymentKind("result_unknown", "status", payment.Unknown, func(p payment.Payment) Content { return ResultUnknown{p} }),
	paymentKind("review", "status", payment.Review, func(p payment.Payment) Content { return PaymentUnderReview{p} }),
	paymentKind("paid_twice", "status", payment.Review, func(p payment.Payment) Content { return PaidTwice{p} }),
	paymentKind("refunding", "status", payment.Refunding, func(p payment.Payment) Content { return RefundUnderWay{p} }),
	paymentKind("refunded", "status", payment.Refunded, func(p payment.Payment) Content { return Refunded{p} }),
	paymentKind("paid_and_deducted", "status", payment.Recorded, func(p payment.Payment) Content { return PaidAndDeducted{p} }),
	{"not_eligible", "alert", func() []Content { return sampleDecisions(false) }},
	{"nothing_to_pay", "status", func() []Content { return sampleDecisions(true) }},
	{"held", "alert", samplesOf(heldPayments, func(p payment.Payment) Content { return DebtHeld{p} })},
	{"not_begun", "alert", func() []Content { return []Content{PaymentNotBegun{}} }},
	{"closed", "alert", func() []Content { return []Content{PortalClosed{}, PortalClosed{true}} }},
	{"next_steps", "", func() []Content { return []Content{NextSteps{}, NextSteps{euro.Of(20_30)}} }},
}

// roleByName has the role of each kind of content, by the name of the kind.
var roleByName = func() map[string]string {
	m := make(map[string]string, len(contentKinds))
	for _, k := range contentKinds {
		m[k.name] = k.role
	}
	return m
}()

func (Acknowledgement) contentName() string    { return "acknowledgement" }
func (RefundNotice) contentName() string       { return "refund_notice" }
func (Notification) contentName() string       { return "notification" }
func (Header) contentName() string             { return "header" }
func (PaymentUnderWay) contentName() string    { return "under_way" }
func (PaymentAccepted) contentName() string    { return "accepted" }
func (PaymentNotRecorded) contentName() string { return "not_recorded" }
func (PaymentRecorded) contentName() string    { return "recorded" }
func (PaymentFailed) contentName() string      { return "failed" }
func (PaymentCancelled) contentName() string   { return "cancelled" }
func (PaymentExpired) contentName() string     { return "expired" }
func (ResultUnknown) contentName() string      { return "result_unknown" }
func (PaymentUnderReview) contentName() string { return "review" }
func (PaidTwice) contentName() string          { return "paid_twice" }
func (RefundUnderWay) contentName() string     { return "refunding" }
func (Refunded) contentName() string           { return "refunded" }
func (PaidAndDeducted) contentName() string    { return "paid_and_deducted" }
func (DebtHeld) contentName() string           { return "held" }
func (PaymentNotBegun) contentName() string    { return "not_begun" }
func (PortalClosed) contentName() string       { return "closed" }
func (NextSteps) contentName() string          { return "next_steps" }

func (n NotEligible) contentName() string {
	if n.Decision.NothingToPay() {
		return "nothing_to_pay"
	}
	return "not_eligible"
}

func (n Acknowledgement) setFacts(t *factBuilder) error {
	if n.Payment.PaidAt.IsZero() {
		return errors.New("the payment has no PaidAt: what was not accepted is not acknowledged")
	}
	return errors.Join(t.setSender(n.From), t.setPayment(n.Payment))
}

func (n RefundNotice) setFacts(t *factBuilder) error {
	return errors.Join(t.setSender(n.From), t.setPayment(n.Payment))
}

func (n Notification) setFacts(t *factBuilder) error { return t.setSender(n.From) }

func (n Header) setFacts(t *factBuilder) error {
	t.Subject, t.Fund = cleanLine(n.Letter.Subject), cleanLine(n.From.Fund)
	f := t.edition.formats
	t.ReceivedAt, t.Stamp, t.DeleteOn = f.minute(n.Letter.ReceivedAt), sourceStamp(n.Letter.ReceivedAt), f.deletion(n.Letter.DeleteAt)
	return nil
}

func (n PaymentUnderWay) setFacts(t *factBuilder) error    { return t.setPayment(n.Payment) }
func (n PaymentAccepted) setFacts(t *factBuilder) error    { return t.setPayment(n.Payment) }
func (n PaymentNotRecorded) setFacts(t *factBuilder) error { return t.setPayment(n.Payment) }
func (n PaidAndDeducted) setFacts(t *factBuilder) error    { return t.setPayment(n.Payment) }
func (n PaymentFailed) setFacts(t *factBuilder) error      { return t.setPayment(n.Payment) }
func (n PaymentCancelled) setFacts(t *factBuilder) error   { return t.setPayment(n.Payment) }
func (n PaymentExpired) setFacts(t *factBuilder) error     { return t.setPayment(n.Payment) }
func (n ResultUnknown) setFacts(t *factBuilder) error      { return t.setPayment(n.Payment) }
func (n PaymentUnderReview) setFacts(t *factBuilder) error { return t.setPayment(n.Payment) }
func (n PaidTwice) setFacts(t *factBuilder) error          { return t.setPayment(n.Payment) }
func (n RefundUnderWay) setFacts(t *factBuilder) error     { return t.setPayment(n.Payment) }
func (n Refunded) setFacts(t *factBuilder) error           { return t.setPayment(n.Payment) }
func (PaymentNotBegun) setFacts(*factBuilder) error        { return nil }

func (n DebtHeld) setFacts(t *factBuilder) error {
	if n.By.ID == "" && n.By.State != "" {
		t.AnotherPersons = "yes"
	}
	return t.setPayment(n.By)
}

func (n PortalClosed) setFacts(t *factBuilder) error {
	if n.Requested {
		t.Requested = "yes"
	}
	return nil
}

func (n PaymentRecorded) setFacts(t *factBuilder) error {
	t.setRemaining(n.Remaining)
	return t.setPayment(n.Payment)
}

func (n NextSteps) setFacts(t *factBuilder) error {
	t.setRemaining(n.Remaining)
	return nil
}

func (n NotEligible) setFacts(t *factBuilder) error {
	if n.Decision.Eligible() {
		return errors.New("the decision is eligible")
	}
	if n.Requested {
		t.Requested = "yes"
	}
	errs := []error{t.setSender(n.From), t.setReasons(n.Decision)}
	if slices.ContainsFunc(reasonsToTell(n.Decision.Reasons), func(r creance.Reason) bool { return slices.Contains(limitReasons, r.Code) }) {
		var err error
		t.Counters, err = t.edition.partLines("counters", &t.Facts)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
