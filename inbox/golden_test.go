package inbox

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

var update = flag.Bool("update", false, "write the golden files and MESSAGES.md")

// The two editions, made once: nothing changes a catalog.
var (
	courante = sync.OnceValues(func() (*Catalog, error) { return NewCatalog() })
	verbatim = sync.OnceValues(func() (*Catalog, error) { return NewCatalog(Verbatim()) })
)

// bothEditions are the catalogs by name.
func bothEditions(t testing.TB) map[string]*Catalog {
	t.Helper()
	out := map[string]*Catalog{}
	for name, make := range map[string]func() (*Catalog, error){"courante": courante, "verbatim": verbatim} {
		c, err := make()
		if err != nil {
			t.Fatal(err)
		}
		out[name] = c
	}
	return out
}

// told is one message, and of what.
type told struct {
	of string
	Message
}

// tellings are the different messages of a kind in one language, each with the first sample that it is told of.
func tellings(t testing.TB, c *Catalog, tag language.Tag, k contentKind) []told {
	t.Helper()
	return tellingsOf(t, c, tag, k.name, k.samples())
}

// tellingsOf are those of some samples.
func tellingsOf(t testing.TB, c *Catalog, tag language.Tag, kind string, samples []Content) (all []told) {
	t.Helper()
	seen := map[Message]int{}
	for _, n := range samples {
		m, err := c.Render(tag, n)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		i, again := seen[m]
		if !again {
			seen[m] = len(all)
			all = append(all, told{describe(n), m})
		} else if f, ok := n.(PaymentFailed); ok && f.Payment.Decline != "" { // declines with the same advice
			all[i].of += ", " + string(f.Payment.Decline)
		}
	}
	return all
}

const fromFund = ", from a fund"

// describe names a sample.
func describe(n Content) string {
	switch n := n.(type) {
	case AsLetter:
		of := n.Content.contentName() + ", " + strings.TrimSuffix(describe(n.Content), fromFund)
		if n.From.Fund != "" {
			of += fromFund
		}
		return of
	case NotEligible:
		var codes []string
		for _, r := range n.Decision.Reasons {
			codes = append(codes, string(r.Code))
		}
		switch {
		case len(codes) == 0:
			codes = []string{"no reason"}
		case len(codes) > 2:
			codes = []string{"every reason at once"}
		}
		of := strings.Join(codes, " ")
		if n.Requested {
			of += ", when the payer asked to pay"
		}
		if n.From.Fund != "" {
			of += fromFund
		}
		return of
	case NextSteps:
		if !n.Remaining.IsZero() {
			return "a part of the debt"
		}
		return "always"
	case Reminder:
		switch {
		case !n.Online.Eligible():
			return "not online"
		case n.DueOn.Before(n.From.now()):
			return "overdue"
		case len(n.Details) > 0:
			return "a part, with beneficiaries"
		}
		return "online"
	case Header:
		return "a letter"
	case Notification:
		if n.From.Fund != "" {
			return "always" + fromFund
		}
		return "nothing known"
	case PaymentNotBegun:
		return "always"
	case PortalClosed:
		if n.Requested {
			return "when the payer asked to pay"
		}
		return "always"
	case Acknowledgement:
		if n.From.CPAM {
			return "a CPAM, with the telephone of the day"
		}
	}
	return describePayment(paymentOf(n))
}

// paymentOf is the payment that a content tells of.
func paymentOf(n Content) (p payment.Payment) {
	switch n := n.(type) {
	case Acknowledgement:
		p = n.Payment
	case Receipt:
		p = n.Payment
	case PaidAndDeducted:
		p = n.Payment
	case RefundNotice:
		p = n.Payment
	case PaymentUnderWay:
		p = n.Payment
	case PaymentAccepted:
		p = n.Payment
	case PaymentNotRecorded:
		p = n.Payment
	case PaymentRecorded:
		p = n.Payment
	case PaymentFailed:
		p = n.Payment
	case PaymentCancelled:
		p = n.Payment
	case PaymentExpired:
		p = n.Payment
	case ResultUnknown:
		p = n.Payment
	case PaymentUnderReview:
		p = n.Payment
	case PaidTwice:
		p = n.Payment
	case RefundUnderWay:
		p = n.Payment
	case Refunded:
		p = n.Payment
	case DebtHeld:
		p = n.By
	default:
		panic(fmt.Sprintf("%T tells of no payment", n))
	}
	return p
}

