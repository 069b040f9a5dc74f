package strictjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Kind is what a value is.
type Kind byte

// The kinds of values.
const (
	Object Kind = iota
	List
	String
	Number
	Bool
	Null
)

// Value is a value as it stands in a document.
type Value struct {
	Kind Kind
	Text string // what a String says; a Number, a Bool or a Null as it is written; empty for an Object and a List
}

// SyntaxError says where a document is no JSON.
type SyntaxError struct {
	Offset int // bytes before what is wrong
	what   string
}

// Error names what is wrong, and quotes one character at most.
func (e *SyntaxError) Error() string { return e.what }

// DoubledError says which key stands twice in one object; in capitals or not, they are the same to encoding/json.
type DoubledError struct{ Key string }

// Error quotes the beginning of the key.
func (e *DoubledError) Error() string {
	return fmt.Sprintf("the key %.40q stands twice in one JSON object", e.Key)
}

var (
	errMore    = errors.New("there is more after the JSON value")
	errTooDeep = fmt.Errorf("JSON nested deeper than %d", depth)
)

const (
	depth = 32 // how deep values may be nested
	few   = 64 // keys of an object that are compared one by one
)

// Walk reads exactly one JSON value, and calls visit for it and for each value inside it, in the order in which they stand; an object or a list comes
// before what is in it. path is the keys that lead there, with "[]" for an element of a list; it is overwritten when visit returns. An
// error of visit ends the walk. visit may be nil.
//
// The error says that it is no JSON (a *[SyntaxError], or [io.ErrUnexpectedEOF] where the end is missing), that it nests too deep, or has a
// key twice in one object (a *[DoubledError]). What stands before the error was visited. In the place of bytes that are no UTF-8 a string
// has U+FFFD, as with encoding/json: who needs to know looks at the document.
func Walk(document string, visit func(path []string, v Value) error) error {
	w := walkers.Get().(*walker)
	w.s, w.visit = document, visit
	defer w.returnToPool()
	if err := w.readValue(0); err != nil {
		return err
	}
	if w.skipSpace(); w.i < len(w.s) {
		return errMore
	}
	return nil
}

type walker struct {
	s     string
	i     int // what is read next
	visit func([]string, Value) error
	path  []string
	keys  []key // of the objects that are being read, the innermost last
}

// walkers pools idle walkers, so that their slices are allocated once.
var walkers = sync.Pool{New: func() any { return &walker{path: make([]string, 0, depth), keys: make([]key, 0, few)} }}

// returnToPool clears the walker of everything of the document, and puts it back into walkers.
func (w *walker) returnToPool() {
	clear(w.path[:cap(w.path)])
	clear(w.keys[:cap(w.keys)])
	*w = walker{path: w.path[:0], keys: w.keys[:0]}
	walkers.Put(w)
}

// key is one that was read. Equal keys have equal sums.
type key struct {
	sum  uint32
	name string
}

func (w *walker) skipSpace() {
	for w.i < len(w.s) {
		switch w.s[w.i] {
		case ' ', '\t', '\r', '\n':
			w.i++
		default:
			return
		}
	}
}

// errUnexpected is the error for a next character that cannot stand there, or for a document that ends.
func (w *walker) errUnexpected(where string) error {
	if w.i >= len(w.s) {
		return io.ErrUnexpectedEOF
	}
	r, _ := utf8.DecodeRuneInString(w.s[w.i:])
	return &SyntaxError{w.i, fmt.Sprintf("invalid character %q %s", r, where)}
}

func (w *walker) visitValue(v Value) error {
	if w.visit == nil {
		return nil
	}
	return w.visit(w.path, v)
}

func (w *walker) readValue(level int) error {
	w.skipSpace()
	if w.i >= len(w.s) {
		return io.ErrUnexpectedEOF
	}
	switch c := w.s[w.i]; {
	case (c == '{' || c == '[') && level == depth:
		return errTooDeep
	case c == '{':
		return w.readObject(level)
	case c == '[':
		return w.readList(level)
	case c == '"':
		s, err := w.readString()
		if err != nil {
			return err
		}
		return w.visitValue(Value{String, s})
	case c == '-' || '0' <= c && c <= '9':
		n, err := w.readNumber()
		if err != nil {
			return err
		}
		return w.visitValue(Value{Number, n})
	}
	for _, word := range [...]struct {
		kind Kind
		text string
	}{{Bool, "true"}, {Bool, "false"}, {Null, "null"}} {
		if strings.HasPrefix(w.s[w.i:], word.text) {
			w.i += len(word.text)
			return w.visitValue(Value{word.kind, word.text})
		}
		if strings.HasPrefix(word.text, w.s[w.i:]) {
			return io.ErrUnexpectedEOF
		}
	}
	return w.errUnexpected("where a value begins")
}

