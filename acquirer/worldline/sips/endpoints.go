package sips

import (
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer/internal/wire"
)

// Endpoints are the addresses of one platform: scheme and host, with nothing behind it as a rule
// ("https://office-server.sips-services.com"). They are https; http is taken for a loopback address only, where a simulator
// stands.
type Endpoints struct {
	Paypage string // where payments are opened
	Office  string // where they are asked for, cancelled and refunded; empty: Status, Cancel and Refund are ErrUnsupported
}

// exampleEndpoint is what an address may look like.
const exampleEndpoint = "https://payment-webinit.sips-services.com"

// parse returns the addresses, nil where there is none or a wrong one, and tells mistake what is wrong.
func (e Endpoints) parse(mistake func(field, format string, a ...any)) (paypage, office *url.URL) {
	paypage, err := wire.ParseEndpoint(e.Paypage, exampleEndpoint)
	if err != nil {
		mistake("Endpoints.Paypage", "%.80q: %v", e.Paypage, err)
	}
	if e.Office == "" {
		return paypage, nil
	}
	if office, err = wire.ParseEndpoint(e.Office, exampleEndpoint); err != nil {
		mistake("Endpoints.Office", "%.80q: %v", e.Office, err)
	}
	if paypage != nil && office != nil {
		p, knownP := hosts[strings.ToLower(paypage.Host)]
		o, knownO := hosts[strings.ToLower(office.Host)]
		if knownP && knownO && p != o {
			mistake("Endpoints", "%s and %s: one is production and the other is not", paypage.Host, office.Host)
		}
	}
	return paypage, office
}

// Brand is the name under which a bank sells Sips 2.0. A bank that is not listed here, or whose addresses changed, is used by
// writing [Endpoints] out. Brands that were closed or moved to another platform (Scellius, OmniKassa) are not listed.
type Brand string

// The brands whose addresses are known.
const (
	Worldline  Brand = "worldline"
	Mercanet   Brand = "mercanet"   // BNP Paribas
	Sogenactif Brand = "sogenactif" // Société Générale
	Sherlocks  Brand = "sherlocks"  // LCL
)

type environment int

const (
	envProduction environment = iota
	envSimulation
	envTest
)

// presetKey names a preset: whose platform, and which.
type presetKey struct {
	brand Brand
	env   environment
}

// presets has the published addresses of each brand. An Office that is not published is left out rather than guessed.
var presets = map[presetKey]Endpoints{
	{Worldline, envProduction}: {"https://payment-webinit.sips-services.com", "https://office-server.sips-services.com"},
	{Worldline, envSimulation}: {"https://payment-webinit.simu.sips-services.com", ""},
	{Worldline, envTest}:       {"https://payment-webinit.test.sips-services.com", "https://office-server.test.sips-services.com"},

	{Mercanet, envProduction}: {"https://payment-webinit.mercanet.bnpparibas.net", "https://office-server.mercanet.com"},
	{Mercanet, envSimulation}: {"https://payment-webinit.simu.mercanet.bnpparibas.net", ""},
	{Mercanet, envTest}: {"https://payment-webinit-mercanet.test.sips-services.com",
		"https://office-server-mercanet.test.sips-services.com"},

	{Sogenactif, envProduction}: {"https://payment-webinit.sogenactif.com", ""},
	{Sogenactif, envSimulation}: {"https://payment-webinit.simu.sogenactif.com", ""},

	{Sherlocks, envProduction}: {"https://sherlocks-payment-webinit.secure.lcl.fr", ""},
	{Sherlocks, envSimulation}: {"https://sherlocks-payment-webinit-simu.secure.lcl.fr", ""},
}

// Production is where money moves. The Office of Sogenactif and Sherlock's is not published: ask the bank and set
// Endpoints.Office, without which nothing can be asked, cancelled or refunded. An unknown brand has zero Endpoints, which [New]
// refuses.
func (b Brand) Production() Endpoints { return presets[presetKey{b, envProduction}] }

// Simulation, SIMU, checks the connection with public merchants that everybody shares, and pays nothing. It has no Office: a
// payment made there cannot be asked for, cancelled or refunded.
func (b Brand) Simulation() Endpoints { return presets[presetKey{b, envSimulation}] }

// Test is a copy of the real platform with the shop's own merchant number and test cards. Only Worldline and Mercanet publish
// one; the others have zero Endpoints, which [New] refuses. That Mercanet's Paypage bears this name is inferred from its Office.
// Answers of its Office were seen without a seal: see Config.TrustUnsealedOffice.
func (b Brand) Test() Endpoints { return presets[presetKey{b, envTest}] }

// hosts says of each known host whether it is production.
var hosts = func() map[string]bool {
	m := make(map[string]bool)
	for p, e := range presets {
		for _, s := range []string{e.Paypage, e.Office} {
			if h := strings.TrimPrefix(s, "https://"); h != "" {
				m[h] = p.env == envProduction
			}
		}
	}
	return m
}()

// publicMerchants are printed in guides with their keys: everybody can seal in their name.
var publicMerchants = map[string]bool{
	"002001000000001": true, "002001000000002": true, "002001000000003": true, "002001000000004": true,
	"002016000000001": true,
}