func describePayment(p payment.Payment) string {
	words := []string{string(p.State)}
	switch {
	case p.State == "":
		words = []string{"nothing known"}
	case p.ID == "":
		words = append(words, "another person's")
	}
	if p.Decline != "" {
		words = append(words, string(p.Decline))
	}
	if p.Means == acquirer.DirectDebit {
		words = append(words, "by direct debit")
	}
	if p.Authorisation != "" {
		words = append(words, "with an authorisation")
	}
	if p.Returned.Sign() > 0 && p.Left().Sign() > 0 {
		words = append(words, "a part given back")
	}
	if p.State == payment.Review && !p.RefundAskedAt.IsZero() {
		words = append(words, "a refund that the bank has not made")
	}
	for _, f := range []struct {
		name  string
		known bool
	}{{"on a known day", !p.PaidAt.IsZero()}, {"given back on a known day", !p.ReturnedAt.IsZero()}, {"open until", !p.Session.ExpiresAt.IsZero()}} {
		if f.known {
			words = append(words, f.name)
		}
	}
	return strings.Join(words, ", ")
}

// isSeen reports whether a payer can see a sample. A banner is seen in the states that have it, and what the host or the mailbox says in those
// that it is about.
func isSeen(n Content) bool {
	switch n.(type) {
	case PaymentUnderWay, PaymentAccepted, PaymentNotRecorded, PaymentRecorded, PaymentFailed, PaymentCancelled, PaymentExpired, ResultUnknown,
		PaymentUnderReview, RefundUnderWay, Refunded:
		p := paymentOf(n)
		if p.State == "" {
			return true // as while the store cannot be read
		}
		return slices.ContainsFunc([]int{0, 3, 25}, func(h int) bool {
			shown, ok := Banner(p, p.CreatedAt.Add(hours(h)))
			return ok && reflect.TypeOf(shown) == reflect.TypeOf(n)
		})
	case RefundNotice:
		p := paymentOf(n)
		return p.State == payment.Refunded || !p.ReturnedAt.IsZero() || p.Returned.Sign() > 0
	case PaidTwice:
		return paymentOf(n).State == payment.Review
	case PaidAndDeducted:
		return paymentOf(n).State.Money()
	case DebtHeld:
		return paymentOf(n).State.Holds()
	}
	return true
}

// visible shows the spaces that look alike: U+00A0 as ⍽, U+202F as ⎵.
var visible = strings.NewReplacer(nbsp, "⍽", narrow, "⎵")

// Every content, in both editions and every language, in every form: text, plain text, a fragment of HTML, a mail, a page to print. Of
// « verbatim » only its own language has files; in English it is « courante ».
func TestGolden(t *testing.T) {
	catalogs := bothEditions(t)
	for edition, c := range catalogs {
		for _, tag := range c.Languages() {
			for _, k := range contentKinds {
				all := tellings(t, c, tag, k)
				if edition == "verbatim" && tag != language.French {
					if diff := cmp.Diff(tellings(t, catalogs["courante"], tag, k), all, cmp.AllowUnexported(told{})); diff != "" {
						t.Errorf("%s in %v differs between the editions:\n%s", k.name, tag, diff)
					}
					continue
				}
				var b bytes.Buffer
				for _, m := range all {
					fmt.Fprintf(&b, "== %s ==\n%s\n\n%s\n\n-- plain --\n%s\n\n-- html --\n%s\n\n", m.of, m.Subject, m.Text, m.Plain(), m.HTML)
				}
				last := all[len(all)-1] // every other one is wrapped in the same way
				fmt.Fprintf(&b, "== mail: %s ==\n%s\n== page: %s ==\n%s", last.of, last.Mail(), last.of, last.Page(sampleSheet))
				compareGolden(t, filepath.Join("testdata", "golden", edition, tag.String(), k.name+".golden"), visible.Replace(b.String()))
			}
		}
	}
}