func (w *walker) readObject(level int) error {
	if err := w.visitValue(Value{Kind: Object}); err != nil {
		return err
	}
	w.i++
	first := len(w.keys)
	var many map[string]bool
	for w.skipSpace(); ; w.skipSpace() {
		switch {
		case w.i < len(w.s) && w.s[w.i] == '}' && len(w.keys) == first:
			w.i++
			return nil
		case w.i >= len(w.s) || w.s[w.i] != '"':
			return w.errUnexpected("where a key begins")
		}
		name, err := w.readString()
		if err != nil {
			return err
		}
		if many, err = w.addKey(name, first, many); err != nil {
			return err
		}
		if w.skipSpace(); w.i >= len(w.s) || w.s[w.i] != ':' {
			return w.errUnexpected("behind a key")
		}
		w.i++
		w.path = append(w.path, name)
		if err := w.readValue(level + 1); err != nil {
			return err
		}
		w.path = w.path[:len(w.path)-1]
		w.skipSpace()
		switch {
		case w.i < len(w.s) && w.s[w.i] == ',':
			w.i++
		case w.i < len(w.s) && w.s[w.i] == '}':
			w.i++
			w.keys = w.keys[:first]
			return nil
		default:
			return w.errUnexpected("behind a value of an object")
		}
	}
}

func (w *walker) readList(level int) error {
	if err := w.visitValue(Value{Kind: List}); err != nil {
		return err
	}
	w.i++
	if w.skipSpace(); w.i < len(w.s) && w.s[w.i] == ']' {
		w.i++
		return nil
	}
	w.path = append(w.path, "[]")
	for {
		if err := w.readValue(level + 1); err != nil {
			return err
		}
		w.skipSpace()
		switch {
		case w.i < len(w.s) && w.s[w.i] == ',':
			w.i++
		case w.i < len(w.s) && w.s[w.i] == ']':
			w.i++
			w.path = w.path[:len(w.path)-1]
			return nil
		default:
			return w.errUnexpected("behind an element of a list")
		}
	}
}

// addKey notes a key of the object whose keys begin at first, or says that it is there already. An object with many keys has them in a map:
// somebody else wrote it, and may have wanted each key to be compared with all.
func (w *walker) addKey(name string, first int, many map[string]bool) (map[string]bool, error) {
	if many != nil || len(w.keys)-first == few {
		if many == nil {
			many = make(map[string]bool)
			for _, k := range w.keys[first:] {
				many[foldCase(k.name)] = true
			}
		}
		f := foldCase(name)
		if many[f] {
			return many, &DoubledError{name}
		}
		many[f] = true
		return many, nil
	}
	k := key{sumOf(name), name}
	for _, other := range w.keys[first:] {
		if other.sum == k.sum && strings.EqualFold(other.name, name) {
			return nil, &DoubledError{name}
		}
	}
	w.keys = append(w.keys, k)
	return nil, nil
}

// sumOf is the same for keys that differ in case only, and seldom for others: their length, and three of their characters.
func sumOf(name string) uint32 {
	all := byte(0)
	for i := range len(name) {
		all |= name[i]
	}
	if all >= utf8.RuneSelf {
		name = foldCase(name)
	}
	if name == "" {
		return 0
	}
	const noCase = 'a' - 'A'
	at := func(i int) uint32 { return uint32(name[i] &^ noCase) }
	return uint32(len(name))<<24 | at(0)<<16 | at(len(name)/2)<<8 | at(len(name)-1)
}

// foldCase returns equal strings for names that encoding/json takes for one another: each character becomes the smallest of those
// that differ from it in case only.
func foldCase(name string) string {
	return strings.Map(func(r rune) rune {
		for {
			next := unicode.SimpleFold(r)
			if next <= r {
				return next
			}
			r = next
		}
	}, name)
}

// special marks the bytes that are not plain in a string: its end, an escape, what may not stand in it, and what is not ASCII.
var special = func() (special [256]bool) {
	for c := range special {
		special[c] = c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf
	}
	return special
}()

// readString reads a string. A string without escapes is a slice of the document, not a copy.
func (w *walker) readString() (string, error) {
	s, begin := w.s, w.i
	plain, ascii := true, true
	for i := begin + 1; i < len(s); i++ {
		c := s[i]
		if !special[c] {
			continue
		}
		switch {
		case c == '"':
			w.i = i + 1
			raw := s[begin:w.i]
			if plain && (ascii || utf8.ValidString(raw)) {
				return raw[1 : len(raw)-1], nil
			}
			return unescapeString(raw, begin)
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			w.i = i
			return "", w.errUnexpected("in a string")
		default:
			ascii = false
		}
	}
	w.i = len(s)
	return "", io.ErrUnexpectedEOF
}

// unescapeString reads a string that has escapes, or bytes that are not UTF-8; begin is its offset, for the error.
func unescapeString(raw string, begin int) (s string, err error) {
	err = json.Unmarshal([]byte(raw), &s)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return "", &SyntaxError{begin + int(syntax.Offset), syntax.Error()}
	}
	return s, err
}

// readNumber reads a number, as it is written.
func (w *walker) readNumber() (string, error) {
	begin := w.i
	digits := func() error {
		if w.i >= len(w.s) || w.s[w.i] < '0' || w.s[w.i] > '9' {
			return w.errUnexpected("in a number")
		}
		for w.i < len(w.s) && '0' <= w.s[w.i] && w.s[w.i] <= '9' {
			w.i++
		}
		return nil
	}
	skip := func(any string) bool {
		if w.i < len(w.s) && strings.IndexByte(any, w.s[w.i]) >= 0 {
			w.i++
			return true
		}
		return false
	}
	skip("-")
	if !skip("0") {
		if err := digits(); err != nil {
			return "", err
		}
	}
	if skip(".") {
		if err := digits(); err != nil {
			return "", err
		}
	}
	if skip("eE") {
		skip("+-")
		if err := digits(); err != nil {
			return "", err
		}
	}
	return w.s[begin:w.i], nil
}
