#!/usr/bin/env bash
# The money library Rhymond/go-money with what a card platform sends. The euro by its number, 978, is taken for a currency of that name and
# shown behind the decimals: 137,50 as 137.50978. In JSON an amount with decimals loses them without an error, and one without a currency is
# an amount. Met with Sips, whose currencyCode is 978 and whose amounts are cents (docs/sips.md), and with internal/integration/bench.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v1.0.15
printf 'module finding.example\n\ngo 1.25.0\n\nrequire github.com/Rhymond/go-money %s\n' "$version" >go.mod
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"

	"github.com/Rhymond/go-money"
)

func main() {
	fmt.Println("13750 of 978:", money.New(13750, "978").Display())
	for _, text := range []string{`{"amount":137.50,"currency":"EUR"}`, `{"amount":9007199254740993,"currency":"EUR"}`, `{"amount":13750}`} {
		var m money.Money
		err := json.Unmarshal([]byte(text), &m)
		fmt.Printf("%s: %d %q, %v\n", text, m.Amount(), m.Currency().Code, err)
	}
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding 2>&1)
cat <<TEXT
version: Rhymond/go-money $version
guess:   978 is the euro or an error; an amount that is no whole number, is too long for a float64 or has no currency is an error
seen:    what was read, in cents, with the currency and the error:
$seen
So: turn 978 into EUR before, read amounts with a decoder of your own, and refuse what has decimals or no currency.
TEXT
[ "$seen" = '13750 of 978: 137.50978
{"amount":137.50,"currency":"EUR"}: 137 "EUR", <nil>
{"amount":9007199254740993,"currency":"EUR"}: 9007199254740992 "EUR", <nil>
{"amount":13750}: 13750 "", <nil>' ] || { echo "changed"; exit 1; }
