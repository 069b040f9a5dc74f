package directtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer"
)

// A reply is an answer before it is on the wire.
type reply struct {
	status      int
	contentType string
	header      map[string]string
	body        []byte
}

const utf8JSON = "application/json; charset=utf-8"

// jsonReply returns an answer of the application: compact JSON.
func jsonReply(status int, v any) reply {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // strings and numbers: it cannot
		return reply{status: http.StatusInternalServerError}
	}
	return reply{status, utf8JSON, map[string]string{"correlation-id": newUUID(), "api_auth": "true"}, bytes.TrimSuffix(b.Bytes(), []byte("\n"))}
}

// An apiError is one error of the API (docs/direct.md §10).
type apiError struct {
	ErrorCode      string `json:"errorCode,omitempty"` // absent in the gateway's errors
	Category       string `json:"category"`
	Code           string `json:"code"`
	HTTPStatusCode int    `json:"httpStatusCode"`
	ID             string `json:"id"`
	Message        string `json:"message"`
	PropertyName   string `json:"propertyName,omitempty"`
	Retriable      bool   `json:"retriable"`
}

type errorBody struct {
	ErrorID string     `json:"errorId"`
	Errors  []apiError `json:"errors"`
	Status  int        `json:"status"`
}

// errorReply returns an error of the application.
func errorReply(status int, code, id, property string) reply {
	category := "PAYMENT_PLATFORM_ERROR"
	if status == http.StatusBadRequest && property != "" && !strings.HasPrefix(code, "5000112") {
		category = "DIRECT_PLATFORM_ERROR"
	}
	body := errorBody{newUUID(), []apiError{{code, category, code, status, id, id, property, status >= 500}}, status}
	r := jsonReply(status, body)
	r.header["correlation-id"] = body.ErrorID
	return r
}

// invalidReply returns the refusal of one member of a request.
func invalidReply(property string) reply {
	return errorReply(http.StatusBadRequest, "50001111", "INVALID_VALUE", property)
}

// unknownID returns the recorded answer to an unknown id: HTTP 404 with the status 500 in the body.
func unknownID() reply {
	r := errorReply(http.StatusNotFound, "20001101", "UNKNOWN_SERVER_ERROR", "")
	r.body = []byte(strings.ReplaceAll(string(r.body), "404", "500"))
	return r
}

// gatewayReply returns an error of the gateway: indented, with CRLF, and without errorCode.
func gatewayReply(status int, code, id string) reply {
	body := errorBody{newUUID(), []apiError{{"", "DIRECT_PLATFORM_ERROR", code, status, id, id, "", false}}, status}
	b, err := json.MarshalIndent(body, "", "  ")
	if err != nil { // strings and numbers: it cannot
		return reply{status: http.StatusInternalServerError}
	}
	return reply{status, "application/json", map[string]string{"correlation-id": body.ErrorID}, bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))}
}

// proxyReply returns an HTML page as a proxy answers in place of the API.
func proxyReply(status int) reply {
	text := strconv.Itoa(status) + " " + http.StatusText(status)
	return reply{status, "text/html; charset=utf-8", nil, []byte("<!DOCTYPE html>\n<title>" + text + "</title>\n<h1>" + text + "</h1>\n")}
}

func (a reply) writeHeader(w http.ResponseWriter) {
	h := w.Header()
	for name, v := range a.header {
		h.Set(name, v)
	}
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(a.status)
}

func (a reply) write(w http.ResponseWriter) {
	a.writeHeader(w)
	w.Write(a.body)
}

// A strike is what a fault does to a call whose answer it replaces; after tells that the call is executed first.
type strike struct {
	after  bool
	answer func() reply
}

// struck are the answers that the application gives under a fault: the idempotence key of the call is answered so from then on.
var struck = map[Fault]strike{
	BrokenAfter: {true, func() reply {
		return errorReply(http.StatusInternalServerError, "20001101", "UNKNOWN_SERVER_ERROR", "")
	}},
	UnknownID: {false, unknownID},
	ProblemJSON: {false, func() reply {
		r := invalidReply("order")
		r.contentType = "application/problem+json"
		return r
	}},
}

// struckInFront are the answers of what stands in front of the application. A key of idempotence neither keeps them nor prevents them: of a
// call that is executed it keeps the true answer, which is lost on the way.
var struckInFront = map[Fault]strike{
	ServerError:  {false, func() reply { return errorReply(http.StatusServiceUnavailable, "20001102", "SERVICE_UNAVAILABLE", "") }},
	BadGateway:   {true, func() reply { return proxyReply(http.StatusBadGateway) }},
	HTML:         {true, func() reply { return proxyReply(http.StatusOK) }},
	TooMany:      {false, func() reply { return errorReply(http.StatusTooManyRequests, "20001103", "TOO_MANY_REQUESTS", "") }},
	GatewayError: {false, func() reply { return gatewayReply(http.StatusForbidden, "9002", "MISSING_OR_INVALID_AUTHORIZATION") }},
	StillRunning: {false, inProgressReply},
	Redirected: {false, func() reply {
		return reply{http.StatusFound, "text/html", map[string]string{"Location": "/elsewhere"}, nil}
	}},
}

// strikeInFront returns the first fault of a call that strikes in front of the application.
func strikeInFront(fs []Fault) (strike, bool) {
	for _, f := range fs {
		if x, ok := struckInFront[f]; ok {
			return x, true
		}
	}
	return strike{}, false
}

// inProgressReply returns the refusal of a call whose idempotence key belongs to a call in progress.
func inProgressReply() reply {
	return errorReply(http.StatusConflict, "1409", "DUPLICATE_REQUEST_IN_PROGRESS", "")
}

// opOf returns the operation that the last part of a path belongs to.
func opOf(last string) string {
	switch last {
	case "hostedcheckouts":
		return acquirer.OpBegin
	case "cancel":
		return acquirer.OpCancel
	case "refund":
		return acquirer.OpRefund
	}
	return acquirer.OpStatus
}
