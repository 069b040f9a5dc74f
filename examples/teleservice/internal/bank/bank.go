// Package bank is who takes the cards: a simulated platform of Sips, of Worldline Direct or of PayFiP, a mock in the process, or a
// real platform; and, for a fund that has moved, who took them before.
package bank

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// Bank is an acquirer, and what comes with it.
type Bank struct {
	Client acquirer.Client // not embedded: a struct around a client hides that it can cancel and refund
	Name   string          // for people
	Where  string          // the kiosk's address, for people
	Kiosk  http.Handler    // pages to mount under KioskPath; nil: the kiosk is elsewhere
	Desk   Desk            // the other side of a simulation; nil: of a real bank, or of one in another process
	Save   func() ([]byte, error)
	Close  func()

	Simulated bool     // nobody pays: it is played in this process, or by another one of this machine
	Try       []string // of a simulation: what to try on its payment page, for people
}

// KioskPath is where a kiosk in the process is mounted.
const KioskPath = "/kiosque/"

// Desk is the bank clerk's side of a simulation: what really happened, and what is to go wrong next.
type Desk interface {
	Inject(op string, faults ...mock.Fault) error // strikes the next call, notification or session
	Release() int                                 // sends the notifications that are held back
	Remit() int                                   // remits what waits for the end of the day
	Tick() int                                    // does what the clock has made due
	Book() []mock.Transaction                     // what really happened

	Resend(reference string, faults ...mock.Fault) error // notifies once more
	Decide(reference string, accepted bool) error        // ends what is pending
	Pay(s acquirer.Session) error                        // plays a payer who pays and goes away
}

// Merchant is the shop of the source (S29), known to the simulations alone.
var Merchant = sipstest.Merchant{ID: mock.DefaultMerchant, Name: "CPAM Test 2 (INTEGRATION)", Keys: map[int]string{1: "a-key-that-protects-nothing"}}

// Config says which bank.
type Config struct {
	Kind  string // simulator, mock, sips, direct or payfip
	Kiosk string // of the simulator: where it listens, or the http:// address of one that runs already
	Base  string // the service's own address, without a path
	Saved []byte // of the simulator: what its Save gave at the last start
	Now   func() time.Time
}

var kinds = map[string]func(Config) (*Bank, error){
	"simulator": simulator, "mock": mocked, "sips": realShop, "direct": worldlineDirect, "payfip": payfipBank,
}

// HasBook reports whether the bank is played in this process and has a book to be kept from start to start. The kind sips is the
// former bank's, see [OpenFormer].
func HasBook(kind, kiosk string) bool {
	switch kind {
	case "simulator", "direct", "payfip":
		return !isReal(kind) && !remote(kiosk)
	case "sips":
		return env("MERCHANT") == "" && !remote(kiosk)
	}
	return false
}

// isReal reports whether the cards of a kind are taken by a platform of somebody's own: what is said of it stands in the environment.
func isReal(kind string) bool {
	switch kind {
	case "sips":
		return true
	case "direct":
		return os.Getenv("QUITTANCE_DIRECT_MERCHANT") != ""
	case "payfip":
		return os.Getenv("QUITTANCE_PAYFIP_NUMCLI") != ""
	}
	return false
}

// isLoopback reports whether an address is of this machine.
func isLoopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// What there is to try. PayFiP's page asks for no card: the payer chooses the result.
var (
	withCards = []string{
		"Connectez-vous comme PIERRE BELAGE, payez avec la carte 5017 6700 0000 1800, lisez l’accusé de réception.",
		"Une carte qui finit par 05 est refusée. Fermez l’onglet sur la page de la banque, revenez : le paiement reprend.",
	}
	withPayFiP = []string{
		"Connectez-vous comme PIERRE BELAGE, payez par carte ou par prélèvement : aucun numéro n’est demandé. Lisez l’accusé de réception.",
		"Choisissez un paiement refusé, ou abandonnez-le, et recommencez. La page de paiement ne s’ouvre qu’une fois : ne la fermez pas.",
	}
)

// Open opens the bank.
func Open(c Config) (*Bank, error) {
	open, ok := kinds[c.Kind]
	if !ok {
		return nil, fmt.Errorf("bank: %.20q is none of simulator, mock, sips, direct and payfip", c.Kind)
	}
	b, err := open(c)
	if err != nil {
		return nil, err
	}
	if b.Close == nil {
		b.Close = func() {}
	}
	b.Simulated = b.Desk != nil || remote(c.Kiosk) && isLoopback(b.Where) && !isReal(c.Kind)
	if b.Simulated {
		b.Try = withCards
		if c.Kind == "payfip" {
			b.Try = withPayFiP
		}
	}
	return b, nil
}
