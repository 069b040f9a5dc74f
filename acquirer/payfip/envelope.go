package payfip

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The namespaces of the wire (docs/payfip.md §3).
const (
	soapNS    = "http://schemas.xmlsoap.org/soap/envelope/"
	serviceNS = "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService"
	answerNS  = "http://securite.service.tpa.cp.finances.gouv.fr/reponse"
)

// The operations of the web service.
const (
	opCreate = "creerPaiementSecurise"
	opDetail = "recupererDetailPaiementSecurise"
	opClient = "recupererDetailClient"
)

// A member is one value of a request. Members are sent in alphabetical order, as the schema lists them.
type member struct{ name, value string }

// envelope writes a request. Only the operation is in the service's namespace: arg0 and the members are in none, which is why the
// prefix is written by hand. encoding/xml would put all of them into the operation's (docs/payfip.md §11).
func envelope(operation string, members []member) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<soapenv:Envelope xmlns:soapenv="` + soapNS + `" xmlns:tns="` +
		serviceNS + `"><soapenv:Body><tns:` + operation + `><arg0>`)
	for _, m := range members {
		b.WriteString("<" + m.name + ">")
		xml.EscapeText(&b, []byte(m.value)) // to a Buffer it cannot fail
		b.WriteString("</" + m.name + ">")
	}
	b.WriteString(`</arg0></tns:` + operation + `></soapenv:Body></soapenv:Envelope>`)
	return b.Bytes()
}

// Bounds of an answer. Real ones have less than two kilobytes; one with a stack may have some more.
const (
	maxAnswer = 64 << 10
	maxDepth  = 32
)

// An element is a node of an answer.
type element struct {
	name     xml.Name
	text     string // of the element itself, trimmed; pieces between comments are joined
	children []*element
}

// is reports whether e is a name of one namespace.
func (e *element) is(space, local string) bool { return e.name == xml.Name{Space: space, Local: local} }

// parseXML reads a whole document. Its errors hold nothing of the document.
func parseXML(b []byte) (*element, error) {
	if len(b) > maxAnswer {
		return nil, fmt.Errorf("it is longer than %d bytes", maxAnswer)
	}
	dec := xml.NewDecoder(bytes.NewReader(b))
	var root *element
	var open []*element
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
				open[len(open)-1].text += string(token)
			} else if text := strings.TrimPrefix(string(token), "\ufeff"); strings.TrimSpace(text) != "" {
				return nil, errors.New("it has text outside of the envelope")
			}
		case xml.StartElement:
			e := &element{name: token.Name}
			switch {
			case len(open) == maxDepth:
				return nil, fmt.Errorf("its elements are nested more than %d deep", maxDepth)
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			case root != nil:
				return nil, errors.New("something stands after the envelope")
			default:
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			last := open[len(open)-1]
			last.text = strings.TrimSpace(last.text)
			open = open[:len(open)-1]
		}
	}
}

// An answer is what an envelope brought: members by name, or a fault.
type answer struct {
	members map[string]string
	fault   *fault
}

// A fault is a SOAP Fault (docs/payfip.md §7.1). Of its texts only what the platform's people wrote is kept.
type fault struct {
	class  string // local name of the error's element, one of errorClasses; empty: none was found
	code   string // such as P5; printable
	text   string // libelle or descriptif; it may repeat what was asked
	client bool   // faultcode …:Client: the request was malformed
}

// errorClasses are the platform's own error elements.
var errorClasses = map[string]bool{
	"FonctionnelleErreur": true, "TechDysfonctionnementErreur": true, "TechIndisponibiliteErreur": true, "TechProtocolaireErreur": true,
}

// readAnswer reads the answer to an operation. The error says why it is none.
func readAnswer(b []byte, operation string) (answer, error) {
	root, err := parseXML(b)
	if err != nil {
		return answer{}, err
	}
	if !root.is(soapNS, "Envelope") {
		return answer{}, errors.New("it is no SOAP 1.1 envelope")
	}
	parts := root.children
	if len(parts) > 0 && parts[0].is(soapNS, "Header") {
		parts = parts[1:]
	}
	if len(parts) != 1 || !parts[0].is(soapNS, "Body") || len(parts[0].children) != 1 {
		return answer{}, errors.New("the envelope has not one Body with one element")
	}
	content := parts[0].children[0]
	switch {
	case content.is(soapNS, "Fault"):
		f, err := readFault(content)
		return answer{fault: f}, err
	case !content.is(serviceNS, operation+"Response"):
		return answer{}, fmt.Errorf("it is no answer to %s", operation)
	}
	var found *element
	for _, e := range content.children {
		if e.name.Local == "return" && memberSpaces[e.name.Space] {
			if found != nil {
				return answer{}, errors.New("it has two returns")
			}
			found = e
		}
	}
	if found == nil {
		return answer{members: map[string]string{}}, nil
	}
	members, err := readMembers(found)
	return answer{members: members}, err
}

// memberSpaces are where members are read: in no namespace as the schema has them, and in those that platforms for tests put them.
var memberSpaces = map[string]bool{"": true, serviceNS: true, answerNS: true}

// readMembers reads the children of e by name. What stands in a foreign namespace is passed over. A name that stands twice is
// refused, and so is a member with elements inside: another reader would take another value.
func readMembers(e *element) (map[string]string, error) {
	members := make(map[string]string, len(e.children))
	for _, c := range e.children {
		if !memberSpaces[c.name.Space] {
			continue
		}
		name := c.name.Local
		if _, twice := members[name]; twice {
			return nil, errors.New("one of its members stands twice")
		}
		if len(c.children) > 0 {
			return nil, errors.New("one of its members has elements inside")
		}
		members[name] = c.text
	}
	return members, nil
}

// readFault reads a Fault. Elements beside the platform's own, such as the stack that JAX-WS may add, are passed over.
func readFault(e *element) (*fault, error) {
	f := &fault{}
	for _, part := range e.children {
		switch part.name.Local {
		case "faultcode":
			_, local, found := strings.Cut(part.text, ":")
			if !found {
				local = part.text
			}
			f.client = strings.HasPrefix(local, "Client") || local == "VersionMismatch"
		case "detail":
			for _, d := range part.children {
				if d.name.Space != serviceNS || !errorClasses[d.name.Local] || f.class != "" {
					continue
				}
				members, err := readMembers(d)
				if err != nil {
					return nil, err
				}
				f.class, f.code, f.text = d.name.Local, printable(members["code"]), members["libelle"]
				if f.text == "" {
					f.text = members["descriptif"]
				}
			}
		}
	}
	return f, nil
}
