package sipscode

// Currency is a currency of ISO 4217 that the Sips guides list.
type Currency struct {
	Letters  string
	Decimals int32 // yen have none, dinars have three
}

// Euro is the number of the euro, as text.
const Euro = "978"

// currencies by their number, as text: 036 keeps its zero.
var currencies = map[string]Currency{
	"032": {"ARS", 2}, "036": {"AUD", 2}, "048": {"BHD", 3}, "116": {"KHR", 2}, "124": {"CAD", 2}, "144": {"LKR", 2},
	"156": {"CNY", 2}, "191": {"HRK", 2}, "203": {"CZK", 2}, "208": {"DKK", 2}, "344": {"HKD", 2}, "348": {"HUF", 2},
	"352": {"ISK", 0}, "356": {"INR", 2}, "376": {"ILS", 2}, "392": {"JPY", 0}, "410": {"KRW", 0}, "414": {"KWD", 3},
	"458": {"MYR", 2}, "480": {"MUR", 2}, "484": {"MXN", 2}, "524": {"NPR", 2}, "554": {"NZD", 2}, "578": {"NOK", 2},
	"634": {"QAR", 2}, "643": {"RUB", 2}, "682": {"SAR", 2}, "702": {"SGD", 2}, "710": {"ZAR", 2}, "752": {"SEK", 2},
	"756": {"CHF", 2}, "764": {"THB", 2}, "784": {"AED", 2}, "788": {"TND", 3}, "826": {"GBP", 2}, "840": {"USD", 2},
	"901": {"TWD", 2}, "941": {"RSD", 2}, "946": {"RON", 2}, "949": {"TRY", 2}, "952": {"XOF", 0}, "953": {"XPF", 0},
	"975": {"BGN", 2}, Euro: {"EUR", 2}, "980": {"UAH", 2}, "985": {"PLN", 2}, "986": {"BRL", 2},
}

// CurrencyOf returns the currency of a number, and false for one that is not listed.
func CurrencyOf(number string) (Currency, bool) {
	c, ok := currencies[number]
	return c, ok
}
