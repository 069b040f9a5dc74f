package acquirer

import "net/http"

// Shape is the form in which an acquirer's message comes: method, and where its content stands.
type Shape uint8

const (
	PostForm Shape = iota // POST of a form; the query of the address does not count. A Client that is no Listener takes this shape
	PostJSON              // POST of JSON, kept as bytes, with the headers that count
	GetQuery              // GET with a query
	Pairs                 // GET or POST; form and query are both kept, and one of them may be missing
)

// Methods returns the HTTP methods of the shape.
func (s Shape) Methods() []string {
	switch s {
	case PostForm, PostJSON:
		return []string{http.MethodPost}
	case GetQuery:
		return []string{http.MethodGet}
	case Pairs:
		return []string{http.MethodGet, http.MethodPost}
	}
	return nil
}

// Listener is a [Client] whose acquirer does not post forms, or not only. A Client that is none takes [PostForm] on both
// channels.
type Listener interface {
	// Takes returns the shapes that the client takes on a channel, none if it takes nothing there, and the request headers
	// that Parse needs beside a body. It is pure.
	Takes(ch Channel) (shapes []Shape, headers []string)

	// Answer returns the text with which to answer a GET of the notification address, if the acquirer verifies the address so; ok is
	// false for every other request. The text is at most 256 of [A-Za-z0-9+/=_.-]. It is pure.
	Answer(r *http.Request) (text string, ok bool)
}

// Takes returns the shapes that a client takes on a channel, and the request headers that it needs.
func Takes(c Client, ch Channel) (shapes []Shape, headers []string) {
	if l, ok := c.(Listener); ok {
		return l.Takes(ch)
	}
	return []Shape{PostForm}, nil
}
