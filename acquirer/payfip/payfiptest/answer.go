package payfiptest

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// A pair is a member of an answer. A member without a value is left out or, under Habits.Nil, written with xsi:nil.
type pair struct{ name, value string }

// A reply is an answer before it is on the wire.
type reply struct {
	status      int
	contentType string
	body        []byte
}

const xmlType = `text/xml;charset="utf-8"` // JAX-WS writes the quotes too

func (a reply) writeHeader(w http.ResponseWriter) {
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
}

func (a reply) write(w http.ResponseWriter) {
	a.writeHeader(w)
	w.Write(a.body)
}

// A writer writes an envelope, with or without line ends.
type writer struct {
	bytes.Buffer
	pretty bool
	depth  int
}

func (w *writer) newLine() {
	if w.pretty {
		w.WriteString("\n" + strings.Repeat("  ", w.depth))
	}
}

// startTag writes a start tag; attributes follow the name in tag.
func (w *writer) startTag(tag string) {
	w.newLine()
	w.WriteString("<" + tag + ">")
	w.depth++
}

func (w *writer) endTag(name string) {
	w.depth--
	w.newLine()
	w.WriteString("</" + name + ">")
}

// textElement writes an element with its text; without text, a self-closing tag.
func (w *writer) textElement(tag, text string) {
	w.newLine()
	name, _, _ := strings.Cut(tag, " ")
	if text == "" {
		w.WriteString("<" + tag + "/>")
		return
	}
	w.WriteString("<" + tag + ">")
	xml.EscapeText(w, []byte(text)) // a write to a Buffer cannot fail
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

// renderAnswer returns the SOAP answer that holds the members or, if there is one, the refusal.
func renderAnswer(h Habits, operation string, members []pair, refused *Refusal) reply {
	if refused != nil {
		return renderFault(h, refused)
	}
	n := namesOf(h.Dialect)
	w := &writer{pretty: h.Pretty}
	w.WriteString(`<?xml version='1.0' encoding='UTF-8'?>`)
	w.startTag(n.envelope + "Envelope" + n.envelopeTag)
	w.startTag(n.envelope + "Body")
	w.startTag(n.response + operation + "Response" + n.responseTag)
	w.startTag("return" + n.result)
	for _, m := range members {
		switch {
		case m.value != "":
			w.textElement(n.resultNamespace+m.name, m.value)
		case h.Nil:
			w.textElement(n.resultNamespace+m.name+` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"`, "")
		}
	}
	if h.UnknownMember {
		w.textElement(n.resultNamespace+"typepaiement", "inconnu")
	}
	w.endTag("return")
	w.endTag(n.response + operation + "Response")
	w.endTag(n.envelope + "Body")
	w.endTag(n.envelope + "Envelope")
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
		w.startTag(`ns1:` + element + ` xmlns:ns1="` + soap.ServiceNS + `"`)
		w.textElement("code", r.Code)
		w.textElement("descriptif", "")
		w.textElement("libelle", libelle)
		w.textElement("severite", "2")
		w.endTag(`ns1:` + element)
		if h.Stack {
			w.startTag(`ns9:exception xmlns:ns9="http://jax-ws.dev.java.net/" class="fr.gouv.finances.cp.tpa.webservice.exceptions.` + element + `"`)
			w.textElement("message", libelle)
			w.startTag("ns9:stackTrace")
			w.textElement(`ns9:frame class="a" file="A.java" line="1" method="m"`, "")
			w.endTag("ns9:stackTrace")
			w.endTag("ns9:exception")
		}
	})
}

// unreadableRequest returns the answer to a body that is not a SOAP request.
func unreadableRequest(h Habits) reply {
	return writeFault(h, "Client", "Couldn't create SOAP message", nil)
}

// writeFault writes a Fault; detail may be nil.
func writeFault(h Habits, code, text string, detail func(*writer)) reply {
	n := namesOf(h.Dialect)
	prefix := n.envelope
	w := &writer{pretty: h.Pretty}
	w.WriteString(`<?xml version='1.0' encoding='UTF-8'?>`)
	w.startTag(prefix + "Envelope" + n.envelopeTag)
	w.startTag(prefix + "Body")
	w.startTag(prefix + `Fault xmlns:ns4="http://www.w3.org/2003/05/soap-envelope"`)
	leave := ""
	if prefix == "" {
		leave = ` xmlns=""`
	}
	w.textElement("faultcode"+leave, prefix+code)
	w.textElement("faultstring"+leave, text)
	if detail != nil {
		w.startTag("detail" + leave)
		detail(w)
		w.endTag("detail")
	}
	w.endTag(prefix + "Fault")
	w.endTag(prefix + "Body")
	w.endTag(prefix + "Envelope")
	a := reply{http.StatusInternalServerError, xmlType, w.Bytes()}
	if h.Status200 {
		a.status = http.StatusOK
	}
	return a
}
