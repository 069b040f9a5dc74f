// Package direct speaks Worldline Direct, the Hosted Checkout of the platform that succeeds Sips and that banks sell under
// names of their own (CAWL in France): an [acquirer.Client] that can also refund.
//
// # Limits
//
// No part of this package has been run against the real platform. It was written from the published contract and from what
// official SDKs and plugins send and read; signatures agree with those of the official SDKs in five languages
// (testdata/direct-vectors.json), and the simulator in package directtest is driven by the official SDK for Node.js.
// docs/direct.md has the facts, with their sources and with what nobody could confirm; § in this package is a section there.
// Not confirmed, in the order of what it could cost:
//
//   - that the account honours authorizationMode SALE. Where it does not, a paid payment stops at code 5 and its money is only
//     reserved: that is Pending here, with a warning in the log. Make one test payment and see that it reaches 9;
//   - how long a session can be read after its end. Status asks before the three hours that the contract promises at most;
//   - whether merchantParameters come back in every answer; result and order are bound by the session's id, too;
//   - whether a list of refunds that is empty is answered as such or as 404; both are read as none;
//   - the codes of refusals: only the listed ones have words of their own for the payer.
//
// To check it with an account of your own, in pre-production, set QUITTANCE_DIRECT_MERCHANT, QUITTANCE_DIRECT_KEY,
// QUITTANCE_DIRECT_SECRET, QUITTANCE_DIRECT_ENDPOINT and, where there is one, QUITTANCE_DIRECT_WEBHOOK_KEY and
// QUITTANCE_DIRECT_WEBHOOK_SECRET. Then, in a clone, or in your module after go get -t github.com/quittance/quittance/...@latest,
// which gets what the tests import too,
//
//	go test -run TestPlatform -v github.com/quittance/quittance/acquirer/worldline/direct
//
// runs [Client.Doctor], opens one payment of one euro that nobody makes, and asks for it. Production hosts are refused. Without
// the variables the test skips.
//
// Payments are in euros, by card, at once. Not supported: stored cards, recurring payments, partial captures, other pages than
// the hosted checkout.
//
// # What differs from Sips
//
// The platform gives the ids: a payment is found by its session's id, or by its own, and by nothing else. So
// [acquirer.Session.Handle] is kept with the payment, before the payer leaves. A reference that is used twice makes two payable
// sessions. Nothing that comes by itself proves anything: a webhook is signed but may be old, a return says only which session
// it was. Both are hints, and the truth is what [Client.Status] answers. A session is forgotten some hours after its end; then
// "not known" does not mean "not paid". A refund is a request that takes hours. docs/move-from-sips.md says how a fund moves.
//
// # A tour
//
// [New] takes a [Config]: the merchant, an [APIKey], webhook keys, the address of a [Brand]. [Client.Doctor] says in words
// whether the platform agrees. [Client.Begin] opens a session and returns where to send the payer. [Client.Parse] reads a
// webhook, whose bytes it verifies first, or a return; [Client.Status] asks. [Client.Refund] gives money back. [Sign] and
// [VerifyWebhook] are the signatures themselves, for a test that plays the platform.
//
// Errors are an [*acquirer.Error]; each method lists its kinds. Read them with OutcomeUnknown and Retryable. A Client is safe
// for concurrent use. It keeps nothing but keys and connections, and writes no log but warnings about payments that a person
// must look at.
//
// # What is sent, and why
//
//   - a sale (SALE), one webhook address, no result page: the payer comes back at once, and the portal speaks;
//   - one attempt in a session, unless Config.Attempts: then a refusal is final, and another try is another payment;
//   - merchantReference is our reference and merchantParameters the order's ID; nothing about the payer: no name, address,
//     e-mail or IP address;
//   - noTokenization: the page offers to remember no card.
//
// # A change of keys
//
// A webhook key: make room first, for the old one ends at once. Put the new one into WebhookKeys beside the old one, then make
// it live in the portal; webhooks that were refused in between come again for a day, and payments are asked about anyway. An
// API key: a new pair ends the old one within hours; change Config.APIKey in that time.
package direct
