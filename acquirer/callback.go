package acquirer

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// Channel is the way by which a result came.
type Channel string

const (
	Notify Channel = "notify" // from the acquirer's server
	Return Channel = "return" // through the payer's browser
	Query  Channel = "query"  // the answer to a question of ours
)

// Callback is what the acquirer sent, as received and not verified yet: the pairs of a form, those of a query, or the bytes
// of a body and the headers that count. Which of them is filled depends on the [Shape] that the client takes; the shape itself is
// not kept.
type Callback struct {
	Channel Channel
	Form    url.Values
	Query   url.Values
	Header  http.Header
	Body    []byte
}

// LogValue has the channel and the names of the fields, without their values. The sender chooses the names: at most 32 of each place
// are logged, and none over 32 bytes.
func (c Callback) LogValue() slog.Value {
	return slog.GroupValue(slog.String("channel", string(c.Channel)),
		slog.Any("fields", fieldNames(c.Form)), slog.Any("query", fieldNames(c.Query)), slog.Int("body", len(c.Body)))
}

func fieldNames(v url.Values) []string {
	names := slices.Sorted(maps.Keys(v))
	names = slices.DeleteFunc(names, func(k string) bool { return len(k) > 32 })
	return names[:min(len(names), 32)]
}

// Format prints the channel and the size, whatever the verb: the content may name a person.
func (c Callback) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "callback by %.16q with %d fields", string(c.Channel), len(c.Form)+len(c.Query))
	if len(c.Body) > 0 {
		fmt.Fprintf(f, " and %d bytes", len(c.Body))
	}
}
