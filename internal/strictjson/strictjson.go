// Package strictjson reads JSON that comes from outside: encoding/json keeps the last of two equal keys, so that what
// was checked and what is used can differ; here they are refused.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// depth bounds how deep values may be nested.
const depth = 32

// Check returns an error when data is not exactly one JSON value, nests too deep, or has a key twice in one object.
func Check(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := value(dec, 0); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the JSON value")
	}
	return nil
}

func value(dec *json.Decoder, level int) error {
	t, err := dec.Token()
	if err != nil {
		return noEOF(err)
	}
	d, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	if level == depth {
		return fmt.Errorf("JSON nested deeper than %d", depth)
	}
	var keys map[string]bool
	if d == '{' {
		keys = make(map[string]bool)
	}
	for dec.More() {
		if keys != nil {
			t, err := dec.Token()
			if err != nil {
				return noEOF(err)
			}
			k, _ := t.(string)
			folded := strings.ToLower(strings.ToUpper(k)) // as encoding/json matches names of fields
			if keys[folded] {
				return fmt.Errorf("the key %.40q stands twice in one JSON object", k)
			}
			keys[folded] = true
		}
		if err := value(dec, level+1); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return noEOF(err)
}

// noEOF words the end of the data in one way: versions of encoding/json call it by three names.
func noEOF(err error) error {
	if err != nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || err.Error() == "unexpected end of JSON input") {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Unmarshal checks data, then decodes it into v; a field that v does not have is an error that names it.
func Unmarshal(data []byte, v any) error {
	if err := Check(data); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}
