package directtest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/internal/strictjson"
)

const (
	formPath      = "/hostedcheckout/Payment/Form/"
	formParameter = "form"
	// maxBody is the largest request that is read; real ones have a few kilobytes.
	maxBody = 256 << 10
)

// A call is a request that was authenticated, with its body decoded.
type call struct {
	merchant Merchant
	id       string // of the session or the payment in the address
	body     []byte // JSON, or empty
	now      time.Time
}

// calls are what the API has, below /v2/{merchant}/.
func (s *Server) calls() map[string]func(call) reply {
	return map[string]func(call) reply{
		"POST hostedcheckouts":              s.createHostedCheckout,
		"GET hostedcheckouts/{id}":          s.getHostedCheckout,
		"GET payments/{id}":                 s.getPayment,
		"GET payments/{id}/details":         s.getDetails,
		"GET payments/{id}/captures":        s.getCaptures,
		"GET payments/{id}/refunds":         s.getRefunds,
		"POST payments/{id}/capture":        s.capturePayment,
		"POST payments/{id}/cancel":         s.cancelPayment,
		"POST payments/{id}/refund":         s.refundPayment,
		"GET services/testconnection":       s.testConnection,
		"POST webhooks/validateCredentials": s.validateCredentials,
		"POST webhooks/sendtest":            s.sendTest,
	}
}

// routes are what the platform answers.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, do := range s.calls() {
		method, path, _ := strings.Cut(pattern, " ")
		mux.Handle(method+" /v2/{merchant}/"+path, s.api(pattern, do))
	}
	mux.HandleFunc("/v2/", func(w http.ResponseWriter, _ *http.Request) {
		refused(http.StatusNotFound, "20001100", "RESOURCE_NOT_FOUND", "").write(w)
	})
	mux.HandleFunc(formPath+"{form}", func(w http.ResponseWriter, r *http.Request) {
		q := r.Clone(r.Context()) // the form stands in the path; the kiosk reads a query
		q.URL.RawQuery = url.Values{formParameter: {r.PathValue("form")}}.Encode()
		s.kiosk.ServeHTTP(w, q)
	})
	if s.o.Other != nil {
		mux.Handle("/", s.o.Other)
	} else {
		mux.HandleFunc("/", s.kiosk.NotFound)
	}
	return mux
}

// api answers the requests of one call over a line that may be bad.
func (s *Server) api(pattern string, do func(call) reply) http.HandlerFunc {
	op := opOf(pattern[strings.LastIndexByte(pattern, '/')+1:])
	if strings.HasSuffix(pattern, "hostedcheckouts") {
		op = opOf("hostedcheckouts")
	}
	keeps := strings.HasPrefix(pattern, "POST payments/") // keys of idempotence
	return func(w http.ResponseWriter, r *http.Request) {
		fs := s.faults.NextCall(op)
		if slices.Contains(fs, Unreachable) {
			loopback.Cut(w)
			return
		}
		req := Request{
			At: s.now(), Method: r.Method, Target: r.RequestURI, Merchant: r.PathValue("merchant"), IdempotenceKey: r.Header.Get("X-GCS-Idempotence-Key"),
		}
		body, bad := readBody(w, r)
		req.Body = string(body[:min(len(body), 16<<10)])
		m, forged := s.authenticate(r, &req)
		done := s.note(req)
		if forged != nil {
			bad = forged // who is not known is not told what is wrong
		}
		if bad != nil {
			done(bad.status, false)
			bad.write(w)
			return
		}
		c := call{merchant: m, id: r.PathValue("id"), body: body, now: req.At}
		key := ""
		if k := req.IdempotenceKey; k != "" && (keeps || s.o.IdempotentCreate && r.Method == http.MethodPost) {
			key = m.PSPID + " " + k
		}
		a, replayed, release := s.once(key, c.now, func() reply { return s.answer(op, fs, func() reply { return do(c) }) })
		defer release()
		s.put(w, r, a, fs, func() { done(a.status, replayed) })
	}
}

// answer carries a call out, or not, as the faults and the ordered refusals say.
func (s *Server) answer(op string, fs []Fault, do func() reply) reply {
	s.mu.Lock()
	ordered, refuse := pop(s.answers, op)
	s.mu.Unlock()
	if refuse {
		return refused(ordered.status, ordered.code, "ORDERED", "")
	}
	for _, f := range fs {
		if x, ok := struck[f]; ok {
			if x.after {
				do()
			}
			return x.answer()
		}
	}
	return do()
}

// put writes an answer on a line that may be bad. answered is called once an answer is certain to be given.
func (s *Server) put(w http.ResponseWriter, r *http.Request, a reply, fs []Fault, answered func()) {
	has := func(f Fault) bool { return slices.Contains(fs, f) }
	if (has(Timeout) || has(Slow)) && !loopback.Hold(r, s.o.Delay) {
		loopback.Cut(w)
		return
	}
	switch {
	case has(Timeout):
		loopback.Cut(w)
	case has(Truncated):
		a.head(w)
		w.Write(a.body[:len(a.body)/2]) // less than was announced: net/http cuts the connection
	case has(TrickledOneByte):
		answered()
		a.head(w)
		w.Write(a.body[:len(a.body)/2])
		http.NewResponseController(w).Flush()
		if loopback.Hold(r, s.o.Delay) {
			w.Write(a.body[len(a.body)/2:])
		}
	default:
		answered()
		a.write(w)
	}
}

// readBody reads a body of JSON, compressed or not, or none. The reply, when there is one, is all there is to say.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *reply) {
	refuse := func(status int) ([]byte, *reply) {
		a := refused(status, "20001100", strings.ToUpper(strings.ReplaceAll(http.StatusText(status), " ", "_")), "")
		return nil, &a
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
		return refuse(http.StatusRequestEntityTooLarge)
	}
	if err != nil {
		return refuse(http.StatusBadRequest)
	}
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return refuse(http.StatusBadRequest)
		}
		if body, err = io.ReadAll(io.LimitReader(z, maxBody+1)); err != nil || len(body) > maxBody {
			return refuse(http.StatusBadRequest)
		}
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	if t, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(t) != "application/json" {
		return refuse(http.StatusUnsupportedMediaType)
	}
	if !utf8.Valid(body) || strictjson.Walk(string(body), nil) != nil {
		return refuse(http.StatusBadRequest)
	}
	return body, nil
}

// decode reads the body of a call. An empty one leaves v as it is.
func (c call) decode(v any) *reply {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		property := ""
		if e := (*json.UnmarshalTypeError)(nil); errors.As(err, &e) {
			property = e.Field
		}
		a := invalid(property)
		return &a
	}
	return nil
}
