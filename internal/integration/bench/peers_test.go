//go:build !race

package bench

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/Rhymond/go-money"
	"github.com/bojanz/currency"
	"github.com/looplab/fsm"
	"github.com/qmuntal/stateless"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	stripe "github.com/stripe/stripe-go/v82"
	"github.com/stripe/stripe-go/v82/webhook"
	"golang.org/x/text/language"
)

// versus compares ours with a peer, in rounds in which both take turns, and limits the ratio. Of each round it takes the best of many short
// turns: what else the machine does is left out.
func versus(b *testing.B, unit string, most float64, ours, peer func()) {
	n := max(b.N/rounds, 1)
	const turn = 20
	best := func(f func()) contender {
		return func(n int) time.Duration {
			best := time.Duration(1 << 62)
			for range max(n/turn, 1) {
				start := time.Now()
				for range turn {
					f()
				}
				best = min(best, time.Since(start))
			}
			return best * time.Duration(n) / turn
		}
	}
	t := times(n, best(ours), best(peer))
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(t[0]), "ns")
	b.ReportMetric(median(t[1]), "ns-peer")
	limit(b, n, ratio(func(r int) float64 { return t[0][r] / t[1][r] }), unit, atMost(most))
}

// eight is a life of eight events.
var eight = []payment.EventKind{
	payment.OnOpened, payment.OnSilent, payment.OnPending, payment.OnPending, payment.OnAccepted, payment.OnRecorded, payment.OnRefundAsked,
	payment.OnReturned,
}

