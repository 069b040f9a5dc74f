package bankfile

import (
	"bufio"
	"io"
	"slices"
	"strings"
)

// records reads the cells of a CSV as banks write it. It differs from encoding/csv in what real files need, and never loses a line:
//
//   - a cell is quoted only if its closing quote stands before a separator or the end of a line; any other quote is text
//   - ="0500013" is a spreadsheet's way to say that 0500013 is text
//   - lines may have any number of cells
//   - a quote that is not closed before the next line that looks like a record (its first cell has the same shape: 02/03/2026 and
//     03/03/2026) is text
type records struct {
	in        *bufio.Reader
	separator string
	line      int      // of the last physical line read
	pending   []string // physical lines that were read ahead
	cells     []string
	taken     []string // physical lines of the record that goes on
	open      bool     // the last line has no end
}

// tallestCell is over how many lines a cell may stand.
const tallestCell = 64

func (r *records) physicalLine() (string, error) {
	if len(r.pending) > 0 {
		l := r.pending[0]
		r.pending = r.pending[1:]
		r.line++
		return l, nil
	}
	l, whole, err := readLine(r.in)
	if err == nil {
		r.line++
		r.open = !whole
	}
	return l, err
}

// nextRecord returns the cells of a record, without the blanks around them, and the number of its first line. The slice is used again.
// After the last record the error is io.EOF. A quote that is open at the end of the file is io.ErrUnexpectedEOF.
func (r *records) nextRecord() (cells []string, line int, err error) {
	text, err := r.physicalLine()
	if err != nil {
		return nil, r.line, err
	}
	line = r.line
	r.cells = r.cells[:0]
	if strings.IndexByte(text, '"') < 0 {
		for {
			i := strings.Index(text, r.separator)
			if i < 0 {
				r.cells = append(r.cells, strings.TrimSpace(text))
				return r.cells, line, nil
			}
			r.cells = append(r.cells, strings.TrimSpace(text[:i]))
			text = text[i+len(r.separator):]
		}
	}
	for at := 0; ; {
		content, end, state := readQuoted(text[at:], r.separator)
		if state == unclosed {
			longer, err := r.extendRecord(text, at)
			if err != nil {
				return nil, line, err
			}
			if longer != "" {
				text = longer
				continue
			}
			state = bare
		}
		if state == bare {
			rest := text[at:]
			if end = strings.Index(rest, r.separator); end < 0 {
				end = len(rest)
			}
			content = rest[:end]
		}
		r.cells = append(r.cells, strings.TrimSpace(content))
		if at += end; at >= len(text) {
			return r.cells, line, nil
		}
		at += len(r.separator)
	}
}

// lookAhead returns the records that follow, as far as the text has been read ahead; they remain to be read.
func (r *records) lookAhead() *records {
	rest, _ := r.in.Peek(headSize) // an error will come back when it is read
	return &records{in: linesOf(string(rest)), separator: r.separator, pending: slices.Clone(r.pending)}
}

// amountForm reads the records up to the end of their part of the file, and says how they write their amounts: a decimal sign in any amount
// means euros. amountOf returns a record's amount, and whether it belongs to the part.
func (r *records) amountForm(amountOf func(cells []string) (amount string, belongs bool)) writtenIn {
	for {
		cells, _, err := r.nextRecord()
		if err != nil {
			return cents
		}
		amount, belongs := amountOf(cells)
		if !belongs {
			return cents
		}
		if strings.ContainsAny(amount, ",.") {
			if _, _, ok := parseEuros(amount); ok {
				return euros
			}
		}
	}
}

// extendRecord adds physical lines to a record whose cell at a position is quoted and not closed. It returns "" if no line closes it:
// then the quote is text.
func (r *records) extendRecord(text string, at int) (string, error) {
	whole, taken := text, r.taken[:0]
	defer func() { r.taken = taken }()
	back := func() {
		r.pending = slices.Concat(taken, r.pending)
		r.line -= len(taken)
	}
	for {
		l, err := r.physicalLine()
		if err == io.EOF {
			if len(taken) > 0 {
				back()
				return "", nil
			}
			return "", io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", err
		}
		taken = append(taken, l)
		if len(taken) > tallestCell || len(whole) > headSize || sameShape(text, l, r.separator) {
			back()
			return "", nil
		}
		whole += "\n" + l
		if _, _, state := readQuoted(whole[at:], r.separator); state == closed {
			return whole, nil
		} else if state == bare {
			back()
			return "", nil
		}
	}
}

// sameShape reports whether two lines begin with cells that differ in their digits only: 02/03/2026 and 03/03/2026. A cell without
// digits, or one that nothing follows, has no shape.
func sameShape(a, b, separator string) bool {
	const longest = 32
	digits := false
	for i := 0; i < len(a) && i < len(b) && i < longest; i++ {
		isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
		if isDigit(a[i]) && isDigit(b[i]) {
			digits = true
			continue
		}
		if a[i] != b[i] {
			return false
		}
		if strings.HasPrefix(a[i:], separator) {
			return digits && strings.HasPrefix(b[i:], separator)
		}
	}
	return false
}

type quoting int

const (
	bare     quoting = iota // no quotes, or quotes that are text
	closed                  // quoted; end is behind the closing quote
	unclosed                // quoted, and the text ends
)

// readQuoted reads a quoted cell at the beginning of rest.
func readQuoted(rest, separator string) (content string, end int, state quoting) {
	start := 0
	if strings.HasPrefix(rest, "=") {
		start = 1
	}
	if !strings.HasPrefix(rest[start:], `"`) {
		return "", 0, bare
	}
	doubled := false
	for i := start + 1; i < len(rest); i++ {
		if rest[i] != '"' {
			continue
		}
		if strings.HasPrefix(rest[i+1:], `"`) {
			doubled = true
			i++
			continue
		}
		tail := strings.TrimLeft(rest[i+1:], " ")
		if tail != "" && !strings.HasPrefix(tail, separator) {
			return "", 0, bare
		}
		content = rest[start+1 : i]
		if doubled {
			content = strings.ReplaceAll(content, `""`, `"`)
		}
		return content, len(rest) - len(tail), closed
	}
	return "", 0, unclosed
}

// isEmpty reports whether no cell has anything.
func isEmpty(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// linesOf reads a text that is in memory.
func linesOf(text string) *bufio.Reader { return bufio.NewReader(strings.NewReader(text)) }
