package audit

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
)

// closingTime is how long after midnight a day stays open for entries that were dated before midnight and are still being written: each
// is written within a minute, or not at all.
const closingTime = 5 * time.Minute

// columns are the export's, in both forms. They are frozen: append only.
var columns = [...]string{
	"movement", "instant", "reference", "payment", "merchant", "authorisation", "cents", "euros", "currency", "debt", "notice",
	"day", "count", "seal", "sha256",
}

// line is a line of the export, by column: a text, a number, or euros. A column that is not in it is empty.
type line map[string]any

// euros is a number of cents that is written in euros.
type euros int64

// Export writes what moved on one day in Paris ("2026-03-02") for the accounting officer, as CSV, and returns the day's
// seal. It is gross, as receipts are booked (code de la sécurité sociale, D253-16 and D122-2): what came in and what
// went back are lines of their own, and nothing is netted. [Books.ExportJSON] writes the same lines as JSON.
//
// The first column says what a line is:
//
//	accepted        money came in: an acceptance that the acquirer sealed, also one that is not what was ordered, or a second
//	                one of the same payment; or money that a person decided to keep
//	returned        money went back, all of it or a part; or money that only a person kept, once the acquirer says that
//	                the whole amount is back
//	review          the payment went to review: a person must look. No money moved by that
//	orphan          money came in that belongs to no payment, as after a restore from a backup
//	total_accepted  how many of them there are, and their sum; so for each kind, in euros always, in another currency
//	                when a line has it
//	seal            the day's seal, the last line
//
// The columns are frozen: more may come behind them.
//
//	movement       what the line is
//	instant        when the movement was learned, in UTC; the acquirer's own date can be the day before
//	reference      the transaction's, which the acquirer's lists have too
//	payment        its [payment.ID]; empty for an orphan
//	merchant       the contract that the money went to, as the acquirer says
//	authorisation  the bank's number; empty where no message gave one
//	cents, euros   what moved, as the acquirer says, never negative; of a total, the sum
//	currency       ISO 4217 letters
//	debt, notice   the host's; empty for an orphan, and after [payment.Service.Erase]
//	day            the day in Paris
//	count          of a total: how many lines
//	seal           of the last line: the seal, in hexadecimal
//	sha256         of the last line: the SHA-256 of all bytes before that line. Who reads the file finds with it that nothing
//	               was cut off or edited
//
// The file is what a French spreadsheet opens with a double click: UTF-8 with a byte order mark, since Excel otherwise
// takes it for Windows-1252; semicolons, since the comma is the decimal sign; lines that end in CR LF; quotes where a cell
// needs them, as in RFC 4180. Characters that do not print become spaces. A cell that a spreadsheet would take for a
// formula, or that begins with an apostrophe, begins with one more apostrophe.
//
// A double click still reads texts of digits as numbers. LibreOffice 7.4 with a French locale makes 2001000000001 of the contract
// 002001000000001, 75395 of the authorisation 075395, 2.02603021234568E+016 of the remittance 20260302123456789, and 100000 of 1E5;
// 12E345 stays a text there, and becomes an absurd number where special numbers are detected. Import those columns as text, or give people
// the spreadsheet of examples/reconcile -xlsx, in which they are texts already.
//
// It has what the journal has, and no more: what went back at the acquirer's own desk and that no message and no answer has told of is not
// in it. Compare with the acquirer's own list; examples/reconcile does.
//
// The same day gives the same bytes, whatever happened since, until an erasure empties the debt and the notice; the
// seal never changes. Keep the seals outside the database, in order, where whoever can write to it cannot: in the
// officer's own files, printed and signed, with a time-stamping service. Give them to [Books.Verify].
//
// An export closes its day in the store: should a clock be set back into it, what happens then is dated on the next open day, and
// says so.
//
// The error says when the day is wrong, or not over yet: a day is open until 00:05 of the next. Then nothing is
// written; nor when the journal of a payment that moved on the day does not verify ([payment.ErrAltered]): find out first what
// happened to it. A day of more than two megabytes, some twelve thousand lines, is written while it is read: what an error leaves of it has no
// last line, and is no export. In memory it holds those two megabytes, the payments of a batch, and 32 bytes of each of 65 536 payments; the
// hashes of a larger day are sorted in a temporary file ([os.TempDir]), or, where it cannot be written, in memory.
//
// The store keeps the seal of the day, and the next export begins with it, so that one call reads the journals of the payments that moved
// on the day, and of what came before only what was never exported. Verify trusts no seal that the store keeps.
func (b *Books) Export(ctx context.Context, day string, w io.Writer) (Seal, error) {
	return b.exportDay(ctx, day, w, asCSV)
}

// ExportJSON writes what [Books.Export] writes as JSON Lines, for programs: one object a line, with the columns as keys
// in their order. An empty cell has no key. Texts are as they are stored, without apostrophes; cents and count are numbers,
// euros is a text with a point. There is no byte order mark. Lines end in LF. The seal is the same, the sha256 is that of
// this form.
func (b *Books) ExportJSON(ctx context.Context, day string, w io.Writer) (Seal, error) {
	return b.exportDay(ctx, day, w, asJSON)
}

