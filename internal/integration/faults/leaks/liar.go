package leaks

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
)

// liar stands between a client and its platform. It can answer in the platform's place, and then repeats all that it was asked.
type liar struct {
	next http.RoundTripper
	mu   sync.Mutex
	lie  lie
	more string // what it knows besides
}

// lie makes an answer out of a question and all that was said in it.
type lie func(r *http.Request, said string) (*http.Response, error)

func (l *liar) set(x lie, more string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lie, l.more = x, more
}

func (l *liar) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	lie, more := l.lie, l.more
	l.mu.Unlock()
	if lie == nil {
		return l.next.RoundTrip(r)
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body.Close()
	}
	return lie(r, fmt.Sprint(r.Method, " ", r.URL, " ", r.Header, " ", string(body), " ", more))
}

func answer(status int, kind, body string) *http.Response {
	return &http.Response{
		Status: fmt.Sprint(status, " ", http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// members are an answer whose every member repeats what was said: those that the clients read, whatever their type should be.
func members(said string) string {
	var b bytes.Buffer
	b.WriteString("{")
	for _, m := range []string{
		"errorId", "status", "hostedCheckoutId", "RETURNMAC", "redirectUrl", "id", "statusOutput", "paymentOutput", "payment", "createdPaymentOutput",
		"redirectionUrl", "redirectionData", "redirectionVersion", "redirectionStatusCode", "redirectionStatusMessage", "responseCode",
		"transactionReference", "transactionStatus", "maskedPan", "authorisationId", "acquirerResponseCode", "currencyCode", "amount", "seal",
	} {
		fmt.Fprintf(&b, "%q:%s,", m, quoted(said))
	}
	fmt.Fprintf(&b, `"errors":[{"code":%s,"id":%[1]s,"message":%[1]s,"propertyName":%[1]s,"errorCode":%[1]s,"httpStatusCode":400}]}`, quoted(said))
	return b.String()
}

// fault is a SOAP fault, of the web service's own kind or of the engine's.
func fault(said string) string {
	said = escaped(said)
	return `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault><faultcode>S:Server</faultcode><faultstring>` + said +
		`</faultstring><detail><ns1:FonctionnelleErreur xmlns:ns1="http://securite.service.tpa.cp.finances.gouv.fr/reponse"><code>` + said +
		`</code><descriptif>` + said + `</descriptif><libelle>` + said + `</libelle><severite>3</severite></ns1:FonctionnelleErreur></detail>` +
		`</S:Fault></S:Body></S:Envelope>`
}

// lies are the hostile answers. Each repeats everything that the client said, keys and seals among it, and all that is to be kept.
var lies = map[string]lie{
	"a page": func(_ *http.Request, said string) (*http.Response, error) {
		return answer(502, "text/html", "<html>"+said), nil
	},
	"members": func(_ *http.Request, said string) (*http.Response, error) {
		return answer(200, "application/json", members(said)), nil
	},
	"created": func(_ *http.Request, said string) (*http.Response, error) {
		return answer(201, "application/json", members(said)), nil
	},
	"refused": func(_ *http.Request, said string) (*http.Response, error) {
		return answer(400, "application/json", members(said)), nil
	},
	"signed": func(_ *http.Request, said string) (*http.Response, error) {
		return answer(403, "application/json", members(said)), nil
	},
	"a string": func(_ *http.Request, said string) (*http.Response, error) {
		return answer(200, "application/json", quoted(said)), nil
	},
	"a fault": func(_ *http.Request, said string) (*http.Response, error) {
		return answer(500, "text/xml; charset=utf-8", fault(said)), nil
	},
	"a type": func(_ *http.Request, said string) (*http.Response, error) { return answer(200, said, "{}"), nil },
	"a word": func(_ *http.Request, said string) (*http.Response, error) {
		return answer(200, "text/xml", "<"+said+">"), nil
	},
	"a status": func(_ *http.Request, said string) (*http.Response, error) {
		a := answer(599, "application/json", "")
		a.Status = "599 " + said
		return a, nil
	},
	"a way": func(r *http.Request, said string) (*http.Response, error) {
		a := answer(302, "text/plain", said)
		a.Header.Set("Location", "https://elsewhere.example/?"+strings.ReplaceAll(said, " ", "+"))
		a.Request = r
		return a, nil
	},
	"a first line": func(r *http.Request, said string) (*http.Response, error) {
		return received(r, oneLine(said)+"\r\n\r\n")
	},
	"a header": func(r *http.Request, said string) (*http.Response, error) {
		return received(r, "HTTP/1.1 200 OK\r\n"+oneLine(said)+"\r\n\r\n")
	},
	"an end": func(_ *http.Request, said string) (*http.Response, error) {
		a := answer(200, "application/json", "")
		a.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a":`+quoted(said)), brokenReader{said}))
		a.ContentLength = -1
		return a, nil
	},
}

// received is what net/http makes of bytes that came on a connection.
func received(r *http.Request, bytes string) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GetConn != nil && trace.GotConn != nil {
		trace.GetConn(r.URL.Host)
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return http.ReadResponse(bufio.NewReader(strings.NewReader(bytes)), r)
}

func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

// brokenReader is a connection that breaks with words.
type brokenReader struct{ said string }

func (b brokenReader) Read([]byte) (int, error) { return 0, errors.New("read: " + b.said) }
