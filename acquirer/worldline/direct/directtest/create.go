package directtest

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

// What the contract says of createHostedCheckout (docs/direct.md §5.1).
const (
	maxReference   = 40
	maxParameters  = 1000
	maxReturnURL   = 200
	maxWebhookURL  = 325
	maxLocale      = 6
	maxWebhooks    = 5
	longestSession = 1440 // minutes
	defaultSession = 180
	mostAttempts   = 10
	largestAmount  = 999_999_999_999
	readableFor    = 3 * time.Hour // after the creation (docs/direct.md §7.1)
)

// onlyAuthorising are the modes in which a payment is authorised, and captured when the merchant asks for it. Without a mode the account
// decides, which captures here.
var onlyAuthorising = []string{"FINAL_AUTHORIZATION", "PRE_AUTHORIZATION"}

// createRequest is the part of the body that the simulator reads.
type createRequest struct {
	Order *struct {
		AmountOfMoney *struct {
			Amount       *int64 `json:"amount"`
			CurrencyCode string `json:"currencyCode"`
		} `json:"amountOfMoney"`
		References struct {
			MerchantReference  string `json:"merchantReference"`
			MerchantParameters string `json:"merchantParameters"`
		} `json:"references"`
	} `json:"order"`
	Hosted struct {
		ReturnURL      string `json:"returnUrl"`
		Locale         string `json:"locale"`
		SessionTimeout *int   `json:"sessionTimeout"`
		Attempts       *int   `json:"allowedNumberOfPaymentAttempts"`
		ShowResultPage *bool  `json:"showResultPage"`
		Filters        struct {
			RestrictTo struct {
				Groups   []string `json:"groups"`
				Products []int    `json:"products"`
			} `json:"restrictTo"`
			Exclude struct {
				Groups []string `json:"groups"`
			} `json:"exclude"`
		} `json:"paymentProductFilters"`
		Tokens      string `json:"tokens"`
		IsRecurring bool   `json:"isRecurring"`
		IsNewSeries bool   `json:"isNewUnscheduledCardOnFileSeries"`
		Card        struct {
			TokenizationMode string `json:"tokenizationMode"`
		} `json:"cardPaymentMethodSpecificInput"`
	} `json:"hostedCheckoutSpecificInput"`
	Card struct {
		AuthorizationMode string `json:"authorizationMode"`
	} `json:"cardPaymentMethodSpecificInput"`
	Feedbacks struct {
		WebhooksURLs []string `json:"webhooksUrls"`
	} `json:"feedbacks"`
}

// members lists, for Options.Strict, the documented members that a public body or an SDK may send, by the path of their object.
var members = map[string][]string{
	"": {"order", "hostedCheckoutSpecificInput", "cardPaymentMethodSpecificInput", "feedbacks", "fraudFields", "mobilePaymentMethodSpecificInput",
		"redirectPaymentMethodSpecificInput", "sepaDirectDebitPaymentMethodSpecificInput"},
	"order": {"amountOfMoney", "references", "customer", "shoppingCart", "discount", "shipping", "surchargeSpecificInput", "additionalInput"},
	"hostedCheckoutSpecificInput": {"returnUrl", "locale", "sessionTimeout", "allowedNumberOfPaymentAttempts", "showResultPage", "variant",
		"paymentProductFilters", "tokens", "isRecurring", "isNewUnscheduledCardOnFileSeries", "cardPaymentMethodSpecificInput"},
	"feedbacks": {"webhooksUrls", "webhookUrl"},
}

