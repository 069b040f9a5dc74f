package wire

import "net/http"

// Do sends a request and returns the answer. An answer 101, which none of our requests asks for, is returned without a body: net/http would
// give the connection itself as one, and reading from that ends neither with the request's context nor with the client's Timeout.
func Do(h *http.Client, r *http.Request) (*http.Response, error) {
	resp, err := h.Do(r)
	if err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		resp.Body.Close()
		resp.Body = http.NoBody
	}
	return resp, err
}
