// Package sips speaks Sips 2.0, the card payment platform of Worldline that banks sell as Mercanet, Sogenactif or
// Sherlock's: an [acquirer.Client] that can also cancel and refund.
//
// Sips takes no new transactions after 31 December 2025, by its maker's own word; what was made there is still asked about, cancelled and
// refunded there. Its successor is package direct, and docs/move-from-sips.md says how a fund moves.
//
// # Limits
//
// No part of this package has been run against a real platform. It was written from the published guides, from what
// public clients send and from recorded answers; seals agree with those of several independent implementations and with the
// guides' own samples. Not confirmed, in the order of what it could cost:
//
//   - Office: names and meanings of the fields in its answers (originAmount, currentAmount, remainingAmount, transactionStatus,
//     newAmount) come from implementations, not from documentation. Where a reading could be wrong, the one is taken that gives
//     no money back twice.
//   - The codes 90, 91, 97, 98 and 99 after a cancel or a refund: only 90 is taken to mean that nothing was done.
//   - The padding of base64url, the capitals of Encode: all forms are read. HMAC-SHA-512 on a given contract: ask the bank.
//   - Whether an automatic response is ever sent a second time: nothing here relies on it.
//   - Who makes the references of a shop: [Client.Doctor] cannot see it. Ask the bank that the shop chooses transactionReference.
//   - That the seal of an answer follows the sealAlgorithm of its request.
//
// To check it with a shop of your own, on SIMU or TEST, set QUITTANCE_SIPS_MERCHANT, QUITTANCE_SIPS_KEY,
// QUITTANCE_SIPS_KEY_VERSION, QUITTANCE_SIPS_PAYPAGE and, where there is one, QUITTANCE_SIPS_OFFICE (both addresses as in
// [Endpoints]); optionally QUITTANCE_SIPS_ALGORITHM. Then, in a clone, or in your module
// after go get -t github.com/quittance/quittance/...@latest, which gets what the tests import too,
//
//	go test -run TestPlatform -v github.com/quittance/quittance/acquirer/worldline/sips
//
// runs [Client.Doctor], opens one payment of one euro that nobody makes, and asks for a transaction that does not exist.
// Production hosts are refused. Without the variables the test skips.
//
// Payments are in euros; another currency is refused with ErrInvalid, and only read in notifications. The shop must let us choose
// the transactionReference, or be one that came from Sips 1.0 and counts its transactions by the day (Config.Sips10, [S10Reference]; package
// payment draws other references, so such a shop is served without it): one whose references Sips generates is not supported. Neither are
// instalments, recurring payments, wallets of the shop, deferred validation (captureMode VALIDATION) and the intermediary who
// seals for a shop. SIMU has no Office: there Status, Cancel and Refund are ErrUnsupported, and a payment whose notification is
// lost stays unknown. An operation of Office has no idempotency key: a refund whose answer was lost must be asked about, minutes
// later, before anybody repeats it.
//
// # A tour
//
// [New] takes a [Config]: the merchant, a [Keyring], the [Endpoints] of a [Brand]. [Client.Doctor] says in words whether the
// platform agrees. [Client.Begin] opens a payment and returns where to send the payer. What happened comes back as notifications,
// one from the platform's server and one through the payer's browser, which [Client.Parse] verifies and reads; [Client.Status]
// asks. [Client.Cancel] and [Client.Refund] give money back. [SealFields] and [SealData] are the seals themselves, for a test
// that plays the platform.
//
// Errors are an [*acquirer.Error]; each method lists its kinds. Read them with OutcomeUnknown and Retryable. A Client is safe for
// concurrent use. It keeps nothing but keys and connections, and writes no log but warnings about TrustUnsealedOffice.
//
// # What is sent, and why
//
// Requests use the JSON connector, with text for every value, as the guide's samples do.
//
//   - interfaceVersion IR_WS_2.20: with 2.x a notification is in the pipe format, the one that is recorded from real platforms;
//     with 3.x it is JSON, which is documented only. Both are read, whatever the version. Office: DR_WS_2.58 and CR_WS_2.58, as
//     the guide recommends.
//   - sealAlgorithm, always: without it the platform seals notifications with SHA-256, even when the request had an HMAC. The
//     algorithm belongs to the version of the key, so a notification is checked with the algorithm that was asked for, and with
//     no other.
//   - responseEncoding base64url: Data passes through the payer's browser, where accents and plus signs may change, and with them
//     the seal.
//   - orderId is Order.ID, which binds the result to one payment: a reference may repeat after a restore from a backup.
//   - orderChannel INTERNET; captureMode AUTHOR_CAPTURE and captureDay 0: the money is asked for at the end of the day, without
//     anybody's doing, and can be cancelled until then. They are sent so that the shop's own settings do not matter.
//   - customerLanguage: the language of Order.Language when the pages speak it, French when there is none.
//   - nothing about the payer: no name, address, e-mail or IP address.
//
// # What is believed
//
// A notification without a right seal is refused before anything in it is read, and so is an answer of the platform. Two codes,
// 03 and 34, cannot be sealed by a platform that knows no merchant or key of ours: where no money moves they give the error its
// kind and its words, and nothing more. A cancel or refund that is answered without a seal may have happened. For the TEST
// platform there is Config.TrustUnsealedOffice.
//
// A payment is Accepted when its responseCode is 00 and, where a transactionStatus is given, that is TO_CAPTURE or CAPTURED, or
// one of those that say that the money went back, which Returned then says too. Unknown codes are Unknown and kept in
// Result.Code; 60, 62 and 99 are Pending. [acquirer.Result.Field] has the harmless rest of a message by the names of the Sips
// data dictionary, such as guaranteeIndicator, captureDay, holderAuthentStatus, transactionStatus; a list decides what is
// harmless, so a field that is new is left out.
//
// # A change of keys
//
// Add the new version to the ring, with KeyVersion at the new one, when the bank has made it: from then on requests with the old
// one are answered 34. Keep the old one in the ring for some days: notifications of payments begun with it are still on their
// way.
package sips
