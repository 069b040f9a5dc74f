package simulated

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// Script answers the requests of a client by its replies, in turn, and keeps what was asked. Its fields may be read when nothing is under way.
type Script struct {
	Requests []*http.Request
	Bodies   []string

	mu      sync.Mutex
	replies []func(*http.Request) (*http.Response, error)
}

// NewScript returns a script of these replies. A request beyond them fails.
func NewScript[R ~func(*http.Request) (*http.Response, error)](replies []R) *Script {
	s := &Script{}
	for _, r := range replies {
		s.replies = append(s.replies, r)
	}
	return s
}

// Reply answers the next request.
func (s *Script) Reply(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	n := len(s.Requests)
	s.Requests, s.Bodies = append(s.Requests, r), append(s.Bodies, string(body))
	s.mu.Unlock()
	if n >= len(s.replies) {
		return nil, errors.New("nobody expected this request")
	}
	return s.replies[n](r)
}

// SwitchedProtocols answers 101, with a body such as net/http makes of the connection then: nothing comes, and no context ends it.
func SwitchedProtocols(r *http.Request) (*http.Response, error) {
	body, _ := io.Pipe()
	return &http.Response{StatusCode: http.StatusSwitchingProtocols, Body: body, Request: r}, nil
}