var sampleSheet = Sheet{From: sampleFund, To: FullName("Pierre", "Belage") + "\n1 place du Marché\n75001 PARIS", Date: sampleTime}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", name, diff)
	}
}

// No golden file is left over from a content that is gone.
func TestNoGoldenIsLeftOver(t *testing.T) {
	found := 0
	err := filepath.WalkDir(filepath.Join("testdata", "golden"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		found++
		if _, ok := roleByName[strings.TrimSuffix(d.Name(), ".golden")]; !ok {
			t.Errorf("%s is of no content", path)
		}
		return nil
	})
	if want := 3 * len(contentKinds); err != nil || found != want {
		t.Errorf("%d golden files, want %d; %v", found, want, err)
	}
}

// MESSAGES.md is what the payer sees, made from the catalog.
func TestMessagesPage(t *testing.T) {
	compareGolden(t, "MESSAGES.md", messagesPage(t))
}

// occasionsOf say when each message is shown.
var occasionsOf = map[string]string{
	"acknowledgement":   "Letter, after every payment that the bank accepts (S64; CRPA L112-11). Always written.",
	"refund_notice":     "Letter, when a payment was given back, or a part of it. Always written.",
	"reminder":          "Letter about a notice that is still open. The host sends it.",
	"letter":            "Letter that tells what a banner or an answer says. Written on request only: the source shows no letter after a failure (S61).",
	"notification":      "E-mail that says that a letter came, and nothing else.",
	"header":            "Above a letter in the mailbox (S66–S68).",
	"under_way":         "Banner while the payer may be at the bank's page.",
	"accepted":          "Banner once the bank has accepted (S48).",
	"not_recorded":      "Banner when 24 hours are over and the account does not show the payment (S77).",
	"recorded":          "Banner for a day after the account shows the payment (S77).",
	"failed":            "Banner after a refusal or a breakdown (S58), with advice that fits the decline.",
	"cancelled":         "Banner after the payer left the bank's page.",
	"expired":           "Banner when the time to pay is over.",
	"result_unknown":    "Banner while nobody knows; also when the store cannot be read.",
	"review":            "Banner while a person checks the payment.",
	"paid_twice":        "Banner when the debt was paid already.",
	"refunding":         "Banner while money is on its way back.",
	"refunded":          "Banner for a week after money went back.",
	"paid_and_deducted": "Banner or letter when a sum was paid and also deducted from a reimbursement. The host knows it from its ledger.",
	"not_eligible":      "Answer when a debt cannot be paid online (S13–S16): every reason, and one thing to do.",
	"nothing_to_pay":    "Answer when nothing is to be paid.",
	"receipt":           "The receipt of a payment, to print or to keep. It is no letter.",
	"held":              "Answer when another payment holds the debt.",
	"not_begun":         "Answer when the bank's page could not be opened.",
	"closed":            "Answer when no new payment is begun online.",
	"next_steps":        "What follows a payment (S64, S77, S78).",
}

