package directtest

import "net/http"

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
