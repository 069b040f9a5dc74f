package sipstest

// currencies by their numeric code (ISO 4217): those that the guides list.
var currencies = map[string]string{
	"032": "ARS", "036": "AUD", "048": "BHD", "116": "KHR", "124": "CAD", "144": "LKR", "156": "CNY", "191": "HRK", "203": "CZK",
	"208": "DKK", "344": "HKD", "348": "HUF", "352": "ISK", "356": "INR", "376": "ILS", "392": "JPY", "410": "KRW", "414": "KWD",
	"458": "MYR", "480": "MUR", "484": "MXN", "524": "NPR", "554": "NZD", "578": "NOK", "634": "QAR", "643": "RUB", "682": "SAR",
	"702": "SGD", "710": "ZAR", "752": "SEK", "756": "CHF", "764": "THB", "784": "AED", "788": "TND", "826": "GBP", "840": "USD",
	"901": "TWD", "941": "RSD", "946": "RON", "949": "TRY", "952": "XOF", "953": "XPF", "975": "BGN", "978": "EUR", "980": "UAH",
	"985": "PLN", "986": "BRL",
}
