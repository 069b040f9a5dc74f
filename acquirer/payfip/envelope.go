package payfip

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// A member is one value of a request. Members are sent in alphabetical order, as the schema lists them.
type member struct{ name, value string }

// writeEnvelope writes a request. Only the operation is in the service's namespace: arg0 and the members are in none, which is why the
// prefix is written by hand. encoding/xml would put all of them into the operation's (docs/payfip.md §11).
func writeEnvelope(operation string, members []member) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<soapenv:Envelope xmlns:soapenv="` + soap.EnvelopeNS + `" xmlns:tns="` +
		soap.ServiceNS + `"><soapenv:Body><tns:` + operation + `><arg0>`)
	for _, m := range members {
		b.WriteString("<" + m.name + ">")
		xml.EscapeText(&b, []byte(m.value)) // to a Buffer it cannot fail
		b.WriteString("</" + m.name + ">")
	}
	b.WriteString(`</arg0></tns:` + operation + `></soapenv:Body></soapenv:Envelope>`)
	return b.Bytes()
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
	soap.FunctionalError: true, soap.BreakdownError: true, soap.UnavailableError: true, soap.ProtocolError: true,
}

// readAnswer reads the answer to an operation. The error says why the bytes are not such an answer.
func readAnswer(b []byte, operation string) (answer, error) {
	root, err := soap.Parse(b)
	if err != nil {
		return answer{}, err
	}
	if !root.Is(soap.EnvelopeNS, "Envelope") {
		return answer{}, errors.New("it is no SOAP 1.1 envelope")
	}
	parts := root.Children
	if len(parts) > 0 && parts[0].Is(soap.EnvelopeNS, "Header") {
		parts = parts[1:]
	}
	if len(parts) != 1 || !parts[0].Is(soap.EnvelopeNS, "Body") || len(parts[0].Children) != 1 {
		return answer{}, errors.New("the envelope has not one Body with one element")
	}
	content := parts[0].Children[0]
	switch {
	case content.Is(soap.EnvelopeNS, "Fault"):
		f, err := readFault(content)
		return answer{fault: f}, err
	case !content.Is(soap.ServiceNS, operation+"Response"):
		return answer{}, fmt.Errorf("it is no answer to %s", operation)
	}
	var found *soap.Element
	for _, e := range content.Children {
		if e.Name.Local == "return" && memberSpaces[e.Name.Space] {
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
var memberSpaces = map[string]bool{"": true, soap.ServiceNS: true, soap.AnswerNS: true}

// readMembers reads the children of e by name. What stands in a foreign namespace is passed over. A name that stands twice is
// refused, and so is a member with elements inside: another reader would take another value.
func readMembers(e *soap.Element) (map[string]string, error) {
	members := make(map[string]string, len(e.Children))
	for _, c := range e.Children {
		if !memberSpaces[c.Name.Space] {
			continue
		}
		name := c.Name.Local
		if _, twice := members[name]; twice {
			return nil, errors.New("one of its members stands twice")
		}
		if len(c.Children) > 0 {
			return nil, errors.New("one of its members has elements inside")
		}
		members[name] = c.Text
	}
	return members, nil
}

// readFault reads a Fault. Elements beside the platform's own, such as the stack that JAX-WS may add, are passed over.
func readFault(e *soap.Element) (*fault, error) {
	f := &fault{}
	for _, part := range e.Children {
		switch part.Name.Local {
		case "faultcode":
			_, local, found := strings.Cut(part.Text, ":")
			if !found {
				local = part.Text
			}
			f.client = strings.HasPrefix(local, "Client") || local == "VersionMismatch"
		case "detail":
			for _, d := range part.Children {
				if d.Name.Space != soap.ServiceNS || !errorClasses[d.Name.Local] || f.class != "" {
					continue
				}
				members, err := readMembers(d)
				if err != nil {
					return nil, err
				}
				f.class, f.code, f.text = d.Name.Local, wire.Printable(members["code"]), members["libelle"]
				if f.text == "" {
					f.text = members["descriptif"]
				}
			}
		}
	}
	return f, nil
}
