package callback

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer"
)

// ErrNoReturn is the one value behind the mock's and the simulators' errors of that name.
var ErrNoReturn = errors.New("the payer's browser brings nothing back")

// Return is what the payer's browser brings back from a payment page: the callback as a portal receives it, and the request that carries it,
// which has not been made yet.
type Return struct {
	acquirer.Callback
	Method, URL string // GET or POST; the address has its query
}

// Bring makes the request, as the browser does: with the form, and a redirection is not followed. A nil client is http.DefaultClient's
// transport. The caller closes the body.
func (r Return) Bring(client *http.Client) (*http.Response, error) {
	var c http.Client
	if client != nil {
		c = *client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	request, err := http.NewRequest(r.Method, r.URL, strings.NewReader(r.Form.Encode()))
	if err != nil {
		return nil, err
	}
	if len(r.Form) > 0 {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return c.Do(request)
}

// Format prints the address without its query, whatever the verb: what is brought back may open the payer's data.
func (r Return) Format(f fmt.State, _ rune) {
	address := "an address that is none"
	if u, err := url.Parse(r.URL); err == nil {
		u.RawQuery, u.User = "", nil
		address = u.String()
	}
	fmt.Fprintf(f, "return to %s by %s", address, r.Method)
}
