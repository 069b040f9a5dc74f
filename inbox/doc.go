// Package inbox is what the payer reads: the banner on the home page of the account, the letters in its mailbox, and the
// answers on the way to a payment. It decides nothing about money; package payment does.
//
// What is said is a [Content], a typed value such as [PaymentFailed] or [NotEligible]. [Catalog.Render] puts it in words, a
// [Message]: subject, text and HTML from one source. Three things choose a content:
//
//   - [Banner] looks at the payer's latest payment and the clock (S48, S58, S77);
//   - [Deliverer] looks at what happened to a payment and writes the letters it calls for into a [Mailbox] (S64);
//   - the host, for what it was told itself: [NotEligible] of a decision, [DebtHeld] of a [payment.HeldError], [ResultUnknown]
//     when the result could not be learnt.
//
// Every message says whether money moved and what to do next. None names the payer, states an amount in its subject, or has a
// link: who gets links in letters learns to trust the next one.
//
// # Wiring
//
// The mailbox is a delivery and a chore of package payment:
//
//	catalog, err := inbox.NewCatalog()
//	box := inbox.NewMemoryMailbox()
//	from := inbox.Options{Fund: "CPAM de …", PostalAddress: "…", Telephone: "…"}
//	payment.Config{
//		Deliver: inbox.Deliverer(box, catalog, from),
//		Chores:  []func(context.Context, time.Time) (int, error){box.DeleteDue},
//		…
//	}
//
// # The acknowledgement
//
// After every payment made in a teleservice the law wants an electronic acknowledgement (CRPA L112-11), with the date of
// receipt, the service, its electronic or postal address and its telephone (R112-11-1). [Options] has them, [Options.Validate]
// says what is missing. The letter follows the first verified acceptance, whatever state that leads to, once; none follows a
// failure (S61). It is deleted after six calendar months (S68).
//
// # Editions
//
// Texts are files, one per content, laid over one another by [NewCatalog]: the corrected edition, in French and in English;
// over it what the integrator gives. One file replaces one text:
//
//	fr/accepted.txt             a content
//	fr/reason/below_minimum.txt why a debt cannot be paid online; CODE.txt for an integrator's own reason
//	fr/advice/ask_bank.txt      what to do after a refusal
//	fr/telephone.txt            the telephone, where Options has none
//	fr/signature.txt            the signature, where Options has none
//
// The contents are acknowledgement, refund_notice, header, under_way, accepted, not_recorded, recorded, failed, cancelled,
// expired, result_unknown, review, paid_twice, refunding, refunded, not_eligible, held and next_steps. [Facts] are what a text
// can say, and [NewCatalog] says how it is written. A further language is a further folder, complete; amounts are then written
// as in French and dates in digits.
//
// [Verbatim] is the source's own wording, slips included (S80), as an overlay. The texts are those of the deck of October 2023
// (S2), as it is or corrected, and ours where it is silent; the telephone tariffs are of 2018 (S74, verbatim) and of July 2020
// (corrected).
//
// French typography is right to the character: U+00A0 before € and : and inside « », U+202F before ; ! ? and between thousands,
// ’, accents on capitals, 1er. [Euros], [ShortDate], [MediumDate], [LongDate] and [DateTime] do the same for the host's own
// pages. [Message.Plain] is for channels that lack these characters.
//
// # What it does not promise
//
// Wordings may change between releases; the names of texts and the keys of letters do not. A letter is written when a change is
// delivered, not in the same commit as the payment: after a crash it is written later, once. Nothing is sent by e-mail or SMS.
// The only mailbox here lives in memory; package sqlmailbox keeps one in a database.
//
// A [Catalog], a [Mailbox] and what Deliverer returns are safe for concurrent use; all else is plain data and functions.
package inbox