// createHostedCheckout opens a session. A repeated request opens another session.
func (s *Server) createHostedCheckout(c call) reply {
	var b createRequest
	if bad := c.decodeBody(&b); bad != nil {
		return *bad
	}
	if s.o.Strict {
		if property := unknownMember(c.body); property != "" {
			return invalidReply(property)
		}
	}
	if property := b.firstInvalidMember(); property != "" {
		return invalidReply(property)
	}
	lifetime := time.Duration(valueOr(b.Hosted.SessionTimeout, defaultSession)) * time.Minute
	webhooks := b.Feedbacks.WebhooksURLs
	if len(webhooks) == 0 { // addresses in the request replace those of the portal
		webhooks = c.merchant.Webhooks
	}
	fs := s.faults.Next(fault.OnSession)

	s.mu.Lock()
	defer s.mu.Unlock()
	serial := s.nextSerial()
	reference := cmp.Or(b.Order.References.MerchantReference, "REF"+decimalText(serial))
	o := &checkout{
		Checkout: Checkout{
			Merchant: c.merchant.PSPID, ID: decimalText(serial), Reference: reference, Parameters: b.Order.References.MerchantParameters,
			Cents: *b.Order.AmountOfMoney.Amount, Currency: b.Order.AmountOfMoney.CurrencyCode,
			OpenedAt: c.now, ExpiresAt: c.now.Add(lifetime),
		},
		Form: formToken(), ReturnMAC: newUUID(), ReturnURL: b.Hosted.ReturnURL, Webhooks: slices.Clone(webhooks), Serial: serial,
		ResultPage: valueOr(b.Hosted.ShowResultPage, true), OnlyAuthorised: slices.Contains(onlyAuthorising, b.Card.AuthorizationMode),
	}
	session, err := s.bank.OpenLimited(bank.Order{
		ID: o.ID, Merchant: o.Merchant, Reference: bankReference(reference), OrderID: o.Parameters, Cents: o.Cents, Currency: o.Currency, ReturnURL: o.ReturnURL,
		Lifetime: lifetime, Attempts: valueOr(b.Hosted.Attempts, mostAttempts), Language: b.Hosted.Locale,
	}, fault.Uses(fs))
	if no := (*bank.Refusal)(nil); errors.As(err, &no) {
		return invalidReply("order." + no.Field)
	}
	o.Token = session.Token
	s.checkouts = append(s.checkouts, o)
	s.byID[o.ID], s.byForm[o.Form] = o, o
	address := s.URL + formPath + o.Form
	return jsonReply(http.StatusOK, struct {
		ReturnMAC          string   `json:"RETURNMAC"`
		HostedCheckoutID   string   `json:"hostedCheckoutId"`
		InvalidTokens      []string `json:"invalidTokens"`
		MerchantReference  string   `json:"merchantReference"`
		PartialRedirectURL string   `json:"partialRedirectUrl"`
		RedirectURL        string   `json:"redirectUrl"`
	}{o.ReturnMAC, o.ID, []string{}, o.Reference, strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://"), address})
}

// valueOr returns the value of a member that a request may leave out.
func valueOr[T any](given *T, other T) T {
	if given == nil {
		return other
	}
	return *given
}

// bankReference returns a merchant's reference as the bank's pages can show it: capital letters and digits, at most 35.
func bankReference(reference string) string {
	const shown = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	var b strings.Builder
	for _, r := range strings.ToUpper(reference) {
		if strings.ContainsRune(shown, r) && b.Len() < 35 {
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return "REF"
	}
	return b.String()
}

// firstInvalidMember returns the name of the first member that breaks the API's contract; empty when none does.
func (b createRequest) firstInvalidMember() string {
	longer := func(s string, most int) bool { return utf8.RuneCountInString(s) > most }
	between := func(n *int, least, most int) bool { return n == nil || *n >= least && *n <= most }
	h := b.Hosted
	for _, c := range []struct {
		property string
		wrong    func() bool
	}{
		{"order", func() bool { return b.Order == nil }},
		{"order.amountOfMoney", func() bool { return b.Order.AmountOfMoney == nil }},
		{"order.amountOfMoney.amount", func() bool {
			a := b.Order.AmountOfMoney.Amount
			return a == nil || *a <= 0 || *a > largestAmount
		}},
		{"order.amountOfMoney.currencyCode", func() bool {
			c := b.Order.AmountOfMoney.CurrencyCode
			return len(c) != 3 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != ""
		}},
		{"order.references.merchantReference", func() bool { return longer(b.Order.References.MerchantReference, maxReference) }},
		{"order.references.merchantParameters", func() bool { return longer(b.Order.References.MerchantParameters, maxParameters) }},
		{"hostedCheckoutSpecificInput.returnUrl", func() bool {
			return longer(h.ReturnURL, maxReturnURL) || h.ReturnURL != "" && !isAddress(h.ReturnURL)
		}},
		{"hostedCheckoutSpecificInput.locale", func() bool { return longer(h.Locale, maxLocale) }},
		{"hostedCheckoutSpecificInput.sessionTimeout", func() bool { return !between(h.SessionTimeout, 1, longestSession) }},
		{"hostedCheckoutSpecificInput.allowedNumberOfPaymentAttempts", func() bool { return !between(h.Attempts, 1, mostAttempts) }},
		// The simulator offers cards only, and stores none.
		{"hostedCheckoutSpecificInput.paymentProductFilters.restrictTo.groups", func() bool {
			to := h.Filters.RestrictTo
			return len(to.Groups) > 0 && !slices.Contains(to.Groups, "cards") && len(to.Products) == 0
		}},
		{"hostedCheckoutSpecificInput.paymentProductFilters.restrictTo.products", func() bool {
			to := h.Filters.RestrictTo
			return len(to.Products) > 0 && !slices.Contains(to.Groups, "cards") && !slices.ContainsFunc(to.Products, isCard)
		}},
		{"hostedCheckoutSpecificInput.paymentProductFilters.exclude.groups", func() bool {
			return slices.Contains(h.Filters.Exclude.Groups, "cards")
		}},
		{"hostedCheckoutSpecificInput.tokens", func() bool { return h.Tokens != "" }},
		{"hostedCheckoutSpecificInput.isRecurring", func() bool { return h.IsRecurring }},
		{"hostedCheckoutSpecificInput.isNewUnscheduledCardOnFileSeries", func() bool { return h.IsNewSeries }},
		{"hostedCheckoutSpecificInput.cardPaymentMethodSpecificInput.tokenizationMode", func() bool {
			return !slices.Contains([]string{"", "noTokenization"}, h.Card.TokenizationMode)
		}},
		{"cardPaymentMethodSpecificInput.authorizationMode", func() bool {
			mode := b.Card.AuthorizationMode
			return mode != "" && mode != "SALE" && !slices.Contains(onlyAuthorising, mode)
		}},
		{"feedbacks.webhooksUrls", func() bool {
			return len(b.Feedbacks.WebhooksURLs) > maxWebhooks || slices.ContainsFunc(b.Feedbacks.WebhooksURLs, func(u string) bool {
				return longer(u, maxWebhookURL) || !isAddress(u)
			})
		}},
	} {
		if c.wrong() {
			return c.property
		}
	}
	return ""
}

// isCard reports whether a payment product is a card: those of the contract (docs/direct.md §7.4).
func isCard(product int) bool {
	return slices.Contains([]int{1, 2, 3, 117, 125, 128, 130, 132}, product)
}

func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// unknownMember names the first member, by name, that the contract does not have; empty if there is none.
func unknownMember(body []byte) string {
	var top map[string]json.RawMessage
	if json.Unmarshal(body, &top) != nil {
		return ""
	}
	for _, of := range slices.Sorted(maps.Keys(members)) { // the request itself is first
		object := top
		if of != "" {
			object = nil
			if json.Unmarshal(top[of], &object) != nil {
				continue
			}
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if !slices.Contains(members[of], name) {
				return strings.TrimPrefix(of+"."+name, ".")
			}
		}
	}
	return ""
}