func (b *Books) exportDay(ctx context.Context, day string, w io.Writer, as encoding) (Seal, error) {
	d, err := paris.Parse(day)
	if err != nil {
		return Seal{}, fmt.Errorf("%w: export: %w", payment.ErrInvalid, err)
	}
	if over := d.Next().Start().Add(closingTime); b.now().Before(over) {
		return Seal{}, fmt.Errorf("%w: export: %s is not over yet: it can be exported from %s on", payment.ErrInvalid, d, over.UTC().Format(time.RFC3339))
	}
	if err := b.store.CloseDay(ctx, d.String(), d.Next().Start()); err != nil {
		return Seal{}, fmt.Errorf("audit: export of %s: %w", d, err)
	}
	held := &heldWriter{to: w}
	seal, err := b.writeDay(ctx, d, held, as)
	if err == nil {
		err = held.flush()
	}
	if err != nil {
		return Seal{}, fmt.Errorf("audit: export of %s: %w", d, err)
	}
	return seal, nil
}

func (b *Books) writeDay(ctx context.Context, d paris.Day, w io.Writer, as encoding) (seal Seal, err error) {
	sum := sha256.New()
	out := io.MultiWriter(w, sum)
	if _, err := io.WriteString(out, as.head); err != nil {
		return Seal{}, err
	}
	writeLine := as.lines(out)
	write := func(l line) error {
		l["day"] = d.String()
		return writeLine(l)
	}
	orphans, err := b.allOrphans(ctx)
	if err != nil {
		return Seal{}, err
	}
	strays, err := movementsOn(d, payment.OrphanMovements(orphans))
	if err != nil {
		return Seal{}, err
	}
	c, err := b.chainBefore(ctx, d, orphans)
	if err != nil {
		return Seal{}, err
	}
	heads := &headSet{held: orphanHeads(orphans, d)}
	defer heads.close()
	r := dayReader{books: b, day: d, last: map[payment.ID]int{}, moved: map[payment.ID][]movement{}, heads: heads}
	sums := totals{}
	for m, err := range inOrder(r.movementsByInstant(ctx), strays) {
		if err == nil {
			err = write(m.exportLine())
		}
		if err != nil {
			return Seal{}, err
		}
		sums.addMovement(m)
	}
	if !heads.isEmpty() {
		c.sealThrough(d, heads.inOrder())
	}
	if heads.err != nil {
		return Seal{}, heads.err
	}
	c.sealQuietDaysBefore(d.Next())
	if seal = c.lastSeal(); seal != (Seal{}) {
		if err := b.store.KeepSeal(ctx, payment.DaySeal{Day: d.String(), Seal: seal}); err != nil {
			return Seal{}, err
		}
	}
	for _, l := range sums.totalLines() {
		if err := write(l); err != nil {
			return Seal{}, err
		}
	}
	return seal, write(line{"movement": "seal", "seal": seal.String(), "sha256": hex.EncodeToString(sum.Sum(nil))})
}

// encoding is a form of the export: what stands before the lines, and what writes a line.
type encoding struct {
	head  string
	lines func(io.Writer) func(line) error
}

var asCSV = encoding{"\ufeff" + strings.Join(columns[:], ";") + "\r\n", func(out io.Writer) func(line) error {
	w := csv.NewWriter(out)
	w.Comma, w.UseCRLF = ';', true
	var cells [len(columns)]string
	return func(l line) error {
		for i, name := range columns {
			switch v := l[name].(type) {
			case string:
				cells[i] = defuseCell(v)
			case int64:
				cells[i] = strconv.FormatInt(v, 10)
			case euros:
				cells[i] = strings.Replace(euro.Format(int64(v)), ".", ",", 1)
			default:
				cells[i] = ""
			}
		}
		if err := w.Write(cells[:]); err != nil {
			return err
		}
		w.Flush() // the checksum of the last line is of all before it
		return w.Error()
	}
}}

// defuseCell returns a cell that no spreadsheet takes for a formula, without characters that do not print. Some spreadsheets take the
// full-width forms of the signs for the signs themselves.
func defuseCell(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if first := strings.TrimLeft(s, " "); first != "" && strings.ContainsRune("=+-@'＝＋－＠", []rune(first)[0]) {
		return "'" + s
	}
	return s
}

var asJSON = encoding{"", func(out io.Writer) func(line) error {
	return func(l line) error {
		b := []byte("{")
		for _, name := range columns {
			v, ok := l[name]
			if e, is := v.(euros); is {
				v = euro.Format(int64(e))
			}
			if !ok || v == "" {
				continue
			}
			if len(b) > 1 {
				b = append(b, ',')
			}
			text, err := json.Marshal(v)
			if err != nil {
				return err
			}
			b = append(append(strconv.AppendQuote(b, name), ':'), text...)
		}
		_, err := out.Write(append(b, "}\n"...))
		return err
	}
}}
