// Package soap is the wire that PayFiP's client and its simulator share: names, and a reader of XML that takes nothing which
// another reader could understand in another way (docs/payfip.md §3, §11). What each side makes of a document is its own.
package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The namespaces of the wire.
const (
	EnvelopeNS = "http://schemas.xmlsoap.org/soap/envelope/"
	ServiceNS  = "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService"
	RequestNS  = "http://securite.service.tpa.cp.finances.gouv.fr/requete" // of types; no element is in it
	AnswerNS   = "http://securite.service.tpa.cp.finances.gouv.fr/reponse" // of types; a test platform was seen to put members into it
)

// The operations of the web service.
const (
	Create = "creerPaiementSecurise"
	Detail = "recupererDetailPaiementSecurise"
	Client = "recupererDetailClient"
)

// The platform's own error elements.
const (
	FunctionalError  = "FonctionnelleErreur"
	BreakdownError   = "TechDysfonctionnementErreur"
	UnavailableError = "TechIndisponibiliteErreur"
	ProtocolError    = "TechProtocolaireErreur"
)

// Bounds of a document. Real ones have less than two kilobytes; one with a stack may have some more.
const (
	MaxBytes = 64 << 10
	MaxDepth = 32
)

// Element is a node of a document.
type Element struct {
	Name     xml.Name
	Text     string // of the element itself, trimmed; pieces between comments are joined
	Children []*Element
}

// Is reports whether e is a name of one namespace.
func (e *Element) Is(space, local string) bool { return e.Name == xml.Name{Space: space, Local: local} }

// Parse reads a whole document. Its errors hold nothing of the document.
func Parse(b []byte) (*Element, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("it is longer than %d bytes", MaxBytes)
	}
	dec := xml.NewDecoder(bytes.NewReader(b))
	var root *Element
	var open []*Element
	for {
		token, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF) && root != nil && len(open) == 0:
			return root, nil
		case err != nil:
			line, _ := dec.InputPos()
			return nil, fmt.Errorf("it is no well-formed XML in UTF-8 (line %d)", line)
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, errors.New("it has a document type, which SOAP forbids")
		case xml.ProcInst:
			if token.Target != "xml" {
				return nil, errors.New("it has a processing instruction, which SOAP forbids")
			}
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].Text += string(token)
			} else if text := strings.TrimPrefix(string(token), "\ufeff"); strings.TrimSpace(text) != "" {
				return nil, errors.New("it has text outside of the envelope")
			}
		case xml.StartElement:
			e := &Element{Name: token.Name}
			switch {
			case len(open) == MaxDepth:
				return nil, fmt.Errorf("its elements are nested more than %d deep", MaxDepth)
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.Children = append(parent.Children, e)
			case root != nil:
				return nil, errors.New("something stands after the envelope")
			default:
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			last := open[len(open)-1]
			last.Text = strings.TrimSpace(last.Text)
			open = open[:len(open)-1]
		}
	}
}
