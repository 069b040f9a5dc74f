package sqlstore

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/quittance/quittance/payment"
)

// snapshot returns the payment of a change in JSON, by column: as it stood after the change, and without session and handle, which
// [payment.NewChange] leaves out.
func snapshot(c payment.Change) (string, error) {
	p := c.Payment
	v, err := payments.parameterValues(&p, "payment "+p.Reference)
	if err != nil {
		return "", err
	}
	b := make([]byte, 0, 1024)
	for i, c := range payments {
		sep := byte(',')
		if len(b) == 0 {
			sep = '{'
		}
		switch x := v[i].(type) {
		case nil:
		case int64:
			b = strconv.AppendInt(append(append(append(b, sep, '"'), c.name...), '"', ':'), x, 10)
		case string:
			if x != "" {
				b = appendText(append(append(append(b, sep, '"'), c.name...), '"', ':'), x)
			}
		default:
			raw, err := json.Marshal(x)
			if err != nil {
				return "", err
			}
			b = append(append(append(append(b, sep, '"'), c.name...), '"', ':'), raw...)
		}
	}
	return string(append(b, '}')), nil
}

// appendText appends a JSON string. Most are plain, and need no look at each rune.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			raw, _ := json.Marshal(s) // a string has a form
			return append(b, raw...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// restoreSnapshot is the inverse of snapshot. A payment whose snapshot is damaged has the columns that can be read.
func restoreSnapshot(s string) stored[payment.Payment] {
	var m map[string]json.RawMessage
	var out stored[payment.Payment]
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		out.damage = errors.New("the snapshot is no JSON object")
		return out
	}
	var damage []error
	for _, c := range payments {
		raw, ok := m[c.name]
		if !ok {
			continue
		}
		if err := restoreColumn(c.target(&out.value), raw); err != nil {
			damage = append(damage, fmt.Errorf("the snapshot: %w", errUnreadable(c.name)))
		}
	}
	out.damage = errors.Join(damage...)
	return out
}

func restoreColumn(target any, raw json.RawMessage) error {
	switch to := target.(type) {
	case *string:
		return json.Unmarshal(raw, to)
	case *int:
		return json.Unmarshal(raw, to)
	case fixed:
		var b []byte
		if err := json.Unmarshal(raw, &b); err != nil {
			return err
		}
		return to.Scan(b)
	case sql.Scanner:
		var n int64
		if err := json.Unmarshal(raw, &n); err != nil {
			return err
		}
		return to.Scan(n)
	}
	return fmt.Errorf("a column is restored into a %T", target)
}
