// Package inbox is what the payer reads: the banner on the home page of the account, the letters in its mailbox, and the
// answers on the way to a payment. It decides nothing about money; package payment does.
//
// What is said is a [Content], a typed value such as [PaymentFailed] or [NotEligible]. [Catalog.Render] puts it in words, a
// [Message], in one source and several forms: subject, text and a fragment of HTML; [Message.Plain] for narrow channels,
// [Message.Mail] for a mail client, [Message.Page] for paper. Three things choose a content:
//
//   - [Banner] looks at the payer's latest payment and the clock (S48, S58, S77);
//   - [Deliverer] looks at what happened to a payment and writes the letters it calls for into a [Mailbox] (S64);
//   - the host, for what it was told itself: [Answer] to an error of Begin, [PortalClosed] when no payment is begun, [ResultUnknown] when the result could not be learnt,
//     [Reminder] of a notice that is still open, [Receipt] of a payment, [PaidAndDeducted] when its ledger says so.
//
// Every message about a payment says whether money moved and what to do next, one thing. None names the payer but a reminder and a
// receipt, states an amount in its subject, or has a link: who gets links in letters learns to trust the next one. An hour is followed by
// « heure de Paris ». MESSAGES.md beside this file shows them all.
//
// # Wiring
//
// The mailbox is a delivery and a chore of package payment:
//
//	catalog, err := inbox.NewCatalog()
//	if err != nil {
//		return payment.Config{}, err
//	}
//	box := inbox.NewMemoryMailbox()
//	from := inbox.Sender{Fund: "CPAM de l’Exemple", PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex", CPAM: true}
//	config := payment.Config{
//		Store: store, Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://fund.example/payment/return",
//		Deliver: inbox.Deliverer(box, catalog, from),
//		Chores:  []payment.Chore{box.DeleteDue, inbox.AcknowledgementAlarm(store.List, box)},
//	}
//
// # The acknowledgement
//
// After every payment made in a teleservice the law wants an electronic acknowledgement (CRPA L112-11), with the date of
// receipt, the service, its electronic or postal address and its telephone (R112-11-1). [Sender] has them, [Sender.Validate]
// says what is missing, and [CheckAcknowledgement] what a letter lacks. The letter follows the first verified acceptance,
// whatever state that leads to, once; none follows a failure (S61). It is deleted after six calendar months (S68).
// [AcknowledgementAlarm] is a chore that raises an error while an accepted payment has no acknowledgement after a day.
//
// # Letters
//
// Two letters are always written: the acknowledgement, and the notice that money went back, because money moved. All others are
// written only when [Sender].Also asks for them ([LetterKind]): what they say stands on the home page of the account, and the
// source shows no letter after a failure. [AsLetter] makes a letter of any banner or answer, for a host that sends it itself. A
// [Reminder] says everything that a debtor must be told before paying, and asks only for what may be asked for, or is not rendered.
//
// Who writes is a [Sender]. Its names and numbers are the same in every language; what it says in [Words] has a language, and its
// telephone's tariff is the edition's of the day. A letter is in one language.
//
// # Why a debt cannot be paid
//
// [NotEligible] tells every reason of a decision, and one thing to do: that of the first reason by a fixed precedence. A text reason/ has
// two paragraphs, why and what to do; NoticeInHand tells it whether the payer holds a notice. A reason that leaves nothing to pay is told
// alone, as the good news it is, by the text nothing_to_pay. [Catalog.Reasons] gives the same words alone, for a list of debts.
//
// # Editions
//
// Texts are files, one per content, laid over one another by [NewCatalog]: the corrected edition, « courante », in French and in
// English; over it what the integrator gives. One file replaces one text:
//
//	fr/accepted.txt                  a content
//	fr/reason/below_minimum.txt      why a debt cannot be paid online, and what to do; CODE.txt for an integrator's own reason
//	fr/advice/ask_bank.txt           what to do after a refusal
//	fr/telephone.txt                 the telephone of a CPAM, with its tariff and the number from abroad
//	fr/telephone@2027-01-01.txt      the same from that day on, in Paris: tariffs age
//	fr/number.txt                    the words beside a fund's own number
//	fr/remedies.txt                  who disagrees with a reminder: dated, because the law changes
//	fr/data_notice.txt               what becomes of the data, in a reminder
//	fr/counters.txt                  where the account shows what was counted, in a reminder
//	fr/returned.txt                  that a part of a payment has gone back
//	fr/signature.txt                 the signature, where Sender has none
//	fr/closing.txt                   what ends every letter: how to reach the service, and who signs
//	fr/detail.txt, fr/kind/….txt     a line of a reminder, and the words for a kind of debt
//
// The contents are acknowledgement, refund_notice, reminder, letter (what stands around another content), notification (the e-mail
// that says that a letter came), header, receipt, under_way, accepted, not_recorded, recorded, failed, cancelled, expired, result_unknown,
// review, paid_twice, refunding, refunded, paid_and_deducted, not_eligible, nothing_to_pay, held, not_begun, closed and next_steps. [Facts] are what a text can say, and
// [NewCatalog] says how it is written. A further language is a further folder, complete; amounts are then written as in French
// and dates in digits.
//
// A file may begin with a head between two lines of three hyphens; each line is a key, a colon and a value. Ours all have one:
//
//	id: telephone              the name of the text; edition, language: of which edition, in which language
//	valid-from: 2020-07-03     the first day on which these words hold
//	sources: S74, ameli.fr     where they come from
//	exempt: spaces             rules of the linter that do not hold: spaces, apostrophes, capitals, sentences
//
// [Catalog.Texts] lists the heads of all texts. A linter reads each text when it is loaded, ours and yours: spaces, apostrophes,
// quotation marks and accents on capitals by the rules of its language, at most 25 words in a sentence; no amount in a subject,
// no link, no social security number, and from these three no head can exempt. A [Mistake] has the file and the line.
//
// [Verbatim] is the source's own wording, slips included (S80), as an overlay. The texts are those of the deck of October 2023
// (S2), as it is or corrected, and ours where it is silent. Of the telephone's tariff « courante » knows that of 2018 (S74) and
// that of July 2020, « verbatim » that of 2018 alone.
//
// French typography is right to the character: U+00A0 before € and : and inside « », U+202F before ; ! ? and between thousands,
// ’, accents on capitals, 1er. [Euros], [RoundEuros], [ShortDate], [MediumDate], [LongDate], [DateTime], [ParisDateTime], [ClockTime],
// [LongTime], [LocaleOf], [Ordinal], [Plural], [FullName] and [Address] do the same for the host's own pages. [Message.Plain] is for channels that lack
// these characters, as the standard fonts of a PDF do. A file for a spreadsheet wants figures and not these texts, which it does not add up.
//
// # What it does not promise
//
// Wordings may change between releases; the names of texts and the keys of letters do not. A letter is written when a change is
// delivered, not in the same commit as the payment: after a crash it is written later, once. Nothing is sent by e-mail or SMS.
// The only mailbox here lives in memory; package sqlmailbox keeps one in a database.
//
// A [Catalog], a [Mailbox] and what Deliverer returns are safe for concurrent use; all else is plain data and functions.
package inbox
