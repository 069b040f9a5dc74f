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

// logger writes everything, to where the parent reads it: what no level may write must not be there.
func logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// observed tells the log of every operation of the service, as a tracer would be told.
func observed(log *slog.Logger) acquirer.Observe {
	return func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
		return ctx, func(err error, more ...slog.Attr) {
			log.LogAttrs(ctx, slog.LevelDebug, op, append(append(slices.Clone(attrs), more...), slog.Any("error", err))...)
		}
	}
}

// person marks the people of a world, so that they are found wherever they are.
const person = "debtor-"

// heard remembers what opens a payer's page at the kiosk.
func (w *World) heard(s acquirer.Session) {
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

// secrets looks for what must not be where it is: the shop's key and card numbers anywhere, people and the payers' pages in what the portals
// wrote to their logs.
func (o *oracle) secrets(ctx context.Context) error {
	for _, d := range []struct{ name, dsn string }{{"database", o.Database.DSN}, {"mailbox", o.Database.Letters}} {
		err := dump(ctx, o.Database.Driver, d.dsn, func(where, text string) { o.hidden("the "+d.name+", "+where, text) })
		if err != nil {
			return err
		}
	}
	o.mu.Lock()
	children, tokens := o.children, o.tokens
	o.mu.Unlock()
	for _, c := range children {
		said := string(c.said.text())
		o.hidden("a log", said)
		if strings.Contains(said, person) {
			o.say("a log names a person: %s", around(said, person))
		}
		for _, t := range tokens {
			if strings.Contains(said, t) {
				o.say("a log has what opens a payer's page: %s", around(said, t))
			}
		}
	}
	return nil
}

// hidden says what is nowhere.
func (o *oracle) hidden(where, text string) {
	if strings.Contains(text, o.shop.Secret) {
		o.say("%s has the shop's key: %s", where, around(text, o.shop.Secret))
	}
	for _, m := range digits.FindAllStringSubmatch(text, -1) {
		if luhn(m[1]) {
			o.say("%s has a card number: %s", where, around(text, m[1]))
		}
	}
}

// digits are what may be a card number: part of no longer word.
var digits = regexp.MustCompile(`(?:^|[^0-9A-Za-z_-])([3-6][0-9]{12,18})(?:$|[^0-9A-Za-z_-])`)

// luhn reports whether the last digit is the others' check digit.
func luhn(number string) bool {
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

// around is where something was found.
func around(text, what string) string {
	i := strings.Index(text, what)
	return fmt.Sprintf("%.200q", text[max(0, i-60):min(len(text), i+len(what)+60)])
}

// dump reads every text of every table.
func dump(ctx context.Context, driver, dsn string, see func(where, text string)) error {
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
	err = read(ctx, db, list, func(_ string, v any) { tables = append(tables, fmt.Sprint(v)) })
	for _, table := range tables {
		if err != nil {
			return err
		}
		err = read(ctx, db, "SELECT * FROM "+table, func(column string, v any) {
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

// read reads every value of a query.
func read(ctx context.Context, db *sql.DB, query string, see func(column string, v any)) error {
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
