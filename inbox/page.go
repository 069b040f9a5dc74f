package inbox

import (
	"html"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Mail is the message as a complete HTML document for a mail client: every style stands on its element, because clients drop style
// sheets; nothing is fetched, nothing runs, and there is no link. The subject is the document's title and its heading.
//
// An e-mail leaves the account. Send a [Notification], which says that a letter came and nothing else.
func (m Message) Mail() string {
	var b strings.Builder
	m.writeHead(&b)
	b.WriteString("</head>\n<body style=\"margin:0;padding:0;background-color:#ffffff\">\n" +
		"<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n<tr>\n<td align=\"center\" style=\"padding:24px 16px\">\n" +
		"<table role=\"presentation\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"width:100%;max-width:600px\">\n<tr>\n" +
		"<td align=\"" + m.textStart() + "\" style=\"font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a\">\n" +
		"<h1 style=\"margin:0 0 24px;font-size:22px;line-height:1.3;font-weight:bold;color:#1a1a1a\">" + html.EscapeString(m.Subject) + "</h1>\n")
	b.WriteString(mailStyles.Replace(m.HTML))
	b.WriteString("\n</td>\n</tr>\n</table>\n</td>\n</tr>\n</table>\n</body>\n</html>\n")
	return b.String()
}

// mailStyles styles the elements of [Message].HTML. What came from outside is escaped there, so no text of a message has these tags.
var mailStyles = strings.NewReplacer(
	"<p>", `<p style="margin:0 0 16px">`,
	"<ul>", `<ul style="margin:0 0 16px;padding-left:24px;padding-right:0">`,
	"<li>", `<li style="margin:0 0 4px">`,
	` role="status"`, "", ` role="alert"`, "", // a letter that is read announces nothing
)

// Sheet is what a printed page has besides the message: who writes, to whom, and on which day. What is empty is left out.
type Sheet struct {
	From Sender    // the fund and its postal address
	To   string    // lines: name and address of the person; see [FullName] and [Address]
	Date time.Time // of the letter, in Paris

	// Nonce is that of the host's Content-Security-Policy, for the page's style element. The page has no script.
	Nonce string
}

// Page is the message as a complete HTML document to print or to keep: a letter, or the receipt of a payment. It fits A4, in
// black on white, reads well on a screen, and fetches nothing. On paper the address of the person begins 50 mm from the top and
// 105 mm from the left, where the window of a French envelope is (NF Z 11-001).
func (m Message) Page(s Sheet) string {
	var b strings.Builder
	m.writeHead(&b)
	b.WriteString("<style")
	if s.Nonce != "" {
		b.WriteString(` nonce="` + html.EscapeString(cleanLine(s.Nonce)) + `"`)
	}
	b.WriteString(">" + sheetStyle + "</style>\n</head>\n<body>\n")
	from := linesOf(s.From.PostalAddress)
	if fund := cleanLine(s.From.Fund); fund != "" {
		from = append(Lines{fund}, from...)
	}
	to, date := linesOf(s.To), formatsFor(language.Make(m.Language)).long(s.Date)
	if len(from)+len(to) > 0 || date != "" {
		b.WriteString("<header>\n")
		addressBlock(&b, "from", from)
		addressBlock(&b, "to", to)
		if date != "" {
			b.WriteString(`<p class="date">` + html.EscapeString(date) + "</p>\n")
		}
		b.WriteString("</header>\n")
	}
	b.WriteString("<main>\n<h1>" + html.EscapeString(m.Subject) + "</h1>\n" + withoutRoles.Replace(m.HTML) + "\n</main>\n</body>\n</html>\n")
	return b.String()
}

// withoutRoles takes away what a page that changes would announce.
var withoutRoles = strings.NewReplacer(` role="status"`, "", ` role="alert"`, "")

func addressBlock(b *strings.Builder, class string, lines Lines) {
	if len(lines) == 0 {
		return
	}
	b.WriteString(`<p class="` + class + `">`)
	for i, l := range lines {
		if i > 0 {
			b.WriteString("<br>\n")
		}
		b.WriteString(html.EscapeString(l))
	}
	b.WriteString("</p>\n")
}

// writeHead begins a document.
func (m Message) writeHead(b *strings.Builder) {
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + html.EscapeString(m.Language) + "\"")
	if rightToLeft(m.Language) {
		b.WriteString(` dir="rtl"`)
	}
	b.WriteString(">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
		"<meta name=\"format-detection\" content=\"telephone=no, date=no, address=no, email=no\">\n<title>" + html.EscapeString(m.Subject) + "</title>\n")
}

func (m Message) textStart() string {
	if rightToLeft(m.Language) {
		return "right"
	}
	return "left"
}

const sheetStyle = `
:root { color-scheme: light; }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 40rem; background: #fff; color: #000; font: 1rem/1.5 Arial, Helvetica, sans-serif;
  overflow-wrap: break-word; }
header { margin-bottom: 2rem; }
header p { margin: 0 0 1.5rem; }
.to { margin-inline-start: 50%; }
.date { text-align: end; }
h1 { margin: 0 0 1.5rem; font-size: 1.25rem; line-height: 1.3; }
main p, main ul { margin: 0 0 1rem; }
@page { size: A4; margin: 20mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  header { position: relative; min-height: 78mm; margin-bottom: 0; }
  .from { position: absolute; top: 0; inset-inline-start: 0; margin: 0; max-width: 80mm; }
  .to { margin: 0; margin-inline-start: 85mm; padding-top: 30mm; min-height: 36mm; line-height: 1.3; }
  .date { margin: 0 0 6mm; }
  p, li { break-inside: avoid; orphans: 3; widows: 3; }
  h1, p:has(+ ul) { break-after: avoid; }
}
`