// BenchmarkNext takes a payment through a life of eight events by the table, beside two libraries of state machines that are given the same
// transitions.
func BenchmarkNext(b *testing.B) {
	type step struct {
		from, to payment.State
		on       payment.EventKind
	}
	var steps []step
	state := payment.Created
	for _, on := range eight {
		to, _ := payment.Next(state, on)
		steps = append(steps, step{state, to, on})
		state = to
	}
	last := state
	ours := func() {
		s := payment.Created
		for _, on := range eight {
			s, _ = payment.Next(s, on)
		}
		if s != last {
			b.Fatal(s)
		}
	}
	b.Run("looplab", func(b *testing.B) {
		var events fsm.Events
		for _, s := range steps {
			events = append(events, fsm.EventDesc{Name: string(s.on), Src: []string{string(s.from)}, Dst: string(s.to)})
		}
		m := fsm.NewFSM(string(payment.Created), events, nil)
		versus(b, "of-looplab", 0.05, ours, func() {
			m.SetState(string(payment.Created))
			for _, on := range eight {
				if err := m.Event(context.Background(), string(on)); err != nil && !strings.Contains(err.Error(), "no transition") {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("stateless", func(b *testing.B) {
		at := stateless.State(payment.Created)
		m := stateless.NewStateMachineWithExternalStorage(func(context.Context) (stateless.State, error) { return at, nil },
			func(_ context.Context, s stateless.State) error { at = s; return nil }, stateless.FiringImmediate)
		known := map[step]bool{}
		for _, s := range steps {
			if known[s] {
				continue
			}
			known[s] = true
			if s.from == s.to {
				m.Configure(s.from).PermitReentry(s.on)
			} else {
				m.Configure(s.from).Permit(s.on, s.to)
			}
		}
		versus(b, "of-stateless", 0.05, ours, func() {
			at = payment.Created
			for _, on := range eight {
				if err := m.Fire(on); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// keptHMAC is one HMAC-SHA-256 whose key was prepared before.
func keptHMAC(key string) (sum func(data []byte)) {
	h, out := hmac.New(sha256.New, []byte(key)), make([]byte, 0, 64)
	return func(data []byte) {
		h.Reset()
		h.Write(data)
		out = hex.AppendEncode(out[:0], h.Sum(nil))
	}
}

// BenchmarkNotification reads and verifies notifications, from a Callback to a Result, beside one HMAC over the same bytes, and beside stripe-go,
// which verifies and reads an event of the same length.
func BenchmarkNotification(b *testing.B) {
	pipe, object := sipsData()
	const secret = "002001000000001_KEY1"
	client, err := sips.New(sips.Config{
		MerchantID: "002001000000001", Keys: sips.Keyring{1: {Secret: sips.NewSecret(secret)}}, Endpoints: sips.Worldline.Simulation(),
	})
	if err != nil {
		b.Fatal(err)
	}
	parse := func(data string) func() {
		seal, err := sips.SealData("", sips.NewSecret(secret), data)
		if err != nil {
			b.Fatal(err)
		}
		cb := acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{"Data": {data}, "Seal": {seal}, "InterfaceVersion": {"HP_2.0"}}}
		return func() {
			if r, err := client.Parse(cb); err != nil || r.Outcome != acquirer.Accepted {
				b.Fatal(r, err)
			}
		}
	}
	hmacOver := func(data string) func() {
		sum, text := keptHMAC(secret), []byte(data)
		return func() { sum(text) }
	}
	b.Run("SipsPipe", func(b *testing.B) { versus(b, "x-kept-hmac", 3, parse(pipe), hmacOver(pipe)) })
	b.Run("SipsJSON", func(b *testing.B) { versus(b, "x-kept-hmac", 5, parse(object), hmacOver(object)) })
	b.Run("SipsJSONBesideStripe", func(b *testing.B) { versus(b, "of-stripe", 0.25, parse(object), stripeEvent(b, len(object))) })

	body := directEvent()
	hook, err := direct.New(direct.Config{
		MerchantID: "QUITTANCE1", APIKey: direct.APIKey{ID: "0123456789ABCDEF", Secret: direct.NewSecret("0123456789abcdef0123456789abcdef")},
		WebhookKeys: map[string]direct.Secret{"hook-1": direct.NewSecret(secret)}, Endpoint: "http://127.0.0.1:1",
	})
	if err != nil {
		b.Fatal(err)
	}
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(body))
	cb := acquirer.Callback{Channel: acquirer.Notify, Body: []byte(body), Header: http.Header{
		"X-Gcs-Keyid": {"hook-1"}, "X-Gcs-Signature": {base64.StdEncoding.EncodeToString(h.Sum(nil))},
	}}
	parseDirect := func() {
		if r, err := hook.Parse(cb); err != nil || r.Reference == "" {
			b.Fatal(r, err)
		}
	}
	b.Run("DirectWebhook", func(b *testing.B) { versus(b, "x-kept-hmac", 5, parseDirect, hmacOver(body)) })
	b.Run("DirectBesideStripe", func(b *testing.B) { versus(b, "of-stripe", 0.25, parseDirect, stripeEvent(b, len(body))) })
}

// sipsData is a notification of 900 bytes in the pipe format, and the same as JSON.
func sipsData() (pipe, object string) {
	pipe = "captureDay=0|captureMode=AUTHOR_CAPTURE|currencyCode=978|merchantId=002001000000001|orderChannel=INTERNET|responseCode=00" +
		"|transactionDateTime=2026-01-31T10:11:12+01:00|transactionReference=PCLCB260310000001|keyVersion=1|acquirerResponseCode=00" +
		"|amount=5000|authorisationId=664865|guaranteeIndicator=Y|panExpiryDate=202912|paymentMeanBrand=CB|paymentMeanType=CARD" +
		"|customerIpAddress=192.0.2.10|maskedPan=4100##########00|orderId=abcdefghij234567klmnopqrst|holderAuthentRelegation=N" +
		"|holderAuthentStatus=SUCCESS|transactionOrigin=SIMS|paymentPattern=ONE_SHOT|captureLimitDate=20260131|panEntryMode=MANUAL"
	pipe += "|returnContext=" + strings.Repeat("x", 900-len(pipe)-len("|returnContext="))
	var fields []string
	for _, f := range strings.Split(pipe, "|") {
		name, value, _ := strings.Cut(f, "=")
		fields = append(fields, fmt.Sprintf("%q:%q", name, value))
	}
	return pipe, "{" + strings.Join(fields, ",") + "}"
}

// directEvent is a webhook of Direct of some 1,500 bytes.
func directEvent() string {
	event := `{"apiVersion":"v1","created":"2026-11-28T11:46:22.7945313+01:00","id":"7b6156de","merchantId":"QUITTANCE1","type":"payment.captured",` +
		`"payment":{"paymentOutput":{"amountOfMoney":{"amount":5000,"currencyCode":"EUR"},"references":{"merchantReference":"PCLCB263320000001"},` +
		`"paymentMethod":"card","cardPaymentMethodSpecificOutput":{"paymentProductId":1,"authorisationCode":"664865","card":{"cardNumber":` +
		`"************1111","expiryDate":"1229"},"fraudResults":{"fraudServiceResult":"no-advice"},"threeDSecureResults":{"eci":"5","liability":` +
		`"issuer"}}},"status":"CAPTURED","statusOutput":{"isCancellable":false,"isRefundable":true,"statusCategory":"COMPLETED","statusCode":9,` +
		`"statusCodeChangeDateTime":"20261128114622"},"hostedCheckoutSpecificOutput":{"hostedCheckoutId":"3066019730"},"id":"3066019730_0",` +
		`"notes":"NOTES"}}`
	return strings.Replace(event, "NOTES", strings.Repeat("x", 1500-len(event)+len("NOTES")), 1)
}

// stripeEvent verifies and reads an event of so many bytes with stripe-go.
func stripeEvent(b *testing.B, length int) func() {
	event := `{"id":"evt_1","object":"event","api_version":"` + stripe.APIVersion + `","created":1790000000,"livemode":false,"pending_webhooks":1,` +
		`"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent","amount":5000,"currency":"eur","status":"succeeded",` +
		`"description":"FILL"}}}`
	payload := []byte(strings.Replace(event, "FILL", strings.Repeat("x", max(length-len(event)+len("FILL"), 0)), 1))
	const secret = "whsec_test"
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: payload, Secret: secret, Timestamp: time.Now()})
	return func() {
		if _, err := webhook.ConstructEventWithTolerance(payload, signed.Header, secret, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecide decides about a debt that may be paid, beside the sum of its items and two comparisons.
func BenchmarkDecide(b *testing.B) {
	policy, err := creance.Ameli().On(noon)
	if err != nil {
		b.Fatal(err)
	}
	debt := request("decide").Debt
	least, most := decimal.New(50, 0), decimal.New(150, 0)
	versus(b, "x-sum-and-two-comparisons", 4.5, func() {
		if d := policy.Decide(debt, noon); !d.Eligible() {
			b.Fatal(d.Reasons)
		}
	}, func() {
		sum := decimal.Zero
		for _, item := range debt.Items {
			sum = sum.Add(item.Amount)
		}
		if sum.LessThan(least) || sum.GreaterThan(most) {
			b.Fatal(sum)
		}
	})
}

// BenchmarkEuros writes an amount in French, beside two libraries.
func BenchmarkEuros(b *testing.B) {
	amount := decimal.New(123_456, -2)
	ours := func() {
		if _, err := inbox.Euros(amount); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("go-money", func(b *testing.B) {
		m := money.New(123_456, money.EUR)
		versus(b, "of-go-money", 1, ours, func() { _ = m.Display() })
	})
	b.Run("bojanz", func(b *testing.B) {
		m, err := currency.NewAmount("1234.56", "EUR")
		if err != nil {
			b.Fatal(err)
		}
		f := currency.NewFormatter(currency.NewLocale("fr"))
		versus(b, "of-bojanz", 1, ours, func() { _ = f.Format(m) })
	})
}

// BenchmarkLetter renders an acknowledgement, subject, text and HTML, beside text/template with a text of the same length and ten places.
func BenchmarkLetter(b *testing.B) {
	catalog, err := inbox.NewCatalog()
	if err != nil {
		b.Fatal(err)
	}
	p, _ := fresh("letter")
	p.State, p.PaidAt = payment.Paid, noon
	letter := inbox.Acknowledgement{Payment: p, From: inbox.Sender{
		Fund: "CPAM", PostalAddress: "1 rue de l’Exemple", EmailAddress: "contact@fonds.example", CPAM: true, Now: func() time.Time { return noon },
	}}
	msg, err := catalog.Render(language.French, letter)
	if err != nil {
		b.Fatal(err)
	}
	piece := msg.Text[:len(msg.Text)/10]
	plain := template.Must(template.New("").Parse(strings.Repeat(strings.ToValidUTF8(piece, "")+"{{.Reference}}", 10)))
	versus(b, "x-text/template", 10, func() {
		if _, err := catalog.Render(language.French, letter); err != nil {
			b.Fatal(err)
		}
	}, func() {
		var out strings.Builder
		if err := plain.Execute(&out, p); err != nil {
			b.Fatal(err)
		}
	})
}
