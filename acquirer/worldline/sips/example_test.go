package sips_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/quittance/quittance/acquirer/worldline/sips"
)

func noTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// platform answers as Sips would, sealed, on this machine.
func platform(answers map[string]map[string]string) (*httptest.Server, *sips.Client) {
	key := sips.Key{Secret: sips.NewSecret("002001000000001_KEY1")}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fields := answers[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]
		var pairs []string
		for name, value := range fields {
			pairs = append(pairs, fmt.Sprintf("%q:%q", name, value))
		}
		message := "{" + strings.Join(pairs, ",") + "}"
		seal, _ := sips.SealFields(key.Algorithm, key.Secret, []byte(message))
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, message[:len(message)-1]+`,"seal":"`+seal+`"}`)
	}))
	client, err := sips.New(sips.Config{
		MerchantID: "002001000000001", Keys: sips.Keyring{1: key},
		Endpoints: sips.Endpoints{Paypage: s.URL, Office: s.URL},
	})
	if err != nil {
		panic(err)
	}
	return s, client
}
