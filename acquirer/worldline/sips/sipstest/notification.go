package sipstest

import (
	"cmp"
	"crypto/rand"
	"net/url"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// automaticResponse is what the platform's server posts to automaticResponseUrl.
func (s *Server) automaticResponse(t bank.Transaction) url.Values {
	return s.responseForm(t, t.Fields[keptAutomatic])
}

// manualResponse is what the payer's browser posts to normalReturnUrl. Its content is that of the automatic response; beside it stands
// the language of the pages, as on every captured return since 2020.
func (s *Server) manualResponse(t bank.Transaction) url.Values {
	form := s.responseForm(t, t.Fields[keptNormal])
	form.Set("locale", cmp.Or(t.Language, "fr"))
	return form
}

// responseForm is the form of a response: Data as the request's version asks, encoded as it asks, sealed as it announced or
// else with SHA-256, whatever its own default was.
func (s *Server) responseForm(t bank.Transaction, answerVersion string) url.Values {
	plain := s.dataOf(t, answerVersion)
	encoding := strings.ToLower(t.Fields["responseEncoding"])
	if e := encodings[encoding]; e != nil {
		plain = e.EncodeToString([]byte(plain))
	}
	return url.Values{
		"Data": {plain}, "Encode": {t.Fields["responseEncoding"]}, "InterfaceVersion": {answerVersion},
		"Seal": {s.stampOf(t).seal(plain)},
	}
}

// stampOf seals notifications of a transaction.
func (s *Server) stampOf(t bank.Transaction) stamp {
	version, _ := strconv.Atoi(t.Fields[keptVersion]) // written by openSession
	return caller{merchant: s.merchants[t.Merchant], version: version, algorithm: t.Fields[keptAlgorithm]}.stampFor(plainSHA)
}

// dataOf writes Data in the format of a version.
func (s *Server) dataOf(t bank.Transaction, answerVersion string) string {
	v, _ := readVersion(answerVersion, pipe, js) // written by openSession
	if v.name == js {
		return writeJSON(s.contentOf(t, v))
	}
	return writePipe(s.contentOf(t, v), v)
}

// spoil does Tampered, Forged and Unsealed to the automatic response of a transaction.
var spoil = map[Fault]func(s *Server, t bank.Transaction, form url.Values){
	Tampered: func(s *Server, t bank.Transaction, form url.Values) { // paid, and cheap
		t.Code, t.AcquirerCode, t.Cents = "00", "00", cheaperAmount(t.Cents)
		form.Set("Data", s.automaticResponse(t).Get("Data"))
	},
	Forged: func(s *Server, t bank.Transaction, form url.Values) {
		st := s.stampOf(t)
		form.Set("Seal", stamp{st.algorithm, rand.Text()}.seal(form.Get("Data")))
	},
	Unsealed: func(_ *Server, _ bank.Transaction, form url.Values) { form.Set("Seal", "") },
}

func cheaperAmount(cents int64) int64 {
	if cents == 1 {
		return 2
	}
	return 1
}
