package rig

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/quittance/quittance/acquirer"
)

// debugLogger returns a logger of every level to the standard error, in which the parent looks for secrets.
func debugLogger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// logEveryOperation returns an Observe that logs every operation of the service with its attributes, as a tracer would have them.
func logEveryOperation(log *slog.Logger) acquirer.Observe {
	return func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
		return ctx, func(err error, more ...slog.Attr) {
			log.LogAttrs(ctx, slog.LevelDebug, op, append(append(slices.Clone(attrs), more...), slog.Any("error", err))...)
		}
	}
}

// person marks the people of a world, so that they are found wherever they are.
const person = "debtor-"

// rememberTokens keeps the long field values of a session: with them anyone can open the payer's payment page.
func (w *World) rememberTokens(s acquirer.Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, values := range s.Fields {
		for _, v := range values {
			if len(v) >= 16 {
				w.tokens = append(w.tokens, v)
			}
		}
	}
}

// checkSecrets reports the shop's key and card numbers in the databases and logs, and names of people and tokens of payment pages in the
// logs of the portals.
func (o *oracle) checkSecrets(ctx context.Context) error {
	for _, d := range []struct{ name, dsn string }{{"database", o.Database.DSN}, {"mailbox", o.Database.Letters}} {
		err := eachStoredText(ctx, o.Database.Driver, d.dsn, func(where, text string) { o.reportHidden("the "+d.name+", "+where, text) })
		if err != nil {
			return err
		}
	}
	o.mu.Lock()
	children, tokens := o.children, o.tokens
	o.mu.Unlock()
	for _, c := range children {
		said := string(c.said.copyText())
		o.reportHidden("a log", said)
		if strings.Contains(said, person) {
			o.reportViolation("a log names a person: %s", excerptAround(said, person))
		}
		for _, t := range tokens {
			if strings.Contains(said, t) {
				o.reportViolation("a log has what opens a payer's page: %s", excerptAround(said, t))
			}
		}
	}
	return nil
}

// reportHidden reports the shop's key and card numbers in a text: they must be nowhere.
func (o *oracle) reportHidden(where, text string) {
	if strings.Contains(text, o.shop.Secret) {
		o.reportViolation("%s has the shop's key: %s", where, excerptAround(text, o.shop.Secret))
	}
	for _, m := range maybeCardNumber.FindAllStringSubmatch(text, -1) {
		if isLuhn(m[1]) {
			o.reportViolation("%s has a card number: %s", where, excerptAround(text, m[1]))
		}
	}
}

// maybeCardNumber matches digits that may be a card number and are not part of a longer word.
var maybeCardNumber = regexp.MustCompile(`(?:^|[^0-9A-Za-z_-])([3-6][0-9]{12,18})(?:$|[^0-9A-Za-z_-])`)

// isLuhn reports whether the last digit is the Luhn check digit of the others.
func isLuhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

// excerptAround returns the part of a text in which something was found.
func excerptAround(text, what string) string {
	i := strings.Index(text, what)
	return fmt.Sprintf("%.200q", text[max(0, i-60):min(len(text), i+len(what)+60)])
}

// eachStoredText calls see with every text of every table.
func eachStoredText(ctx context.Context, driver, dsn string, see func(where, text string)) error {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	list := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if driver == "pgx" {
		list = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	}
	var tables []string
	err = eachValue(ctx, db, list, func(_ string, v any) { tables = append(tables, fmt.Sprint(v)) })
	for _, table := range tables {
		if err != nil {
			return err
		}
		err = eachValue(ctx, db, "SELECT * FROM "+table, func(column string, v any) {
			switch v := v.(type) {
			case string:
				see(table+"."+column, v)
			case []byte:
				see(table+"."+column, string(v))
			}
		})
	}
	return err
}

// eachValue calls see with every value that a query returns.
func eachValue(ctx context.Context, db *sql.DB, query string, see func(column string, v any)) error {
	r, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer r.Close()
	columns, err := r.Columns()
	if err != nil {
		return err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for r.Next() {
		if err := r.Scan(targets...); err != nil {
			return err
		}
		for i, v := range values {
			see(columns[i], v)
		}
	}
	return r.Err()
}
