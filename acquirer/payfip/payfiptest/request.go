package payfiptest

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"

	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// A question is a request that could be read.
type question struct {
	operation string
	members   map[string]string // of arg0, in no namespace, by name as it is written
	ignored   []string          // names of members that the operation does not have, or has in another namespace or case
}

// memberNames are the members of each operation, in the order of the schema. Case counts: the client's question says numCli
// (docs/payfip.md §3).
var memberNames = map[string][]string{
	soap.Create: {"exer", "mel", "montant", "numcli", "objet", "refdet", "saisie", "urlnotif", "urlredirect"},
	soap.Detail: {"idOp"},
	soap.Client: {"numCli"},
}

// errUnreadable says that a message is not a request of this web service.
var errUnreadable = errors.New("unreadable")

// isSentAsXML reports whether a message is sent as an envelope of SOAP 1.1 is.
func isSentAsXML(r *http.Request) bool {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && t == "text/xml"
}

// readRequest reads an envelope. As on the real platform an unknown member is ignored, so a misspelt one is not an error but is missing;
// the question lists the ignored names. Of two members with one name the first counts.
func readRequest(r *http.Request) (question, error) {
	b, err := io.ReadAll(io.LimitReader(r.Body, soap.MaxBytes+1))
	if err != nil {
		return question{}, err
	}
	root, err := soap.Parse(b)
	if err != nil || !root.Is(soap.EnvelopeNS, "Envelope") {
		return question{}, errUnreadable
	}
	for _, part := range root.Children {
		if !part.Is(soap.EnvelopeNS, "Body") || len(part.Children) == 0 {
			continue
		}
		op := part.Children[0]
		names, known := memberNames[op.Name.Local]
		if !known || op.Name.Space != soap.ServiceNS {
			return question{}, errUnreadable
		}
		q := question{operation: op.Name.Local, members: make(map[string]string)}
		for _, arg := range op.Children {
			if !arg.Is("", "arg0") {
				q.ignored = append(q.ignored, arg.Name.Local)
				continue
			}
			for _, m := range arg.Children {
				if m.Name.Space != "" || !slices.Contains(names, m.Name.Local) {
					q.ignored = append(q.ignored, m.Name.Local)
				} else if _, twice := q.members[m.Name.Local]; !twice {
					q.members[m.Name.Local] = m.Text
				}
			}
		}
		return q, nil
	}
	return question{}, errUnreadable
}
