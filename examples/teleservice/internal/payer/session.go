package payer

import (
	"net/http"
	"net/url"

	"github.com/quittance/quittance/acquirer"
)

// asForm is a session as the form of step 3 sends it. A form that is sent by GET drops the query of its address, so the query becomes its
// fields: the browser puts it together again. A redirection would not do: Chromium applies the policy of step 2's form to it.
func asForm(s acquirer.Session) acquirer.Session {
	to, err := url.Parse(s.URL)
	if err != nil || s.Method != http.MethodGet {
		return s
	}
	fields := to.Query()
	for name, values := range s.Fields {
		fields[name] = values
	}
	to.RawQuery = ""
	s.URL, s.Fields = to.String(), fields
	return s
}
