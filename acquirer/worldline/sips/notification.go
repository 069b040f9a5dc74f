package sips

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/internal/strictjson"
)

// Parse verifies the seal of a notification, automatic or manual, and then reads it.
//
// The seal is computed over Data as received, with each live key and that key's own algorithm, newest first, and compared in
// constant time; nothing of Data is read before one matches. Then Data is decoded (Encode: nothing, base64 or base64url, padded
// or not) and read, in the pipe format or as JSON, whichever it is. A keyVersion inside must be that of the key which verified.
// Other fields of the form, and fields of Data that are not known, are passed over.
//
// The Result is what the message says: compare merchant, reference, order, amount and currency with the payment; one shop may have
// several applications. Result.Field has what else was said, except what could name a person or a card. A date that cannot be read,
// or cannot be meant because it is before 2010 or two days or more ahead of our clock, leaves At zero; Field has it as it was written.
//
// Errors are an [*acquirer.Error] of kind ErrUnverified (Seal missing, Data or Seal more than once; no key matches; the version
// inside is another one), or ErrInvalid when there is no Data, or a verified message has no reference, an amount that is none, a
// field twice or an unknown encoding. Parse does no input or output and never panics.
func (c *Client) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	in := c.in
	if len(cb.Form["Data"]) == 0 {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Field: "Data", Kind: acquirer.ErrInvalid,
			Err: errors.New("the form has none: it is no message of Sips")}
	}
	data, seal, err := dataAndSeal(cb.Form)
	if err != nil {
		return acquirer.Result{}, wire.NewError(acquirer.OpParse, "", acquirer.ErrUnverified, err)
	}
	key := keyThatSealed(in.ring, data, seal)
	if key == nil {
		return acquirer.Result{}, wire.NewError(acquirer.OpParse, "", acquirer.ErrUnverified, errNoKeyMatches)
	}

	m := messages.Get().(*message)
	defer m.release()
	if err := m.readData(data, cb.Form["Encode"]); err != nil {
		return acquirer.Result{}, wire.Invalid(acquirer.OpParse, m.v[transactionReference], err)
	}
	if v := m.v[keyVersion]; v != "" && v != strconv.Itoa(key.version) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Kind: acquirer.ErrUnverified, Field: "keyVersion",
			Err: fmt.Errorf("it says version %.10q, and key version %d verified it", v, key.version)}
	}
	r, err := in.resultOf(m, false)
	if err != nil {
		return acquirer.Result{}, wire.Invalid(acquirer.OpParse, m.v[transactionReference], err)
	}
	return r, nil
}

var errNoKeyMatches = errors.New("the seal matches no live key: " +
	"it is forged, or sealed with a key or an algorithm that Config.Keys does not have")

// dataAndSeal takes Data and Seal out of a form, each exactly once.
func dataAndSeal(form url.Values) (data, seal string, err error) {
	d, s := form["Data"], form["Seal"]
	switch {
	case len(d) != 1:
		return "", "", fmt.Errorf("the form has %d fields Data, expected one", len(d))
	case len(s) != 1 || s[0] == "":
		return "", "", errors.New("the form has no Seal, or more than one: the platform leaves it empty when it knows no key")
	case len(d[0]) > acquirer.MaxCallback:
		return "", "", fmt.Errorf("the field Data is longer than %d bytes", acquirer.MaxCallback)
	}
	return d[0], s[0], nil
}

// encodings of Data, by the form's Encode in lower case.
var encodings = map[string]*base64.Encoding{
	"base64":    base64.RawStdEncoding,
	"base64url": base64.RawURLEncoding,
}

// readData decodes verified Data and takes its fields.
func (m *message) readData(data string, encode []string) error {
	if len(encode) > 1 {
		return wire.Problem("Encode", "it stands more than once")
	}
	if len(encode) == 1 && encode[0] != "" {
		e, ok := encodings[strings.ToLower(encode[0])]
		if !ok {
			return wire.Problem("Encode", fmt.Sprintf("%.20q is neither base64 nor base64url", encode[0]))
		}
		plain, err := e.DecodeString(strings.TrimRight(data, "=")) // the padding is not documented
		if err != nil {
			return wire.Problem("Data", "it is not "+strings.ToLower(encode[0]))
		}
		data = string(plain)
	}
	if strings.HasPrefix(data, "{") { // what the form's InterfaceVersion says is not sealed
		return m.readJSON(data)
	}
	return m.readPipe(data)
}

// readPipe reads name=value|name=value. The first = ends the name; the word null and the empty value are no value. A piece
// without = is passed over: there is no way to write a | inside a value.
func (m *message) readPipe(data string) error {
	for data != "" {
		piece := data
		if i := strings.IndexByte(data, '|'); i >= 0 {
			piece, data = data[:i], data[i+1:]
		} else {
			data = ""
		}
		i := strings.IndexByte(piece, '=')
		if i < 0 || piece[i+1:] == "null" {
			continue
		}
		if err := m.setField(piece[:i], piece[i+1:]); err != nil {
			return err
		}
	}
	return nil
}

// readJSON reads a JSON object. A key that stands twice is refused, whatever it is; null is no value, and what is nested is
// passed over.
func (m *message) readJSON(data string) error {
	var unfit error // of a field: it says more than that the document is none
	err := readStrictly(data, func(path []string, v strictjson.Value) error {
		if len(path) == 1 && v.Kind != strictjson.Null {
			unfit = m.setField(path[0], v.Text) // of what is nested the text is empty
		}
		return unfit
	})
	if err != nil && unfit == nil {
		err = wire.Problem("Data", err.Error())
	}
	return err
}
