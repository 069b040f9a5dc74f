package directtest

import (
	"net/http"
	"strings"
)

// getHostedCheckout answers with the state of a session, and with 404 from three hours after its creation.
func (s *Server) getHostedCheckout(c call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.applyDueChanges(c.now)
	o := s.byID[c.id]
	if o == nil || o.Merchant != c.merchant.PSPID || !c.now.Before(o.OpenedAt.Add(readableFor)) {
		return unknownID()
	}
	answer := object{"status": s.sessionStatus(o, c.now)}
	if p := o.lastPayment(); p != nil {
		answer["createdPaymentOutput"] = object{"payment": p.paymentObject(), "paymentStatusCategory": categoryOf(p.Code)}
	}
	return jsonReply(http.StatusOK, answer)
}

// withPayment calls do with the payment of the address, with the lock held, or answers 404.
func (s *Server) withPayment(c call, do func(*payment) reply) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.applyDueChanges(c.now)
	p := s.byPayment[c.id]
	if p == nil || p.of.Merchant != c.merchant.PSPID {
		return unknownID()
	}
	return do(p)
}

func (s *Server) getPayment(c call) reply {
	return s.withPayment(c, func(p *payment) reply { return jsonReply(http.StatusOK, p.paymentObject()) })
}

// getDetails answers with the payment and its Operations (with a capital): the authorisation and all later ones.
func (s *Server) getDetails(c call) reply {
	return s.withPayment(c, func(p *payment) reply {
		status, state := statusOf(p.Code, p.ErrorCode, p.ChangedAt)
		entry := func(id string, cents int64) object {
			return object{
				"id": id, "amountOfMoney": amountObject(cents, p.of.Currency), "status": status, "statusOutput": state, "paymentMethod": "card",
			}
		}
		list := []object{entry(p.ID, p.of.Cents)}
		for _, o := range p.Operations {
			status, state = statusOf(o.Code, "", o.At)
			list = append(list, entry(o.ID, o.Cents))
		}
		all := p.paymentObject()
		all["Operations"] = list
		return jsonReply(http.StatusOK, all)
	})
}

// listOperations answers with the operations of one kind on a payment, under the name.
func (s *Server) listOperations(c call, kind OperationKind, name string) reply {
	return s.withPayment(c, func(p *payment) reply {
		all := []object{}
		for _, o := range p.Operations {
			if o.Kind == kind {
				all = append(all, p.operationJSON(o, string(kind)+"Output"))
			}
		}
		return jsonReply(http.StatusOK, object{name: all})
	})
}

func (s *Server) getCaptures(c call) reply { return s.listOperations(c, Capture, "captures") }
func (s *Server) getRefunds(c call) reply  { return s.listOperations(c, Refund, "refunds") }

func (s *Server) testConnection(call) reply { return jsonReply(http.StatusOK, object{"result": "OK"}) }

// validateCredentials checks a webhook key of the merchant by its signature of the empty message.
func (s *Server) validateCredentials(c call) reply {
	var b struct{ Key, Secret string }
	if bad := c.decodeBody(&b); bad != nil {
		return *bad
	}
	result := "Invalid"
	if secret, ok := c.merchant.WebhookKeys[b.Key]; ok && sealOf(secret, nil) == strings.TrimSpace(b.Secret) {
		result = "Valid"
	}
	return jsonReply(http.StatusOK, object{"result": result})
}
