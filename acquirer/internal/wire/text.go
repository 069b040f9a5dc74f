package wire

import "strings"

// Made reports whether s is 1 to most letters and digits of ASCII, and others.
func Made(s string, most int, others string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && !strings.Contains(others, string(rune(c))) {
			return false
		}
	}
	return s != "" && len(s) <= most
}

// Digits reports whether s is 1 to most digits.
func Digits(s string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == ""
}

// Printable cuts what came from outside to what an error may carry: at most 64 letters, digits and [._-].
func Printable(s string) string {
	if Made(s, 64, "._-[]") {
		return s
	}
	return ""
}
