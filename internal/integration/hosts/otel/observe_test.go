package otel

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// One payment of somebody with a name, seen by the SDK: spans and metrics have what happened, and nothing of the person.
func TestObserve(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	tracer := trace.NewTracerProvider(trace.WithSpanProcessor(spans)).Tracer("quittance")
	reader := metric.NewManualReader()
	observe, err := Observe(tracer, metric.NewMeterProvider(metric.WithReader(reader)).Meter("quittance"))
	if err != nil {
		t.Fatal(err)
	}
	w := paymenttest.New(t, paymenttest.Options{Config: func(c *payment.Config) {
		c.Observe = observe
		c.Deliver = func(context.Context, payment.Change) error { return errors.New("the mailbox of belage-pierre is full") }
	}})
	w.Bank.Notify = nil
	service, bank := w.Service, w.Bank
	debt := w.Debt("debt-of-belage")
	debt.Debtor, debt.Notice.Number = "belage-pierre", "notice-of-belage"
	ctx, whole := tracer.Start(t.Context(), "POST /payer")
	p, session, err := service.Begin(ctx, payment.BeginRequest{Key: "k", Debt: debt})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := service.Begin(ctx, payment.BeginRequest{Key: "another", Debt: debt}); !errors.Is(err, payment.ErrHeld) {
		t.Fatal(err)
	}
	callback, err := bank.Visit(session, mock.Behaviour{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := service.Receive(ctx, callback); err != nil {
		t.Fatal(err)
	}
	callback.Form.Set("Data", "tampered")
	if _, _, err := service.Receive(ctx, callback); !errors.Is(err, acquirer.ErrUnverified) {
		t.Fatal(err)
	}
	whole.End()
	if _, err := service.WorkOnce(t.Context()); err != nil {
		t.Fatal(err)
	}

	key := string(p.ID) + "/1"
	want := []string{
		"payment.begin quittance.reference=" + p.Reference + " quittance.state=redirected",
		"payment.begin error.type=held",
		"payment.receive quittance.channel=return quittance.reference=" + p.Reference + " quittance.effect=changed",
		"payment.receive quittance.channel=return error.type=unverified",
		"POST /payer",
		"payment.deliver quittance.key=" + key + " error.type=other",
	}
	var got []string
	for _, s := range spans.Ended() {
		line := s.Name()
		for _, a := range s.Attributes() {
			line += " " + string(a.Key) + "=" + a.Value.String()
		}
		got = append(got, line)
		if s.Name() != "POST /payer" && s.Name() != "payment.deliver" && s.Parent().SpanID() != whole.SpanContext().SpanID() {
			t.Errorf("%s is not within the request", s.Name())
		}
		if len(s.Events()) > 0 || strings.Contains(s.Status().Description, "belage") {
			t.Errorf("%s tells of the person: %v %v", s.Name(), s.Events(), s.Status())
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the spans (-want +got):\n%s", d)
	}
	if all := strings.Join(got, "\n"); strings.Contains(all, "belage") {
		t.Errorf("the spans tell of the person:\n%s", all)
	}

	var data metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &data); err != nil {
		t.Fatal(err)
	}
	counts := map[string]uint64{}
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != "quittance.operation.duration" || m.Unit != "s" {
				t.Errorf("there is the metric %s in %s", m.Name, m.Unit)
			}
			for _, point := range m.Data.(metricdata.Histogram[float64]).DataPoints {
				var labels []string
				for _, a := range point.Attributes.ToSlice() {
					labels = append(labels, string(a.Key)+"="+a.Value.String())
				}
				counts[strings.Join(labels, " ")] = point.Count
			}
		}
	}
	wantCounts := map[string]uint64{
		"operation=payment.begin quittance.state=redirected":                          1,
		"error.type=held operation=payment.begin":                                     1,
		"operation=payment.receive quittance.channel=return quittance.effect=changed": 1,
		"error.type=unverified operation=payment.receive quittance.channel=return":    1,
		"error.type=other operation=payment.deliver":                                  1,
	}
	if d := cmp.Diff(wantCounts, counts); d != "" {
		t.Errorf("the metric (-want +got):\n%s", d)
	}
}

// What OBSERVE.md shows is what is compiled here.
func TestDoc(t *testing.T) {
	t.Parallel()
	var compiled, shown []string
	for _, file := range []string{"observe.go", "gauges.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?ms)^// observe:begin\n\n(.*?)\n// observe:end$`).FindAllStringSubmatch(string(source), -1) {
			compiled = append(compiled, m[1])
		}
	}
	doc, err := os.ReadFile("../../../../payment/OBSERVE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(string(doc), -1) {
		shown = append(shown, m[1])
	}
	if d := cmp.Diff(compiled, shown); d != "" {
		t.Errorf("OBSERVE.md shows other code than what is compiled (-compiled +shown):\n%s", d)
	}
	// Every operation that is observed is in its table, and no other.
	for _, op := range []string{"begin", "receive", "status", "cancel", "refund", "record", "question", "resolve", "deliver"} {
		if !strings.Contains(string(doc), "| `payment."+op+"` |") {
			t.Errorf("OBSERVE.md does not name payment.%s", op)
		}
	}
}

// The log lines that OBSERVE.md explains are those that are written at the levels of warnings and errors, and no other.
func TestDocLogLines(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../../../payment/OBSERVE.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../../../payment/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`Logger\.LogAttrs\([^"]*?, (?:slog\.Level(?:Warn|Error)|level|logLevel\([^)]*\)), "([^"]*)"`).FindAllStringSubmatch(string(text), -1) {
			written[m[1]] = true
		}
	}
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]*)` \\| (?:WARN|ERROR)").FindAllStringSubmatch(string(doc), -1) {
		explained[m[1]] = true
	}
	if d := cmp.Diff(written, explained); d != "" {
		t.Errorf("(-written +explained):\n%s", d)
	}
}

// A payment that waits for its accounts, and one that waits for a clerk, are seen.
func TestGauges(t *testing.T) {
	t.Parallel()
	w := paymenttest.New(t, paymenttest.Options{})
	reader := metric.NewManualReader()
	registered, err := Gauges(metric.NewMeterProvider(metric.WithReader(reader)).Meter("quittance"), w.Service, w.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer registered.Unregister()
	w.Pay("D-1", mock.Behaviour{})
	p := w.Pay("D-2", mock.Behaviour{})
	if _, err := w.Service.Question(t.Context(), payment.Command{ID: p.ID, Version: p.Version, By: "agent-1", Why: "complaint"}); err != nil {
		t.Fatal(err)
	}
	w.Pass(25 * time.Hour)
	var data metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &data); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			got[m.Name] = m.Data.(metricdata.Gauge[int64]).DataPoints[0].Value
		}
	}
	want := map[string]int64{
		"quittance.unserved": 0, "quittance.stuck": 0, "quittance.damaged": 0, "quittance.orphans": 0, "quittance.hanging": 0,
		"quittance.unrecorded": 1, "quittance.review": 1, "quittance.oldest_review_seconds": 25 * 3600,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
