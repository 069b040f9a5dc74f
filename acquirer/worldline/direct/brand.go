package direct

// Brand is the name under which the platform is sold. All speak the same protocol at other addresses (docs/direct.md §2, §3). A
// bank that is not listed here, or whose address changed, is used by writing Config.Endpoint out.
type Brand string

// The brands whose addresses are known.
const (
	Worldline Brand = "worldline"
	CAWL      Brand = "cawl" // Crédit Agricole and Worldline, France. Ask the bank: some sources have payment.ca.cawl-solutions.fr
	ANZ       Brand = "anz"  // Australia
)

// presets has the published addresses of each brand.
var presets = map[Brand]struct{ production, preproduction string }{
	Worldline: {"https://payment.direct.worldline-solutions.com", "https://payment.preprod.direct.worldline-solutions.com"},
	CAWL:      {"https://payment.cawl-solutions.fr", "https://payment.preprod.cawl-solutions.fr"},
	ANZ:       {"https://payment.anzworldline-solutions.com.au", "https://payment.preprod.anzworldline-solutions.com.au"},
}

// Production is where money moves; empty, which [New] refuses, for a brand that is not known.
func (b Brand) Production() string { return presets[b].production }

// Preproduction is a copy of the platform with test cards and with a PSPID, keys and webhook keys of its own; empty, which [New]
// refuses, for a brand that is not known.
func (b Brand) Preproduction() string { return presets[b].preproduction }
