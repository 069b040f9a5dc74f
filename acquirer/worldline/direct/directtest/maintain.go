package directtest

import (
	"net/http"
	"strings"
)

const notInState, tooMuchBack = "50001127", "50001129"

// An operationRequest is the body of capture, cancel and refund; capture's amount is a bare integer (docs/direct.md §12).
type operationRequest struct {
	Amount        *int64 `json:"amount"`
	AmountOfMoney *struct {
		Amount       int64  `json:"amount"`
		CurrencyCode string `json:"currencyCode"`
	} `json:"amountOfMoney"`
	OperationReferences struct {
		MerchantReference string `json:"merchantReference"`
	} `json:"operationReferences"`
	Reason  string `json:"reason"`
	IsFinal bool   `json:"isFinal"`
}

// operateOnPayment decodes the body and calls do on the payment, with the lock held. It sends the event that do returns after the lock is
// released.
func (s *Server) operateOnPayment(c call, do func(p *payment, b operationRequest) (reply, *event)) reply {
	var b operationRequest
	if bad := c.decodeBody(&b); bad != nil {
		return *bad
	}
	switch {
	case len(b.OperationReferences.MerchantReference) > maxReference:
		return invalidReply("operationReferences.merchantReference")
	case len(b.Reason) > 100:
		return invalidReply("reason")
	}
	var told *event
	a := s.withPayment(c, func(p *payment) reply {
		if m := b.AmountOfMoney; m != nil {
			switch {
			case m.Amount <= 0:
				return invalidReply("amountOfMoney.amount")
			case m.CurrencyCode != p.of.Currency:
				return invalidReply("amountOfMoney.currencyCode")
			}
		}
		var a reply
		a, told = do(p, b)
		return a
	})
	if told != nil {
		s.tellMerchant(*told)
	}
	return a
}

// notInStateReply returns the refusal of an operation that the payment's state does not allow.
func notInStateReply() reply {
	return errorReply(http.StatusConflict, notInState, "TRANSACTION_NOT_IN_STATE", "")
}

// capturePayment captures the whole amount of an authorisation.
func (s *Server) capturePayment(c call) reply {
	return s.operateOnPayment(c, func(p *payment, b operationRequest) (reply, *event) {
		switch {
		case p.Code != 5 && p.Code != 93:
			return notInStateReply(), nil
		case b.Amount != nil && *b.Amount != p.of.Cents:
			return invalidReply("amount"), nil // captures in parts are not simulated
		}
		p.timers = nil
		o := s.captureAll(p, 91, c.now)
		p.Code, p.ChangedAt = 91, c.now
		return jsonReply(http.StatusCreated, p.operationJSON(*o, "captureOutput")), &event{p.of, p, o.ID, 91}
	})
}

// cancelPayment cancels the whole amount of an authorisation that is not captured.
func (s *Server) cancelPayment(c call) reply {
	return s.operateOnPayment(c, func(p *payment, b operationRequest) (reply, *event) {
		switch {
		case p.Code != 5 && p.Code != 93:
			return notInStateReply(), nil
		case b.AmountOfMoney != nil && b.AmountOfMoney.Amount != p.of.Cents:
			return invalidReply("amountOfMoney.amount"), nil // cancellations in parts are not simulated
		}
		o := Operation{s.operationID(p), Cancellation, p.of.Cents, 61, c.now}
		p.Operations = append(p.Operations, o)
		p.Code, p.ChangedAt, p.timers = 61, c.now, nil
		s.scheduleChange(p, o.ID, 6, c.now)
		return jsonReply(http.StatusOK, object{"payment": p.paymentObject()}), &event{p.of, p, o.ID, 61}
	})
}

// refundPayment requests a refund. Its code is 81 at first and 8 once it is done; a special amount of the payment makes it end otherwise.
func (s *Server) refundPayment(c call) reply {
	return s.operateOnPayment(c, func(p *payment, b operationRequest) (reply, *event) {
		if !isCaptured(p.Code) || p.Closed {
			return notInStateReply(), nil
		}
		var given int64
		for _, o := range p.Operations {
			if o.Kind == Refund && o.Code != 83 {
				given += o.Cents
			}
		}
		cents := p.of.Cents - given
		if b.AmountOfMoney != nil {
			cents = b.AmountOfMoney.Amount
		}
		if cents <= 0 || cents > p.of.Cents-given {
			a := errorReply(http.StatusBadRequest, tooMuchBack, "REFUND_AMOUNT_EXCEEDED", "amountOfMoney.amount")
			a.body = []byte(strings.TrimSuffix(string(a.body), "}") + `,"refundResult":{"status":"REJECTED","statusOutput":{"statusCode":83}}}`)
			return a, nil
		}
		code := map[int64]int{1303: 83, 1203: 82}[p.of.Cents]
		if code == 0 {
			code = 81
		}
		o := Operation{s.operationID(p), Refund, cents, code, c.now}
		p.Operations = append(p.Operations, o)
		p.Closed = p.Closed || b.IsFinal && code != 83
		if cents == p.of.Cents && code != 83 { // a part does not change the payment (docs/direct.md §9.3)
			p.Code, p.ChangedAt = code, c.now
		}
		if code == 81 {
			end := 8
			if p.of.Cents == 1383 {
				end = 83
			}
			s.scheduleChange(p, o.ID, end, c.now)
		}
		return jsonReply(http.StatusCreated, p.operationJSON(o, "refundOutput")), &event{p.of, p, o.ID, code}
	})
}
