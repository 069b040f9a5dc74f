#!/usr/bin/env bash
# go-playground/locales in French: the bookkeeper's form of an amount below zero closes its bracket before the sign of the euro, and
# without decimals an amount is rounded to whole euros and shown with ",00" all the same. Looked at for the amounts that inbox writes.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v0.14.2
printf 'module finding.example\n\ngo 1.25.0\n\nrequire github.com/go-playground/locales %s\n' "$version" >go.mod
cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"

	"github.com/go-playground/locales/currency"
	"github.com/go-playground/locales/fr"
)

func main() {
	f := fr.New()
	say := func(what, text string) { // every blank as a plain one
		fmt.Printf("%s: %s\n", what, strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text))
	}
	say("accounting, -137.56", f.FmtAccounting(-137.56, 2, currency.EUR))
	say("currency, 137.56, no decimals", f.FmtCurrency(137.56, 0, currency.EUR))
	say("currency, 137.56, one decimal", f.FmtCurrency(137.56, 1, currency.EUR))
	say("number, 137.56, no decimals", f.FmtNumber(137.56, 0))
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding 2>&1)
cat <<TEXT
version: go-playground/locales $version
guess:   (137,56 €), as CLDR has it; 138 €, or 137,56 €; 137,6 €; 138
seen:    $seen
So: give FmtCurrency the decimals that the amount has, two at least, and do not use FmtAccounting in French.
TEXT
[ "$seen" = 'accounting, -137.56: (137,56 )€
currency, 137.56, no decimals: 138,00 €
currency, 137.56, one decimal: 137,60 €
number, 137.56, no decimals: 138' ] || { echo "changed"; exit 1; }
