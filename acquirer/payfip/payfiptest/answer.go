package payfiptest

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// A pair is a member of an answer. One without a value is absent, or nil.
type pair struct{ name, value string }

// A reply is an answer before it is on the wire.
type reply struct {
	status      int
	contentType string
	body        []byte
}

const xmlType = `text/xml;charset="utf-8"` // quotes and all, as JAX-WS writes it

func (a reply) head(w http.ResponseWriter) {
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
}

func (a reply) write(w http.ResponseWriter) {
	a.head(w)
	w.Write(a.body)
}

// A writer writes an envelope, with or without line ends.
type writer struct {
	bytes.Buffer
	pretty bool
	depth  int
}

func (w *writer) line() {
	if w.pretty {
		w.WriteString("\n" + strings.Repeat("  ", w.depth))
	}
}

// open writes a start tag; attributes stand behind the name.
func (w *writer) open(tag string) {
	w.line()
	w.WriteString("<" + tag + ">")
	w.depth++
}

func (w *writer) shut(name string) {
	w.depth--
	w.line()
	w.WriteString("</" + name + ">")
}

// leaf writes an element with text, or an empty one.
func (w *writer) leaf(tag, text string) {
	w.line()
	name, _, _ := strings.Cut(tag, " ")
	if text == "" {
		w.WriteString("<" + tag + "/>")
		return
	}
	w.WriteString("<" + tag + ">")
	xml.EscapeText(w, []byte(text)) // to a Buffer it cannot fail
	w.WriteString("</" + name + ">")
}

// names are the prefixes of a dialect, with their declarations.
type names struct {
	envelope, envelopeTag   string // prefix with its colon; what stands behind the Envelope's name
	response, responseTag   string
	result, resultNamespace string // attribute of return; prefix of members
}

func namesOf(d Dialect) names {
	const unused = ` xmlns:ns3="` + soap.AnswerNS + `" xmlns:ns4="` + soap.RequestNS + `"`
	switch d {
	case OtherPrefixes:
		return names{"soapenv:", ` xmlns:soapenv="` + soap.EnvelopeNS + `" xmlns:p="` + soap.ServiceNS + `"`, "p:", "", "", ""}
	case DefaultNamespace:
		return names{"", ` xmlns="` + soap.EnvelopeNS + `"`, "", ` xmlns="` + soap.ServiceNS + `"`, ` xmlns=""`, ""}
	case Qualified:
		return names{"S:", ` xmlns:S="` + soap.EnvelopeNS + `"`, "ns2:", ` xmlns:ns2="` + soap.ServiceNS + `"` + unused, "", "ns3:"}
	}
	return names{"S:", ` xmlns:S="` + soap.EnvelopeNS + `"`, "ns2:", ` xmlns:ns2="` + soap.ServiceNS + `"` + unused, "", ""}
}

// render writes an answer: the members, or the refusal.
func render(h Habits, operation string, members []pair, refused *Refusal) reply {
	if refused != nil {
		return renderFault(h, refused)
	}
	n := namesOf(h.Dialect)
	w := &writer{pretty: h.Pretty}
	w.WriteString(`<?xml version='1.0' encoding='UTF-8'?>`)
	w.open(n.envelope + "Envelope" + n.envelopeTag)
	w.open(n.envelope + "Body")
	w.open(n.response + operation + "Response" + n.responseTag)
	w.open("return" + n.result)
	for _, m := range members {
		switch {
		case m.value != "":
			w.leaf(n.resultNamespace+m.name, m.value)
		case h.Nil:
			w.leaf(n.resultNamespace+m.name+` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"`, "")
		}
	}
	if h.UnknownMember {
		w.leaf(n.resultNamespace+"typepaiement", "inconnu")
	}
	w.shut("return")
	w.shut(n.response + operation + "Response")
	w.shut(n.envelope + "Body")
	w.shut(n.envelope + "Envelope")
	return reply{http.StatusOK, xmlType, w.Bytes()}
}

// renderFault writes a SOAP Fault as docs/payfip.md §7.1 has it: the class in faultstring, an empty descriptif, the words in libelle.
func renderFault(h Habits, r *Refusal) reply {
	element, libelle := r.Element, r.Libelle
	if element == "" {
		element = soap.FunctionalError
	}
	if libelle == "" {
		libelle = libelles[r.Code]
	}
	return writeFault(h, "Server", "fr.gouv.finances.cp.tpa.webservice.exceptions."+element, func(w *writer) {
		w.open(`ns1:` + element + ` xmlns:ns1="` + soap.ServiceNS + `"`)
		w.leaf("code", r.Code)
		w.leaf("descriptif", "")
		w.leaf("libelle", libelle)
		w.leaf("severite", "2")
		w.shut(`ns1:` + element)
		if h.Stack {
			w.open(`ns9:exception xmlns:ns9="http://jax-ws.dev.java.net/" class="fr.gouv.finances.cp.tpa.webservice.exceptions.` + element + `"`)
			w.leaf("message", libelle)
			w.open("ns9:stackTrace")
			w.leaf(`ns9:frame class="a" file="A.java" line="1" method="m"`, "")
			w.shut("ns9:stackTrace")
			w.shut("ns9:exception")
		}
	})
}

// unreadable answers what is no request.
func unreadable(h Habits) reply { return writeFault(h, "Client", "Couldn't create SOAP message", nil) }

// writeFault writes a Fault; detail may be nil.
func writeFault(h Habits, code, text string, detail func(*writer)) reply {
	n := namesOf(h.Dialect)
	prefix := n.envelope
	w := &writer{pretty: h.Pretty}
	w.WriteString(`<?xml version='1.0' encoding='UTF-8'?>`)
	w.open(prefix + "Envelope" + n.envelopeTag)
	w.open(prefix + "Body")
	w.open(prefix + `Fault xmlns:ns4="http://www.w3.org/2003/05/soap-envelope"`)
	leave := ""
	if prefix == "" {
		leave = ` xmlns=""`
	}
	w.leaf("faultcode"+leave, prefix+code)
	w.leaf("faultstring"+leave, text)
	if detail != nil {
		w.open("detail" + leave)
		detail(w)
		w.shut("detail")
	}
	w.shut(prefix + "Fault")
	w.shut(prefix + "Body")
	w.shut(prefix + "Envelope")
	a := reply{http.StatusInternalServerError, xmlType, w.Bytes()}
	if h.Status200 {
		a.status = http.StatusOK
	}
	return a
}
