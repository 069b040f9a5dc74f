package acquirer_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer"
)

func ExampleReadCallback() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cb, err := acquirer.ReadCallback(w, r, acquirer.Notify, nil)
		var refused *acquirer.RequestError
		if errors.As(err, &refused) {
			http.Error(w, "not a callback", refused.Status)
			return
		}
		fmt.Println(cb.Channel, len(cb.Form))
	})
	body := url.Values{"Data": {"..."}, "Seal": {"..."}}.Encode()
	r := httptest.NewRequest(http.MethodPost, "/notify", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	// Output: notify 2
}
