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

	"github.com/quittance/quittance/acquirer"
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

// An apiCall is one kind of call: the operation by which a fault is told to strike it, and its handler.
type apiCall struct {
	op string
	do func(call) reply
}

// apiCalls returns what the API offers, by method and path below /v2/{merchant}/.
func (s *Server) apiCalls() map[string]apiCall {
	return map[string]apiCall{
		"POST hostedcheckouts":              {acquirer.OpBegin, s.createHostedCheckout},
		"GET hostedcheckouts/{id}":          {acquirer.OpStatus, s.getHostedCheckout},
		"GET payments/{id}":                 {acquirer.OpStatus, s.getPayment},
		"GET payments/{id}/details":         {acquirer.OpStatus, s.getDetails},
		"GET payments/{id}/captures":        {acquirer.OpStatus, s.getCaptures},
		"GET payments/{id}/refunds":         {acquirer.OpStatus, s.getRefunds},
		"POST payments/{id}/capture":        {acquirer.OpStatus, s.capturePayment},
		"POST payments/{id}/cancel":         {acquirer.OpCancel, s.cancelPayment},
		"POST payments/{id}/refund":         {acquirer.OpRefund, s.refundPayment},
		"GET services/testconnection":       {acquirer.OpStatus, s.testConnection},
		"POST webhooks/validateCredentials": {acquirer.OpStatus, s.validateCredentials},
		"POST webhooks/sendtest":            {acquirer.OpStatus, s.sendTest},
	}
}

// routes returns the handler of all addresses of the simulator.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, o := range s.apiCalls() {
		method, path, _ := strings.Cut(pattern, " ")
		mux.Handle(method+" /v2/{merchant}/"+path, s.serveCall(pattern, o))
	}
	mux.HandleFunc("/v2/", func(w http.ResponseWriter, _ *http.Request) {
		errorReply(http.StatusNotFound, "20001100", "RESOURCE_NOT_FOUND", "").write(w)
	})
	mux.HandleFunc(formPath+"{form}", func(w http.ResponseWriter, r *http.Request) {
		q := r.Clone(r.Context()) // the form stands in the path; the payment page reads a query
		q.URL.RawQuery = url.Values{formParameter: {r.PathValue("form")}}.Encode()
		s.page.ServeHTTP(w, q)
	})
	if s.o.Other != nil {
		mux.Handle("/", s.o.Other)
	} else {
		mux.HandleFunc("/", s.page.NotFound)
	}
	return mux
}

// serveCall returns the handler of one kind of call: faults, authentication, journal and idempotence around it.
func (s *Server) serveCall(pattern string, o apiCall) http.HandlerFunc {
	keeps := strings.HasPrefix(pattern, "POST payments/") // idempotence keys are honoured
	return func(w http.ResponseWriter, r *http.Request) {
		fs := s.faults.NextCall(o.op)
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
		done := s.noteRequest(req)
		if bad == nil && !isIdempotenceKey(req.IdempotenceKey) {
			a := invalidReply("X-GCS-Idempotence-Key")
			bad = &a
		}
		if forged != nil {
			bad = forged // an unauthenticated caller does not learn what is wrong with the request
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
		var a reply
		replayed := false
		front, inFront := strikeInFront(fs)
		if !inFront || front.after {
			var release func()
			a, replayed, release = s.runOnce(key, c.now, func() reply { return s.answerCall(o.op, fs, func() reply { return o.do(c) }) })
			defer release()
		}
		if inFront {
			a, replayed = front.answer(), false
		}
		s.writeFaulty(w, r, a, fs, func() { done(a.status, replayed) })
	}
}

// answerCall executes a call unless a fault or an ordered refusal replaces it.
func (s *Server) answerCall(op string, fs []Fault, do func() reply) reply {
	if ordered, refuse := s.answers.Take(op); refuse {
		return errorReply(ordered.status, ordered.code, "ORDERED", "")
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

// writeFaulty writes an answer with the faults that strike the transport. It calls answered before it writes an answer that is to
// arrive whole.
func (s *Server) writeFaulty(w http.ResponseWriter, r *http.Request, a reply, fs []Fault, answered func()) {
	has := func(f Fault) bool { return slices.Contains(fs, f) }
	if (has(Timeout) || has(Slow)) && !loopback.Hold(r, s.o.Delay) {
		loopback.Cut(w)
		return
	}
	switch {
	case has(Timeout):
		loopback.Cut(w)
	case has(Truncated):
		a.writeHeader(w)
		w.Write(a.body[:len(a.body)/2]) // less than was announced: net/http cuts the connection
	case has(TrickledOneByte):
		answered()
		a.writeHeader(w)
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

// readBody reads a JSON body, compressed or not; it may be empty. The reply, when there is one, is a refusal.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *reply) {
	refuse := func(status int) ([]byte, *reply) {
		a := errorReply(status, "20001100", strings.ToUpper(strings.ReplaceAll(http.StatusText(status), " ", "_")), "")
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

// decodeBody decodes the JSON body of a call into v, or returns the refusal. An empty body leaves v unchanged.
func (c call) decodeBody(v any) *reply {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		property := ""
		if e := (*json.UnmarshalTypeError)(nil); errors.As(err, &e) {
			property = e.Field
		}
		a := invalidReply(property)
		return &a
	}
	return nil
}
