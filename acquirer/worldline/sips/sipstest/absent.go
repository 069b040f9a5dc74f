package sipstest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// Absence is something that the platform takes and does not simulate.
type Absence struct {
	Name string // of a request's field, or of an operation: the end of its path
	Text string // what is left undone
}

// NotSimulated returns what is taken and has no effect, the most used first. Of a request that sends such a field the answer says so in
// the header Not-Simulated.
func NotSimulated() []Absence {
	list := make([]Absence, len(absences))
	for i, a := range absences {
		list[i] = a.Absence
	}
	for _, o := range absentOperations {
		list = append(list, Absence{o, "answered with 40, a function that the shop does not have"})
	}
	return list
}

// notSimulatedHeader names the fields of a request that had no effect.
const notSimulatedHeader = "Not-Simulated"

// An absence is an Absence, and when a request asks for it: zero, when it has the field.
type absence struct {
	Absence
	when func(m message, shop Merchant) bool
}

// anyBut reports whether a field says something other than these values.
func anyBut(name string, than ...string) func(message, Merchant) bool {
	return func(m message, _ Merchant) bool {
		s := fieldText(m, name)
		return s != "" && !slices.Contains(than, s)
	}
}

const noEffect = "taken, without an effect"

var absences = append([]absence{
	{Absence{"merchantWalletId", "said again in the notification; no card is kept in a wallet or offered from one"}, nil},
	{Absence{"paymentPattern", "said again; whatever it is, the whole amount is paid once and at once"}, anyBut("paymentPattern", "ONE_SHOT")},
	{Absence{"instalmentData", "no instalments: the whole amount is paid at once"}, nil},
	{Absence{"fraudData", "every card is authenticated, whatever is wished"}, nil},
	{Absence{"templateName", "there is one look"}, nil},
	{Absence{"orderChannel", "said again; whatever it is, the payer types the card on the page and is authenticated"}, anyBut("orderChannel", "INTERNET")},
	{Absence{"paymentMeanBrandList", "brands that are no cards are passed over"}, func(m message, _ Merchant) bool {
		return slices.ContainsFunc(brandList(m), func(b string) bool { return !slices.Contains(bank.CardBrands(), b) })
	}},
	{Absence{"customerLanguage", "said as the locale of the return; the pages are French"}, anyBut("customerLanguage", "fr")},
	{Absence{"transactionReference", "the shop's own is not used where the platform makes the references"}, func(m message, shop Merchant) bool {
		return shop.Numbering == ByPlatform && fieldText(m, "transactionReference") != ""
	}},
	{Absence{"intermediateServiceProviderId", "the shop's own key seals, not a provider's"}, nil},
	{Absence{"shoppingCartDetail", noEffect}, nil},
	{Absence{"manualErrorResponseInitPOST", "a refusal is a page, and posted to nobody"}, nil},
	{Absence{"automaticErrorResponseInitPOST", "a refusal is a page, and posted to nobody"}, nil},
	{Absence{"paypageData", "but bypassReceiptPage"}, func(m message, _ Merchant) bool {
		for name := range containerIn(m, "paypageData") {
			if name != "bypassReceiptPage" {
				return true
			}
		}
		return false
	}},
	{Absence{"responseKeyVersion", "the key of the request seals the response"}, nil},
}, fieldsWithoutEffect(`customerContact customerAddress billingContact billingAddress deliveryContact deliveryAddress holderContact
	holderAddress customerData customerAccountHistoric deliveryData holderData orderContext authenticationData paymentMeanData
	travelContext riskManagementCustomDataList merchantName merchantUrl subMerchantAddress subMerchantCategoryCode
	subMerchantContractNumber subMerchantId subMerchantLegalId subMerchantName subMerchantShortName bypassDcc hashAlgorithm1
	hashAlgorithm2 hashSalt1 hashSalt2 evidenceNumber evidenceAcquisitionDate operationOrigin`)...)

func fieldsWithoutEffect(names string) []absence {
	var list []absence
	for _, name := range strings.Fields(names) {
		list = append(list, absence{Absence{name, noEffect}, nil})
	}
	return list
}

// withoutEffect names the fields of a request that are taken and have no effect.
func withoutEffect(m message, shop Merchant) string {
	var names []string
	for _, a := range absences {
		if v := m[a.Name]; v == nil || v == "" {
			continue
		}
		if a.when == nil || a.when(m, shop) {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ", ")
}

// brandList are the brands of paymentMeanBrandList, in either writing.
func brandList(m message) []string {
	if s, ok := m["paymentMeanBrandList"].(string); ok { // the form has lists in one text
		return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
	}
	list, _ := m["paymentMeanBrandList"].([]any)
	var brands []string
	for _, v := range list {
		if s, ok := valueText(v); ok && s != "" {
			brands = append(brands, s)
		}
	}
	return brands
}

// cardBrands are those of a request's brands that are on cards; none means that every card is taken.
func cardBrands(m message) []string {
	return slices.DeleteFunc(brandList(m), func(b string) bool { return !slices.Contains(bank.CardBrands(), b) })
}

// absentOperations are those of the platform that are not simulated, by their paths (sips.md §9).
var absentOperations = strings.Fields(`cashManagement/duplicate cashManagement/acceptChallenge cashManagement/refuseChallenge
	diagnostic/getFraudData checkout wallet token paymentMeanInfo/getCardData`)

// servicePath is where every JSON service is.
const servicePath = "/rs-services/"

// absentService answers in JSON, as clients of these paths expect: a service of the platform that is not simulated refuses a shop with 40, a
// function that it does not have; another path is none.
func (s *Server) absentService(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(strings.TrimPrefix(r.URL.Path, servicePath+"v2/"), "/")
	i := slices.IndexFunc(absentOperations, func(o string) bool { return path == o || strings.HasPrefix(path, o+"/") })
	if i < 0 {
		reply{status: http.StatusNotFound, contentType: "application/json;charset=UTF-8",
			body: []byte(`{"message":"this platform has no such service"}` + "\n")}.write(w)
		return
	}
	m, bad, done := s.readMessage(w, r)
	if done != nil {
		done.write(w)
		return
	}
	var c caller
	if bad == nil {
		c, bad = s.authenticate(m)
	}
	if bad == nil {
		bad = &refusal{code: "40"}
	}
	a := s.answerOffice(message{}, c, "responseCode", bad)
	a.ignored = absentOperations[i]
	a.write(w)
}
