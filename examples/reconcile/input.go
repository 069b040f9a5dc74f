package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// table is a CSV file with named columns.
type table struct {
	file  string
	index map[string]int
	rows  []row
}

// row is a line of it.
type row struct {
	table *table
	line  int
	cells []string
}

// mistake is what is wrong in a file, where, and what to do about it.
type mistake struct {
	file   string
	line   int    // 0: of the file as a whole
	column string // empty: of the whole line
	what   string
}

func (m *mistake) Error() string {
	where := m.file
	if m.line > 0 {
		where += fmt.Sprintf(", line %d", m.line)
	}
	if m.column != "" {
		where += fmt.Sprintf(", column %q", m.column)
	}
	return where + ": " + m.what
}

// where names the line.
func (r row) where() string { return fmt.Sprintf("%s, line %d", r.table.file, r.line) }

// wrong is a mistake in one of the line's cells.
func (r row) wrong(column, format string, a ...any) error {
	return &mistake{r.table.file, r.line, column, fmt.Sprintf(format, a...)}
}

// cell is a cell by its column's name, without the space around it; empty for a column that has no name.
func (r row) cell(column string) string {
	if column == "" {
		return ""
	}
	return strings.TrimSpace(r.cells[r.table.index[column]])
}

// readTable reads a CSV file whose first line, after some that are skipped, names the columns; all that are wanted must be
// there. A byte order mark is passed over.
func readTable(file string, content []byte, separator rune, skip int, wanted ...string) (*table, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	for range skip {
		_, rest, ok := bytes.Cut(content, []byte("\n"))
		if !ok {
			return nil, &mistake{file, 0, "", fmt.Sprintf("it has no line after the %d that are skipped: look at \"skip\" in the layout", skip)}
		}
		content = rest
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma = separator
	names, err := r.Read()
	if err != nil {
		return nil, &mistake{file, skip + 1, "", "there is no line with the names of the columns"}
	}
	t := &table{file: file, index: map[string]int{}}
	for i, name := range names {
		name = strings.TrimSpace(name)
		if _, twice := t.index[name]; twice && name != "" {
			return nil, &mistake{file, skip + 1, name, "two columns have this name: rename one"}
		}
		t.index[name] = i
	}
	for _, name := range wanted {
		if _, ok := t.index[name]; !ok && name != "" {
			return nil, &mistake{file, skip + 1, name, fmt.Sprintf("it is not there; there are %q: look at the separator %q, and at the names in the layout",
				names, separator)}
		}
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, &mistake{file, skip + bad.Line, "", fmt.Sprintf("%v: look at the quotes, and that each line has %d cells", bad.Err, len(names))}
		} else if err != nil {
			return nil, &mistake{file, 0, "", err.Error()}
		}
		line, _ := r.FieldPos(0)
		t.rows = append(t.rows, row{t, skip + line, cells})
	}
}
