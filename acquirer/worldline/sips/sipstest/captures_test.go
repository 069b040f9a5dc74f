package sipstest_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment/paymenttest"
)

// What captures of real platforms have, field by field and in their order (sips.md §7.2). A name with =null says nothing; * is any value
// that is not empty.
const (
	captured20Paid = "captureDay=0 captureMode=AUTHOR_CAPTURE currencyCode=978 merchantId=* orderChannel=INTERNET responseCode=00 " +
		"transactionDateTime=* transactionReference=* keyVersion=1 acquirerResponseCode=00 amount=1000 authorisationId=* guaranteeIndicator=Y " +
		"cardCSCResultCode=4D panExpiryDate=* paymentMeanBrand=CB paymentMeanType=CARD customerIpAddress=* maskedPan=* " +
		"holderAuthentRelegation=N holderAuthentStatus=3D_SUCCESS tokenPan=* transactionOrigin=INTERNET paymentPattern=ONE_SHOT"
	captured20Cancelled = "captureDay=0 captureMode=AUTHOR_CAPTURE currencyCode=978 merchantId=* orderChannel=INTERNET responseCode=17 " +
		"transactionDateTime=* transactionReference=* keyVersion=1 amount=1000 customerIpAddress=* paymentPattern=ONE_SHOT"
	captured20NotAuthenticated = "captureDay=0 captureMode=AUTHOR_CAPTURE currencyCode=978 merchantId=* orderChannel=INTERNET responseCode=05 " +
		"transactionDateTime=* transactionReference=* keyVersion=1 amount=1000 guaranteeIndicator=N panExpiryDate=* paymentMeanBrand=CB " +
		"paymentMeanType=CARD customerIpAddress=* maskedPan=* holderAuthentRelegation=N holderAuthentStatus=3D_FAILURE tokenPan=* " +
		"transactionOrigin=INTERNET paymentPattern=ONE_SHOT"
	captured20TooMany = "captureDay=0 captureMode=AUTHOR_CAPTURE currencyCode=978 merchantId=* orderChannel=INTERNET responseCode=75 " +
		"transactionDateTime=* transactionReference=* keyVersion=1 amount=1000 paymentMeanBrand=CB paymentMeanType=CARD customerIpAddress=* " +
		"maskedPan=* holderAuthentRelegation=N holderAuthentStatus= tokenPan=* transactionOrigin=INTERNET paymentPattern=ONE_SHOT"

	captured24 = " customerMobilePhone=null mandateAuthentMethod=null mandateUsage=null transactionActors=null mandateId=null captureLimitDate=20170911 " +
		"dccStatus=null dccResponseCode=null dccAmount=null dccCurrencyCode=null dccExchangeRate=null dccExchangeRateValidity=null " +
		"dccProvider=null statementReference=null panEntryMode=MANUAL walletType=null holderAuthentMethod=NOT_SPECIFIED"
	captured24Cancelled = " customerMobilePhone=null mandateAuthentMethod=null mandateUsage=null transactionActors=null mandateId=null " +
		"captureLimitDate=null dccStatus=null dccResponseCode=null dccAmount=null dccCurrencyCode=null dccExchangeRate=null " +
		"dccExchangeRateValidity=null dccProvider=null statementReference=null panEntryMode=null walletType=null holderAuthentMethod=null"

	captured216 = " holderAuthentProgram=3DS paymentMeanId=null instalmentNumber=null instalmentDatesList=null instalmentTransactionReferencesList=null " +
		"instalmentAmountsList=null settlementMode=null mandateCertificationType=null valueDate=null creditorId=null acquirerResponseIdentifier=null " +
		"acquirerResponseMessage=null paymentMeanTradingName=null additionalAuthorisationNumber=null issuerWalletInformation=null s10TransactionId=* " +
		"s10TransactionIdDate=20170911 preAuthenticationColor=null preAuthenticationInfo=null preAuthenticationProfile=null " +
		"preAuthenticationThreshold=null preAuthenticationValue=null invoiceReference=null s10transactionIdsList=null cardProductCode=null " +
		"cardProductName=null cardProductProfile=null issuerCode=null issuerCountryCode=null acquirerNativeResponseCode=00 " +
		"settlementModeComplement=null preAuthorisationProfile=null preAuthorisationProfileValue=null preAuthorisationRuleResultList=null " +
		"preAuthenticationProfileValue=null preAuthenticationRuleResultList=null paymentMeanBrandSelectionStatus=NOT_APPLICABLE transactionPlatform=PROD"
	captured220 = " avsAddressResponseCode=null avsPostcodeResponseCode=null customerCompanyName=null customerBusinessName=null customerLegalId=null " +
		"customerPositionOccupied=null paymentAttemptNumber=1 holderContactEmail=null"
	captured235 = " installmentIntermediateServiceProviderOperationIdsList=null holderAuthentType=null acquirerContractNumber=null secureReference=null " +
		"authentExemptionReasonList=null paymentAccountReference=null schemeTransactionIdentifier=null guaranteeLimitDateTime=null " +
		"paymentMeanDataProvider=null"
	captured30 = " virtualCardIndicator=null cardProductUsageLabel=null authorisationTypeLabel=null authorMessageReference=null " +
		"acceptanceSystemApplicationId=null challengeMode3DS=null issuingCountryCode=null abortedProcessingStep=null abortedProcessingLocation=null"

	withoutCard216 = " holderAuthentProgram=null paymentMeanId=null instalmentNumber=null instalmentDatesList=null instalmentTransactionReferencesList=null " +
		"instalmentAmountsList=null settlementMode=null mandateCertificationType=null valueDate=null creditorId=null acquirerResponseIdentifier=null " +
		"acquirerResponseMessage=null paymentMeanTradingName=null additionalAuthorisationNumber=null issuerWalletInformation=null s10TransactionId=* " +
		"s10TransactionIdDate=20170911 preAuthenticationColor=null preAuthenticationInfo=null preAuthenticationProfile=null " +
		"preAuthenticationThreshold=null preAuthenticationValue=null invoiceReference=null s10transactionIdsList=null cardProductCode=null " +
		"cardProductName=null cardProductProfile=null issuerCode=null issuerCountryCode=null acquirerNativeResponseCode=null " +
		"settlementModeComplement=null preAuthorisationProfile=null preAuthorisationProfileValue=null preAuthorisationRuleResultList=null " +
		"preAuthenticationProfileValue=null preAuthenticationRuleResultList=null paymentMeanBrandSelectionStatus=null transactionPlatform=PROD"
	// Of 2022: a payer who gave up, at a shop with a wallet.
	captured235Cancelled = "captureDay=0 captureMode=AUTHOR_CAPTURE currencyCode=978 merchantId=* orderChannel=INTERNET responseCode=17 " +
		"transactionDateTime=* transactionReference=* keyVersion=1 amount=1000 paymentMeanBrand=UNKNOWN paymentMeanType=CARD " +
		"customerEmail=moi@email.com customerId=C1 customerIpAddress=* merchantWalletId=W1 orderId=ORD7 returnContext=a=b#c paymentPattern=ONE_SHOT" +
		captured24Cancelled + withoutCard216 + captured220 + captured235
)

