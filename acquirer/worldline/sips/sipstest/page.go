package sipstest

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
)

var layout = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body><h1>{{.Title}}</h1>{{with .Text}}<p>{{.}}</p>{{end}}</body>
</html>
`))

// messagePage is a page that says one thing; whatever stands in it is escaped.
func messagePage(status int, title, text string) reply {
	var b bytes.Buffer
	if err := layout.Execute(&b, struct{ Title, Text string }{title, text}); err != nil { // into a buffer, two strings: it cannot
		b.WriteString(http.StatusText(status))
	}
	return reply{status: status, contentType: "text/html; charset=utf-8", body: b.Bytes()}
}

// refusalPage is a page of the form connector about a request that is refused: status 200, as there, with a number in brackets. The
// simulation gives the reason, which the production platform leaves out.
func (s *Server) refusalPage(text string) reply {
	return messagePage(http.StatusOK, "An error occurred, you can not proceed with your payment.",
		fmt.Sprintf("%s [%014x]", text, s.serial.Add(1)))
}
