package bankfile

import (
	"bufio"
	"errors"
	"io"
)

// formats is the table by which a file finds its reader: the first that recognises it. The CSV files of unknown form come last.
var formats = []struct {
	recognises func(*source) bool
	read       func(*source) error
}{
	{isCamt, readCamt},
	{isCFONB, readCFONB},
	{isMT940, readMT940},
	{isJournal, readJournal},
	{isPayFiP, readPayFiP},
	{hasOwnLayout, readLayout},
	{isBankCSV, readBankCSV},
	{hasStandardLayout, readLayout},
}

// source is a file that is being read.
type source struct {
	text   *bufio.Reader // UTF-8, without a byte order mark; of XML its bytes, unless they are UTF-16
	head   string        // how the text begins
	layout *Layout       // nil: none was given
	file   File
	each   func(Line) error
}

// headSize is how much of a file is looked at before it is read, in bytes.
const headSize = 64 << 10

// Read reads a file and calls each for every line that is money, in the order of the file. layout describes a CSV that is none of
// the known forms; nil stands for the [Standard] one. name is used in messages only.
//
// A balance is checked when its statement ends, after each was called for its lines: use them only if the error is nil. The
// error is a *[Mistake], or that of r or of each.
func Read(name string, r io.Reader, layout *Layout, each func(Line) error) (File, error) {
	s := &source{layout: layout}
	s.file = File{Name: name, Statements: []Statement{}, Ignored: []Ignored{}}
	s.each = func(l Line) error {
		s.file.Lines++
		return each(l)
	}
	charset, err := decodeText(bufio.NewReaderSize(r, headSize))
	if err != nil {
		return s.file, err
	}
	s.text = charset.text
	head, err := s.text.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return s.file, err
	}
	s.head = string(head)
	if s.head == "" {
		return s.file, s.mistakeIn(0, "", "le fichier est vide.")
	}
	for _, f := range formats {
		if f.recognises(s) {
			err := f.read(s)
			if s.file.Encoding == "" {
				s.file.Encoding = charset.name()
			}
			return s.file, err
		}
	}
	return s.file, &Mistake{File: s.file.Name, Err: ErrFormat, What: "format inconnu. Sont reconnus les journaux Sips et Lyra, le rapport PayFiP, " +
		"les relevés CFONB 120, camt.053, camt.054 et MT940, et les CSV de huit banques."}
}

// mistakeIn is a mistake in the file.
func (s *source) mistakeIn(line int, column, what string) error {
	return &Mistake{File: s.file.Name, Line: line, Column: column, What: what}
}