// modern is a message of the newer versions: the statuses have lost their 3D_.
func modern(s string) string {
	return strings.NewReplacer("3D_SUCCESS", "SUCCESS", "3D_ATTEMPT", "ATTEMPT", "3D_ERROR", "ERROR").Replace(s)
}

// replaced changes some fields of a message.
func replaced(message string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(message)
}

var value = regexp.MustCompile(`=\*`)

// A simulated message has the fields of the captured ones of its version, in their order, with null where they have null and nothing where
// they have nothing: a shop that reads by position finds what it finds there.
func TestCapturedOrder(t *testing.T) {
	everything := object{"orderId": "ORD7", "returnContext": "a=b#c", "customerId": "C1", "customerEmail": "moi@email.com", "merchantWalletId": "W1"}
	ask := func(v string) object {
		return object{"interfaceVersionAutomaticResponse": v, "interfaceVersionNormalResponse": v}
	}
	both := func(a, b object) object {
		o := object{}
		for _, part := range []object{a, b} {
			for name, v := range part {
				o[name] = v
			}
		}
		return o
	}
	for i, x := range []struct {
		merchant, key string // zero: a shop of one's own
		screening     sipstest.Screening
		more          object
		payer         sipstest.Payer
		version       string
		want          string
		fields        int
	}{
		{"", "", "", ask("HP_2.0"), sipstest.Payer{}, "HP_2.0", captured20Paid, 24},
		{"", "", "", ask("HP_2.0"), sipstest.Payer{Outcome: acquirer.Cancelled}, "HP_2.0", captured20Cancelled, 12},
		{"", "", "", ask("HP_2.0"), sipstest.Payer{Authentication: "FAILURE"}, "HP_2.0", captured20NotAuthenticated, 21},
		{"", "", "", ask("HP_2.0"), sipstest.Payer{Code: "75"}, "HP_2.0", captured20TooMany, 19},
		{"", "", "", ask("HP_2.0"), sipstest.Payer{Authentication: "ERROR"}, "HP_2.0",
			replaced(captured20Paid, "=Y", "=N", "3D_SUCCESS", "3D_ERROR"), 24},
		{shop, shopKey, "", nil, sipstest.Payer{}, "HP_2.4", captured20Paid + captured24, 41},
		{shop, shopKey, "", nil, sipstest.Payer{Authentication: "ATTEMPT"}, "HP_2.4",
			replaced(captured20Paid, "3D_SUCCESS", "3D_ATTEMPT") + captured24, 41},
		{shop, shopKey, "", nil, sipstest.Payer{Outcome: acquirer.Cancelled}, "HP_2.4", captured20Cancelled + captured24Cancelled, 29},
		{"", "", "", object{"interfaceVersion": "IR_WS_2.16"}, sipstest.Payer{}, "HP_2.16", modern(captured20Paid) + captured24 + captured216, 79},
		{"", "", "", nil, sipstest.Payer{}, "HP_2.20", modern(captured20Paid) + captured24 + captured216 + captured220, 87},
		{"", "", "", nil, sipstest.Payer{Authentication: "NOT_ENROLLED"}, "HP_2.20",
			replaced(modern(captured20Paid), "=Y", "=N", "=SUCCESS", "=NOT_ENROLLED") + captured24 + captured216 + captured220, 87},
		{"", "", sipstest.ByRules, both(ask("HP_2.20"), object{"orderId": "ORD7", "returnContext": "test hé salut"}), sipstest.Payer{}, "HP_2.20",
			replaced(modern(captured20Paid), " customerIpAddress", " complementaryCode=00 complementaryInfo=* customerIpAddress",
				" maskedPan=*", " maskedPan=* orderId=ORD7 returnContext=* scoreProfile=*") + captured24 + captured216 + captured220, 92},
		{"", "", sipstest.ByScore, nil, sipstest.Payer{}, "HP_2.20",
			replaced(modern(captured20Paid), " maskedPan=*", " maskedPan=* scoreValue=0.0 scoreColor=GREEN scoreInfo=* scoreProfile=* scoreThreshold=*") +
				captured24 + captured216 + captured220, 92},
		{"", "", "", both(ask("HP_2.35"), everything), sipstest.Payer{Outcome: acquirer.Cancelled}, "HP_2.35", captured235Cancelled, 91},
		{"", "", "", ask("HP_3.4"), sipstest.Payer{}, "HP_3.4",
			modern(captured20Paid) + captured24 + replaced(captured216, "=3DS ", "=3DS_V2 ") + captured220 + captured235 + captured30, 105},
	} {
		clock := paymenttest.NewClock(afternoon)
		s := platform(t, sipstest.Options{Now: clock.Now, Merchants: append(sipstest.PublicMerchants(),
			sipstest.Merchant{ID: "1", Keys: map[int]string{1: "own"}, Screening: x.screening})})
		c := newSheet(t, s.URL)
		c.merchant, c.key = "1", "own"
		if x.merchant != "" {
			c.merchant, c.key = x.merchant, x.key
		}
		_, fields := c.redirect(c.order(fmt.Sprint("CAPTURE", i), x.more))
		back, err := visit(s, fields, x.payer)
		if err != nil {
			t.Fatal(err)
		}
		if got := back.Form.Get("InterfaceVersion"); got != x.version {
			t.Errorf("%d: the version is %s, expected %s", i, got, x.version)
		}
		got := strings.Split(back.Form.Get("Data"), "|")
		want := strings.Fields(x.want)
		if len(want) != x.fields {
			t.Errorf("%d: the capture has %d fields, expected %d", i, len(want), x.fields)
		}
		for j := range min(len(got), len(want)) {
			if name, v, _ := strings.Cut(got[j], "="); value.MatchString(want[j]) && v != "" && v != "null" {
				got[j] = name + "=*"
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d, %s %+v (-captured +simulated):\n%s", i, x.version, x.payer, diff)
		}
	}
}

// The guide's own samples in JSON have an order too, and leave out what is not there.
func TestSampleOrderInJSON(t *testing.T) {
	clock := paymenttest.NewClock(afternoon)
	s := platform(t, sipstest.Options{Now: clock.Now, Merchants: []sipstest.Merchant{{ID: shop, Keys: map[int]string{1: shopKey}}}})
	c := newSheet(t, s.URL)
	more := object{"interfaceVersion": "IR_WS_3.4", "customerId": "40813", "statementReference": "T7", "transactionOrigin": "SIMS"}
	for code, want := range map[string]string{
		"00": "keyVersion acquirerResponseCode acquirerResponseDescription amount authorisationId captureDay captureMode cardCSCResultCode cardScheme " +
			"chargeAmount currencyCode customerId customerIpAddress guaranteeIndicator holderAuthentRelegation holderAuthentStatus maskedPan merchantId " +
			"orderAmount orderChannel panExpiryDate paymentMeanBrand paymentPattern responseCode responseDescription tokenPan transactionDateTime " +
			"transactionOrigin transactionReference captureLimitDate paymentMeanType statementReference panEntryMode holderAuthentMethod " +
			"holderAuthentProgram s10TransactionId s10TransactionIdDate acquirerNativeResponseCode sealAlgorithm paymentMeanBrandSelectionStatus " +
			"transactionPlatform paymentAttemptNumber threeDLiabilityShift threeDStatusCode threeDRelegationCode",
		"17": "keyVersion amount captureDay captureMode currencyCode customerId customerIpAddress merchantId orderAmount orderChannel responseCode " +
			"responseDescription transactionDateTime transactionOrigin transactionReference statementReference s10TransactionId s10TransactionIdDate " +
			"sealAlgorithm transactionPlatform paymentAttemptNumber abortedProcessingStep abortedProcessingLocation",
	} {
		_, fields := c.redirect(c.order("JSON"+code, more))
		back, err := visit(s, fields, sipstest.Payer{Code: code})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range regexp.MustCompile(`[{,]"([A-Za-z0-9]+)":`).FindAllStringSubmatch(back.Form.Get("Data"), -1) {
			got = append(got, m[1])
		}
		if diff := cmp.Diff(strings.Fields(want), got); diff != "" {
			t.Errorf("%s (-sample +simulated):\n%s", code, diff)
		}
	}
}
