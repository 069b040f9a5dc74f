package bank

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/sips"
)

// NotifyPath and ReturnPath are the two routes that the bank and the payer's browser bring results to.
const (
	NotifyPath = "/paiement/notification"
	ReturnPath = "/paiement/retour"
)

// env is a setting of a shop of one's own, such as QUITTANCE_SIPS_MERCHANT.
func env(name string) string { return os.Getenv("QUITTANCE_SIPS_" + name) }

// realShop is a real platform, and a shop of one's own: QUITTANCE_SIPS_MERCHANT, _KEY, _KEY_VERSION, _PAYPAGE, _OFFICE, and
// _ALGORITHM if it is not HMAC-SHA-256. It is asked first whether it knows the shop.
func realShop(Config) (*Bank, error) {
	version, err := strconv.Atoi(env("KEY_VERSION"))
	if err != nil {
		return nil, fmt.Errorf("QUITTANCE_SIPS_KEY_VERSION is not a number")
	}
	client, err := sips.New(sips.Config{
		MerchantID: env("MERCHANT"),
		Keys:       sips.Keyring{version: {Secret: sips.NewSecret(env("KEY")), Algorithm: sips.Algorithm(env("ALGORITHM"))}},
		Endpoints:  sips.Endpoints{Paypage: env("PAYPAGE"), Office: env("OFFICE")},
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	report, err := client.Doctor(ctx)
	if err == nil {
		err = report.Err()
	}
	return &Bank{Client: client, Name: "Sips, commerçant " + env("MERCHANT"), Where: env("PAYPAGE")}, err
}