func messagesPage(t *testing.T) string {
	catalogs := bothEditions(t)
	var b strings.Builder
	b.WriteString("# What the payer reads\n\nEvery message as the payer sees it, made from the catalog by `go test ./inbox -run TestMessagesPage -update` and checked by the same test.\n" +
		"« courante » is the edition by default. « verbatim » has the source's own words, slips included; what it leaves out is as in « courante ».\n" +
		"The fund, its address and the payer are examples.\n\n")
	for _, k := range contentKinds {
		fmt.Fprintf(&b, "- [%s](#%s)\n", k.name, k.name)
	}
	for _, k := range contentKinds {
		if occasionsOf[k.name] == "" {
			t.Errorf("%s has no occasion", k.name)
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", k.name, occasionsOf[k.name])
		show := func(edition string, tag language.Tag, title string) {
			seen := slices.DeleteFunc(k.samples(), func(n Content) bool { return !isSeen(n) })
			all := tellingsOf(t, catalogs[edition], tag, k.name, seen)
			if edition == "verbatim" { // its own words only
				ours := tellingsOf(t, catalogs["courante"], tag, k.name, seen)
				all = slices.DeleteFunc(all, func(m told) bool {
					return slices.ContainsFunc(ours, func(o told) bool { return o.Message == m.Message })
				})
			}
			if len(all) > 1 { // the golden files have those too
				all = slices.DeleteFunc(all, func(m told) bool {
					whole := k.name == "not_eligible" || k.name == "letter" || k.name == "notification"
					return strings.Contains(m.of, "nothing known") || whole && !strings.HasSuffix(m.of, fromFund) ||
						strings.Contains(m.of, "asked to pay") && !strings.HasPrefix(m.of, string(creance.InDispute)+",") ||
						k.name == "receipt" && !strings.Contains(m.of, "with an authorisation")
				})
			}
			if len(all) == 0 {
				if edition == "courante" {
					t.Errorf("%s is not shown in %v", k.name, tag)
				}
				return
			}
			fmt.Fprintf(&b, "\n### %s\n", title)
			for _, m := range all {
				m.of = strings.TrimSuffix(m.of, fromFund)
				if strings.HasPrefix(m.of, "nothing known") || m.of == "a letter" {
					m.of = "always"
				}
				fmt.Fprintf(&b, "\n*%s*\n\n", m.of)
				for l := range strings.SplitSeq("**"+m.Subject+"**\n\n"+m.Text, "\n") {
					b.WriteString(strings.TrimRight("> "+markdown.Replace(l), " "))
					if l != "" && !strings.HasPrefix(l, "- ") {
						b.WriteString("  ") // a line is a line
					}
					b.WriteByte('\n')
				}
			}
		}
		show("courante", language.French, "Français")
		show("verbatim", language.French, "Français, « verbatim »")
		show("courante", language.English, "English")
	}
	return b.String()
}

// markdown keeps what a text has from being read as Markdown.
var markdown = strings.NewReplacer("(*)", `(\*)`, "_", `\_`, "<", "&lt;", "`", "\\`", "#", `\#`)

// Every reason, decline, state and error has a text in every language and in every form.
func TestEverythingHasItsText(t *testing.T) {
	var contents []Content
	for code := range creance.ReasonCodes() {
		contents = append(contents, NotEligible{Decision: creance.Decision{Reasons: []creance.Reason{{Code: code}}}})
	}
	for _, p := range allPayments() { // every state, and every decline
		for _, at := range []int{1, 25, 24 * 30} {
			if n, ok := Banner(p, p.CreatedAt.Add(hours(at))); ok {
				contents = append(contents, n)
			}
		}
	}
	for _, err := range payerErrors {
		contents = append(contents, Answer(err, sampleFund))
	}
	for _, o := range letterOccasions {
		contents = append(contents, o.letter(samplePayment(payment.Paid), sampleFund))
	}
	contents = append(contents, PaidAndDeducted{samplePayment(payment.Recorded)}, PortalClosed{}, Receipt{samplePayment(payment.Paid), "Pierre BELAGE", sampleFund},
		NextSteps{euro.Of(20_30)}, PaymentRecorded{samplePayment(payment.Recorded), euro.Of(20_30)})
	for edition, c := range bothEditions(t) {
		for _, tag := range c.Languages() {
			for _, n := range contents {
				m, err := c.Render(tag, n)
				if err != nil {
					t.Errorf("%s, %v: %T: %v", edition, tag, n, err)
					continue
				}
				first, _, _ := strings.Cut(m.Text, "\n")
				for form, s := range map[string]string{
					"subject": m.Subject, "text": m.Text, "plain": m.Plain(), "html": m.HTML, "mail": m.Mail(), "page": m.Page(sampleSheet),
				} {
					if strings.TrimSpace(s) == "" || !utf8.ValidString(s) {
						t.Errorf("%s, %v: %T has no %s", edition, tag, n, form)
					}
					if form != "subject" && form != "plain" && !strings.Contains(s, strings.ReplaceAll(first, `"`, "&#34;")) && !strings.Contains(s, first) &&
						!strings.Contains(s, strings.NewReplacer("'", "&#39;", `"`, "&#34;").Replace(first)) {
						t.Errorf("%s, %v: %T as %s lacks %q", edition, tag, n, form, first)
					}
				}
			}
		}
	}
}
