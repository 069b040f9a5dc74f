package bankfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// charset is the encoding of a file, found by its content.
type charset struct {
	text *bufio.Reader
	name func() string // known for sure once the file has been read
}

// decodeText returns the text of a file: UTF-16 where a byte order mark or zero bytes say so, otherwise UTF-8 or Windows-1252.
func decodeText(raw *bufio.Reader) (charset, error) {
	head, err := raw.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return charset{}, err
	}
	fixed := func(name string, t transform.Transformer) charset {
		return charset{bufio.NewReaderSize(transform.NewReader(raw, t), headSize), func() string { return name }}
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		raw.Discard(3) // it has been peeked
		head = head[3:]
	case bytes.HasPrefix(head, []byte("\xff\xfe")), hasZeroBytes(head, 1):
		return fixed("utf-16le", xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM).NewDecoder()), nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")), hasZeroBytes(head, 0):
		return fixed("utf-16be", xunicode.UTF16(xunicode.BigEndian, xunicode.UseBOM).NewDecoder()), nil
	}
	if bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")) { // XML declares its encoding itself
		return charset{raw, func() string { return "utf-8" }}, nil
	}
	t := &eightBit{windows: !validStart(head)}
	return charset{bufio.NewReaderSize(transform.NewReader(raw, t), headSize), func() string {
		if t.windows {
			return "windows-1252"
		}
		return "utf-8"
	}}, nil
}

// hasZeroBytes reports whether every second byte of the first few, counted from one of the first two, is zero: UTF-16 without a mark.
func hasZeroBytes(head []byte, from int) bool {
	n := min(len(head), 64) &^ 1
	for i := from; i < n; i += 2 {
		if head[i] != 0 || head[i^1] == 0 {
			return false
		}
	}
	return n >= 4
}

// validStart reports whether bytes may be the beginning of UTF-8; a character that is cut off at the end does not count.
func validStart(b []byte) bool {
	for i := 0; i < utf8.UTFMax && len(b) > 0; i++ {
		if utf8.Valid(b) {
			return true
		}
		b = b[:len(b)-1]
	}
	return utf8.Valid(b)
}

// eightBit passes UTF-8 through, and takes all bytes for Windows-1252 from the first one on that is not UTF-8.
type eightBit struct{ windows bool }

func (e *eightBit) Reset() {}

func (e *eightBit) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	if !e.windows {
		n := min(len(dst), len(src))
		if utf8.Valid(src[:n]) {
			copy(dst, src[:n])
			if n < len(src) {
				err = transform.ErrShortDst
			}
			return n, n, err
		}
	}
	for nSrc < len(src) {
		b := src[nSrc]
		if b < utf8.RuneSelf {
			if nDst == len(dst) {
				return nDst, nSrc, transform.ErrShortDst
			}
			dst[nDst] = b
			nDst, nSrc = nDst+1, nSrc+1
			continue
		}
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		if !e.windows {
			r, n := utf8.DecodeRune(src[nSrc:])
			if r != utf8.RuneError || n > 1 {
				nDst += copy(dst[nDst:], src[nSrc:nSrc+n])
				nSrc += n
				continue
			}
			if !atEOF && !utf8.FullRune(src[nSrc:]) {
				return nDst, nSrc, transform.ErrShortSrc
			}
			e.windows = true
		}
		nDst += utf8.EncodeRune(dst[nDst:], charmap.Windows1252.DecodeByte(b))
		nSrc++
	}
	return nDst, nSrc, nil
}

// longestLine is how long a line of text may be, in bytes.
const longestLine = 1 << 20

var errLongLine = errors.New("une ligne dépasse un million de caractères")

// readLine returns the next line without its end, and io.EOF after the last one. whole reports that it has an end: the last line
// of a file that was cut off may have none.
func readLine(r *bufio.Reader) (line string, whole bool, err error) {
	part, err := r.ReadSlice('\n')
	if err == nil {
		return string(trimEnd(part)), true, nil
	}
	line = string(part) // ReadSlice overwrites it
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(line) > longestLine {
			return "", false, errLongLine
		}
		part, err = r.ReadSlice('\n')
		line += string(part)
	}
	whole = err == nil
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return string(trimEnd([]byte(line))), whole, err
}

func trimEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// foldWords writes words for comparison: capitals without accents.
func foldWords(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if !ascii {
		s = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1
			}
			return r
		}, norm.NFD.String(s))
	}
	return strings.ToUpper(s)
}

// columnKey writes the name of a column for comparison: small letters and digits only, so that MERCHANT_ID and merchantId are one.
func columnKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, foldWords(s))
}

// joinWords joins the words of a text that stands on several lines, or between many blanks.
func joinWords(s string) string {
	tight := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return strings.Join(strings.Fields(s), " ")
		}
		tight = tight && c > ' ' || tight && c == ' ' && i > 0 && s[i-1] != ' '
	}
	if tight {
		return strings.TrimSuffix(s, " ")
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c != ' ' && (c < '\t' || c > '\r'):
			b = append(b, c)
		case len(b) > 0 && b[len(b)-1] != ' ':
			b = append(b, ' ')
		}
	}
	return string(bytes.TrimSuffix(b, []byte(" ")))
}
