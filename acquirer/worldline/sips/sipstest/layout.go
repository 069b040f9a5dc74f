package sipstest

import (
	"encoding/json"
	"strconv"
	"strings"
)

// A layer is a run of fields of Data in the pipe format.
type layer struct {
	since version // the lowest version in which a capture has them
	null  bool    // a field of which there is nothing to say is the word null; otherwise it is left out
	names string
}

// pipeLayout is the one order of Data, in which every capture agrees, from 2016 to 2022 and on every platform: a later version adds
// fields at the end (sips.md §7.2). Shops that read by position rely on it.
var pipeLayout = []layer{
	{version{pipe, "2.0"}, false, `captureDay captureMode currencyCode merchantId orderChannel responseCode transactionDateTime
		transactionReference keyVersion acquirerResponseCode amount authorisationId guaranteeIndicator cardCSCResultCode
		panExpiryDate paymentMeanBrand paymentMeanType complementaryCode complementaryInfo customerEmail customerId
		customerIpAddress maskedPan merchantSessionId merchantTransactionDateTime merchantWalletId orderId returnContext scoreValue
		scoreColor scoreInfo scoreProfile scoreThreshold holderAuthentRelegation holderAuthentStatus tokenPan transactionOrigin
		paymentPattern`},
	{version{pipe, "2.4"}, true, `customerMobilePhone mandateAuthentMethod mandateUsage transactionActors mandateId
		captureLimitDate dccStatus dccResponseCode dccAmount dccCurrencyCode dccExchangeRate dccExchangeRateValidity dccProvider
		statementReference panEntryMode walletType holderAuthentMethod`},
	{version{pipe, "2.16"}, true, `holderAuthentProgram paymentMeanId instalmentNumber instalmentDatesList
		instalmentTransactionReferencesList instalmentAmountsList settlementMode mandateCertificationType valueDate creditorId
		acquirerResponseIdentifier acquirerResponseMessage paymentMeanTradingName additionalAuthorisationNumber
		issuerWalletInformation s10TransactionId s10TransactionIdDate preAuthenticationColor preAuthenticationInfo
		preAuthenticationProfile preAuthenticationThreshold preAuthenticationValue invoiceReference s10transactionIdsList
		cardProductCode cardProductName cardProductProfile issuerCode issuerCountryCode acquirerNativeResponseCode
		settlementModeComplement preAuthorisationProfile preAuthorisationProfileValue preAuthorisationRuleResultList
		preAuthenticationProfileValue preAuthenticationRuleResultList paymentMeanBrandSelectionStatus transactionPlatform`},
	{version{pipe, "2.20"}, true, `avsAddressResponseCode avsPostcodeResponseCode customerCompanyName customerBusinessName
		customerLegalId customerPositionOccupied paymentAttemptNumber holderContactEmail`},
	{version{pipe, "2.35"}, true, `installmentIntermediateServiceProviderOperationIdsList holderAuthentType acquirerContractNumber
		secureReference authentExemptionReasonList paymentAccountReference schemeTransactionIdentifier guaranteeLimitDateTime
		paymentMeanDataProvider`},
	{version{pipe, "3.0"}, true, `virtualCardIndicator cardProductUsageLabel authorisationTypeLabel authorMessageReference
		acceptanceSystemApplicationId challengeMode3DS issuingCountryCode abortedProcessingStep abortedProcessingLocation`},
}

// jsonLayout is the order of the guide's samples in JSON, which have the fields of the first layer by their names' order. What is not
// there is left out.
var jsonLayout = strings.Fields(`keyVersion acquirerResponseCode acquirerResponseDescription amount authorisationId captureDay
	captureMode cardCSCResultCode cardScheme chargeAmount complementaryCode complementaryInfo currencyCode customerEmail customerId
	customerIpAddress guaranteeIndicator holderAuthentRelegation holderAuthentStatus maskedPan merchantId merchantSessionId
	merchantTransactionDateTime merchantWalletId orderAmount orderChannel orderId panExpiryDate paymentMeanBrand paymentPattern
	responseCode responseDescription returnContext scoreColor scoreInfo scoreProfile scoreThreshold scoreValue tokenPan
	transactionDateTime transactionOrigin transactionReference transactionActors mandateId captureLimitDate paymentMeanType
	statementReference panEntryMode holderAuthentMethod holderAuthentProgram valueDate s10TransactionId s10TransactionIdDate
	invoiceReference acquirerNativeResponseCode sealAlgorithm paymentMeanBrandSelectionStatus transactionPlatform
	paymentAttemptNumber challengeMode3DS abortedProcessingStep abortedProcessingLocation threeDLiabilityShift threeDStatusCode
	threeDRelegationCode`)

// content has the fields of a message about a transaction, by the names of the data dictionary: text, or an int64 where JSON has a number.
// A field that is not in it is left out of the message; an empty text is sent.
type content map[string]any

func textOfValue(v any) string {
	if n, ok := v.(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	s, _ := v.(string)
	return s
}

// writePipe: there is no way to write a | inside a value, and none is invented here.
func writePipe(c content, v version) string {
	var b strings.Builder
	for _, l := range pipeLayout {
		if v.before(l.since) {
			break
		}
		for _, name := range strings.Fields(l.names) {
			value, said := c[name]
			if !said && !l.null {
				continue
			}
			if b.Len() > 0 {
				b.WriteByte('|')
			}
			b.WriteString(name + "=")
			if said {
				b.WriteString(textOfValue(value))
			} else {
				b.WriteString("null")
			}
		}
	}
	return b.String()
}

// writeJSON leaves out what is not there or empty, and keeps the order.
func writeJSON(c content) string {
	b := []byte{'{'}
	for _, name := range jsonLayout {
		value := c[name]
		if value == nil || value == "" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, name) // letters and digits
		b = append(b, ':')
		text, err := json.Marshal(value)
		if err != nil { // a string or a number: it cannot
			text = []byte(`""`)
		}
		b = append(b, text...)
	}
	return string(append(b, '}'))
}
