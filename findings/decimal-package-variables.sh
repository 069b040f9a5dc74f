#!/usr/bin/env bash
# Package variables of shopspring/decimal change what every other package of the program writes: text, JSON, and what goes into
# a database column. Met with money that is hashed and sealed: here amounts become integer cents first
# (docs/decisions/decimal.md).
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v1.6.0
printf 'module finding.example\n\ngo 1.25.0\n\nrequire github.com/shopspring/decimal %s\n' "$version" >go.mod
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"
)

func show() {
	amount := decimal.RequireFromString("20.00")
	text, _ := json.Marshal(amount)
	column, _ := amount.Value()
	fmt.Printf("String %s, JSON %s, column %v\n", amount, text, column)
}

func main() {
	show()
	decimal.TrimTrailingZeros, decimal.MarshalJSONWithoutQuotes = false, true // anywhere in the program
	show()
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding)
cat <<TEXT
version: github.com/shopspring/decimal $version
guess:   20.00 is written 20.00, and one amount has one text in one program
seen:    before and after some other package set TrimTrailingZeros and MarshalJSONWithoutQuotes:
$seen
So: never hash, sign or compare decimal's own text or JSON; write cents, or StringFixed, by yourself.
TEXT
[ "$seen" = 'String 20, JSON "20", column 20
String 20.00, JSON 20.00, column 20.00' ] || { echo "changed"; exit 1; }
