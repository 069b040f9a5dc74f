package sips

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/preflight"
)

// Doctor checks host, merchant, key version and algorithm without moving money.
//
// It sends two requests that cannot lead to a payment. The Paypage gets a paymentInit without an amount: it must be refused, and
// the seal of the refusal shows whether the platform has our key, under our version, with our algorithm. Office is asked for a
// reference that nobody has used, and must answer, sealed, that it knows none. Neither is repeated.
//
// Who makes the references of the shop cannot be seen so, unless the platform happens to complain: the report is unsure of it, and says
// what to ask the bank for. Whether the platform takes the fund's addresses is [Client.Check]'s to say.
//
// A platform that cannot be reached, or is not at work (HTTP 5xx, 429, 408, or a code that says so), is Unsure: nothing was
// proven, and nothing is wrong here.
//
// What is wrong is in the [preflight.Report], not in the error. The error is the context's when it ended before both were done.
func (c *Client) Doctor(ctx context.Context) (preflight.Report, error) {
	in := c.in
	var random [8]byte
	rand.Read(random[:])
	reference := "DOCTOR" + strings.ToUpper(hex.EncodeToString(random[:]))

	var r preflight.Report
	probe := map[string]any{
		"currencyCode": sipscode.Euro, "interfaceVersion": paymentVersion, "normalReturnUrl": "https://example.org/",
		"orderChannel": channelInternet, "transactionReference": reference,
	}
	question := map[string]any{"interfaceVersion": diagnosticVersion, "transactionReference": reference}
	if in.sips10 {
		number := strconv.Itoa(1 + int(binary.BigEndian.Uint32(random[:])%most10))
		for _, m := range []map[string]any{probe, question} {
			delete(m, "transactionReference")
		}
		probe["s10TransactionReference"] = map[string]any{"s10TransactionId": number}
		question["s10TransactionReference"] = map[string]any{"s10TransactionId": number, "s10TransactionIdDate": dayBeforeSips}
	}
	first, field := in.checkByRequest(ctx, request{preflight.Op, in.paypage, "paymentInit", reference, 1}, probe)
	r.Checks = append(r.Checks, first)
	switch {
	case ctx.Err() != nil:
	case in.office == nil:
		r.Checks = append(r.Checks, preflight.Check{Name: "office", Verdict: preflight.Unsure, Text: "there is none in Endpoints: Status, Cancel and Refund are not " +
			"supported; a payment whose notification is lost stays unknown"})
	default:
		second, _ := in.checkByRequest(ctx, request{preflight.Op, in.office, "getTransactionData", reference, 1}, question)
		r.Checks = append(r.Checks, second)
	}
	if first.Verdict == preflight.Right {
		r.Checks = append(r.Checks, in.checkReferences(field))
	}
	r.Checks = append(r.Checks, in.checkSettings()...)
	return r, ctx.Err()
}

// probes say what each check is called, and where the code stands in its answer.
var probes = map[string]struct{ name, code string }{
	"paymentInit":        {"paypage", "redirectionStatusCode"},
	"getTransactionData": {"office", "getTransDataResponseCode"},
}

// dayBeforeSips is a day on which nobody numbered a transaction.
const dayBeforeSips = "20000101"

// checkReferences says what is known of who makes the references. field is the one of which the platform complained when it was
// asked without an amount.
func (in *inner) checkReferences(field string) preflight.Check {
	if words := in.explainField("12", field); words != "" {
		return preflight.Check{Name: "references", Verdict: preflight.Wrong, Text: words}
	}
	way := "chooses its own transactionReference"
	if in.sips10 {
		way = "came from Sips 1.0 and numbers its transactions (s10TransactionReference)"
	}
	return preflight.Check{Name: "references", Verdict: preflight.Unsure, Text: fmt.Sprintf("without a payment nobody can see who makes the references: "+
		"ask the bank to confirm that merchant %s %s; otherwise payments are refused with code 12, or come back under references that are not ours",
		in.merchant, way)}
}

// checkByRequest sends one harmless request and reads what the answer proves; field is the one of which the platform complains.
func (in *inner) checkByRequest(ctx context.Context, q request, fields map[string]any) (c preflight.Check, field string) {
	probe, host := probes[q.path], q.base.Host
	say := func(v preflight.Verdict, format string, a ...any) (preflight.Check, string) {
		return preflight.Check{Name: probe.name, Verdict: v, Text: host + " " + fmt.Sprintf(format, a...)}, field
	}

	a, fault := in.sendAndVerify(ctx, q, fields)
	switch {
	case fault != nil && wire.Unreached(fault.Err):
		return say(preflight.Unsure, "cannot be reached: %v", fault.Err)
	case fault != nil && a.refused && fault.Kind != acquirer.ErrConfiguration: // a program that starts meanwhile is not configured wrong
		return say(preflight.Unsure, "is not at work now: %v", fault.Err)
	case fault != nil:
		return say(preflight.Wrong, "cannot be used: %v", fault.Err)
	}
	code := wire.Printable(a.text(probe.code))
	if code == "" {
		code = wire.Printable(a.text("responseCode"))
	}
	who := fmt.Sprintf("merchant %s, key version %d, %s", in.merchant, in.key.version, in.key.algorithm)
	words, kind := in.explain(preflight.Op, code)
	field = wire.Printable(a.text("errorFieldName"))
	about := ""
	if field != "" {
		about = ", field " + field
	}
	switch {
	case a.seal == sealRight && kind == acquirer.ErrConfiguration:
		return say(preflight.Wrong, "has our key and refuses all the same, with code %s%s: %s", code, about, words)
	case a.seal == sealRight && kind == acquirer.ErrUnavailable:
		return say(preflight.Unsure, "answered with our seal, and is not at work now (code %s): %s are right", code, who)
	case a.seal == sealRight:
		return say(preflight.Right, "answered with our seal (code %s%s): %s are right", code, about, who)
	case mayBeUnsealed[code]:
		return say(preflight.Wrong, "refused with code %s: %s", code, words)
	case a.seal == sealMissing && probe.name == "office" && in.trustUnsealed:
		return say(preflight.Unsure, "answered with code %s and does not seal its answers: they prove nothing", code)
	case a.seal == sealMissing:
		return say(preflight.Wrong, "answered with code %s and without a seal: its answers cannot be trusted", code)
	}
	return say(preflight.Wrong, "answered with code %s, under a seal that is not of %s", code, who)
}

// checkSettings returns the checks that need no platform.
func (in *inner) checkSettings() (checks []preflight.Check) {
	look := func(when bool, format string, a ...any) {
		if when {
			checks = append(checks, preflight.Check{Name: "settings", Verdict: preflight.Unsure, Text: fmt.Sprintf(format, a...)})
		}
	}
	look(publicMerchants[in.merchant], "merchant %s is a public test merchant: everybody has its key, and references collide (94)",
		in.merchant)
	look(in.trustUnsealed, "TrustUnsealedOffice is set: whoever can answer in the place of Office can say that a payment was made")
	look(in.key != in.ring[0], "requests are sealed with key version %d although version %d is there: "+
		"after a change of keys the platform answers 34 to the old one", in.key.version, in.ring[0].version)
	for _, k := range in.ring {
		look(k.algorithm == SHA256, "key version %d uses SHA-256, which the guide no longer recommends: "+
			"use HMAC-SHA-256 with the next key", k.version)
	}
	return checks
}
