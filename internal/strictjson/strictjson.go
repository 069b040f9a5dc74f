// Package strictjson reads JSON that comes from outside: encoding/json keeps the last of two equal keys, so that what
// was checked and what is used can differ; here they are refused.
package strictjson

import (
	"bytes"
	"encoding/json"
)

// Unmarshal decodes data into v as encoding/json does; a field that v does not have is an error that names it.
func Unmarshal(data []byte, v any) error {
	if err := Walk(string(data), nil); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// UnmarshalKnown is [Unmarshal] for what may have more fields than v: they are passed over.
func UnmarshalKnown(data []byte, v any) error {
	if err := Walk(string(data), nil); err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}
