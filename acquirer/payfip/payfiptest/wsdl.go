package payfiptest

import (
	"bytes"
	_ "embed"
	"net/http"
	"strings"
	"text/template"
)

//go:embed service.wsdl
var wsdl string

var wsdlTemplate = template.Must(template.New("wsdl").Parse(wsdl))

// serveWSDL answers a GET at the service's address: the description of the web service for ?wsdl, with the address at which it stands.
func (s *Server) serveWSDL(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.URL.RawQuery, "wsdl") {
		absentPage.Write(w, view{})
		return
	}
	var b bytes.Buffer
	if err := wsdlTemplate.Execute(&b, s.ServiceURL()); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	reply{http.StatusOK, xmlType, b.Bytes()}.write(w)
}
