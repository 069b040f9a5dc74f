package sips

import (
	"fmt"
	"sync"
)

// A slot is a field that decides something.
type slot int8

const (
	kept slot = iota // not read by us, but harmless: Result.Field has it
	merchantID
	transactionReference
	orderID
	amount
	originAmount
	currentAmount
	remainingAmount
	currencyCode
	responseCode
	acquirerResponseCode
	authorisationID
	transactionDateTime
	paymentMeanBrand
	maskedPan
	// Those from here on are also kept.
	transactionStatus
	lastOperationName
	holderAuthentStatus
	keyVersion
	slots
)

// known are the fields that are read or kept. Every other one is passed over: a list of what may be kept does not leak a field
// that the platform adds tomorrow. It has nothing that names a person, a card or an address, and no free text.
var known = map[string]slot{
	"merchantId": merchantID, "transactionReference": transactionReference, "orderId": orderID,
	"amount": amount, "originAmount": originAmount, "currentAmount": currentAmount, "remainingAmount": remainingAmount,
	"currencyCode": currencyCode, "responseCode": responseCode, "acquirerResponseCode": acquirerResponseCode,
	"authorisationId": authorisationID, "transactionDateTime": transactionDateTime, "paymentMeanBrand": paymentMeanBrand,
	"maskedPan": maskedPan, "transactionStatus": transactionStatus, "lastOperationName": lastOperationName,
	"holderAuthentStatus": holderAuthentStatus, "keyVersion": keyVersion,

	"abortedProcessingLocation": kept, "abortedProcessingStep": kept, "acquirerContractNumber": kept,
	"acquirerNativeResponseCode": kept, "acquirerResponseDescription": kept, "acquirerResponseIdentifier": kept,
	"additionalAuthorisationNumber": kept, "authorisationTypeLabel": kept,
	"automaticResponseStatus": kept, "avsAddressResponseCode": kept, "avsPostcodeResponseCode": kept,
	"captureDay": kept, "captureLimitDate": kept, "captureMode": kept, "cardCSCResultCode": kept,
	"cardProductCode": kept, "cardProductProfile": kept, "cardProductUsageLabel": kept, "cardScheme": kept,
	"challengeMode3DS": kept, "chargeAmount": kept, "complementaryCode": kept, "creditorId": kept, "dccStatus": kept,
	"errorFieldName": kept, "fromTransactionReference": kept, "guaranteeIndicator": kept, "guaranteeLimitDateTime": kept,
	"holderAuthentMethod": kept, "holderAuthentProgram": kept, "holderAuthentRelegation": kept, "holderAuthentType": kept,
	"instalmentNumber": kept, "issuerCode": kept, "issuerCountryCode": kept, "issuerEnrollementIndicator": kept,
	"lastOperationDateTime": kept, "newAmount": kept, "newStatus": kept, "operationDateTime": kept, "orderAmount": kept,
	"orderChannel": kept, "panEntryMode": kept, "paymentAttemptNumber": kept, "paymentMeanBrandSelectionStatus": kept,
	"paymentMeanType": kept, "paymentPattern": kept, "responseDescription": kept,
	"s10TransactionId": kept, "s10TransactionIdDate": kept, "scoreColor": kept, "settlementMode": kept,
	"threeDLiabilityShift": kept, "threeDStatusCode": kept, "transactionOrigin": kept, "transactionPlatform": kept,
	"valueDate": kept, "virtualCardIndicator": kept, "walletType": kept,
}

// A message is what was said, whichever format said it.
type message struct {
	v     [slots]string
	extra map[string]string // Result.WithFields copies it
}

// messages are used again for notifications: most of the cost of reading one is the map.
var messages = sync.Pool{New: func() any { return &message{extra: make(map[string]string, 14)} }}

func (m *message) release() {
	m.v = [slots]string{}
	clear(m.extra)
	messages.Put(m)
}

// setField takes one field. A second value for a field that is read or kept is an error: text that the payer typed stands unescaped in
// the pipe format, and could bring a responseCode along.
func (m *message) setField(name, value string) error {
	s, ok := known[name]
	if !ok || value == "" {
		return nil
	}
	if s != kept {
		if m.v[s] != "" {
			return fmt.Errorf("%s stands twice", name)
		}
		m.v[s] = value
		if s < transactionStatus {
			return nil
		}
	}
	if m.extra == nil {
		m.extra = make(map[string]string)
	}
	n := len(m.extra)
	if m.extra[name] = value; len(m.extra) == n {
		return fmt.Errorf("%s stands twice", name)
	}
	return nil
}

// setAll takes the fields of a JSON object; what is nested is passed over.
func (m *message) setAll(fields map[string]any) error {
	for name, v := range fields {
		if err := m.setField(name, sealedText(v)); err != nil {
			return err
		}
	}
	return nil
}

// keepField stores a field for Result.Field, whatever it decides.
func (m *message) keepField(name, value string) {
	if m.extra == nil {
		m.extra = make(map[string]string)
	}
	m.extra[name] = value
}
