package audit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestSealText(t *testing.T) {
	want := Seal{0: 0xab, 31: 0x01}
	for _, text := range []string{want.String(), strings.ToUpper(want.String())} {
		if got, err := ParseSeal(text); got != want || err != nil {
			t.Errorf("ParseSeal(%q) = %v, %v", text, got, err)
		}
	}
	for _, verb := range []string{"%v", "%s", "%x", "%X"} {
		if got := fmt.Sprintf(verb, want); got != want.String() {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	b, err := json.Marshal(want)
	var got Seal
	if err != nil || json.Unmarshal(b, &got) != nil || got != want {
		t.Errorf("JSON %s, %v, read back as %v", b, err, got)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("0", 63), strings.Repeat("0", 65), strings.Repeat("g", 64), " " + strings.Repeat("0", 63)} {
		if got, err := ParseSeal(bad); err == nil || got != (Seal{}) {
			t.Errorf("ParseSeal(%q) = %v, %v", bad, got, err)
		}
	}
}
