package directtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
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

// inProgressReply returns the refusal of a call whose idempotence key belongs to a call in progress.
func inProgressReply() reply {
	return errorReply(http.StatusConflict, "1409", "DUPLICATE_REQUEST_IN_PROGRESS", "")
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
