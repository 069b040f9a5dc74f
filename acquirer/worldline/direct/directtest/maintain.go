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

// operate reads the body and does something to the payment, with the lock held. What was done is told after the lock is released.
func (s *Server) operate(c call, do func(p *payment, b operationRequest) (reply, *event)) reply {
	var b operationRequest
	if bad := c.decode(&b); bad != nil {
		return *bad
	}
	switch {
	case len(b.OperationReferences.MerchantReference) > maxReference:
		return invalid("operationReferences.merchantReference")
	case len(b.Reason) > 100:
		return invalid("reason")
	}
	var told *event
	a := s.withPayment(c, func(p *payment) reply {
		if m := b.AmountOfMoney; m != nil {
			switch {
			case m.Amount <= 0:
				return invalid("amountOfMoney.amount")
			case m.CurrencyCode != p.of.Currency:
				return invalid("amountOfMoney.currencyCode")
			}
		}
		var a reply
		a, told = do(p, b)
		return a
	})
	if told != nil {
		s.tell(*told)
	}
	return a
}

// conflict says that the payment is not in the state for it.
func conflict() reply {
	return refused(http.StatusConflict, notInState, "TRANSACTION_NOT_IN_STATE", "")
}

// capturePayment takes the money of an authorisation: all of it.
func (s *Server) capturePayment(c call) reply {
	return s.operate(c, func(p *payment, b operationRequest) (reply, *event) {
		switch {
		case p.Code != 5 && p.Code != 93:
			return conflict(), nil
		case b.Amount != nil && *b.Amount != p.of.Cents:
			return invalid("amount"), nil // captures in parts are not simulated
		}
		p.timers = nil
		o := s.capture(p, 91, c.now)
		p.Code, p.ChangedAt = 91, c.now
		return said(http.StatusCreated, p.operationJSON(*o, "captureOutput")), &event{p.of, p, o.ID, 91}
	})
}

// cancelPayment gives an authorisation up: all of it, before it is captured.
func (s *Server) cancelPayment(c call) reply {
	return s.operate(c, func(p *payment, b operationRequest) (reply, *event) {
		switch {
		case p.Code != 5 && p.Code != 93:
			return conflict(), nil
		case b.AmountOfMoney != nil && b.AmountOfMoney.Amount != p.of.Cents:
			return invalid("amountOfMoney.amount"), nil // cancellations in parts are not simulated
		}
		o := Operation{s.operationID(p), Cancellation, p.of.Cents, 61, c.now}
		p.Operations = append(p.Operations, o)
		p.Code, p.ChangedAt, p.timers = 61, c.now, nil
		s.later(p, o.ID, 6, c.now)
		return said(http.StatusOK, object{"payment": p.json()}), &event{p.of, p, o.ID, 61}
	})
}

// refundPayment asks for money to go back. It is taken (81) and done later (8), or ends as the payment's amount says.
func (s *Server) refundPayment(c call) reply {
	return s.operate(c, func(p *payment, b operationRequest) (reply, *event) {
		if !captured(p.Code) || p.Closed {
			return conflict(), nil
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
			a := refused(http.StatusBadRequest, tooMuchBack, "REFUND_AMOUNT_EXCEEDED", "amountOfMoney.amount")
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
			s.later(p, o.ID, end, c.now)
		}
		return said(http.StatusCreated, p.operationJSON(o, "refundOutput")), &event{p.of, p, o.ID, code}
	})
}
