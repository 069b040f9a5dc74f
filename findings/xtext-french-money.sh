#!/usr/bin/env bash
# golang.org/x/text and Node's Intl write the same amount differently for a French reader. Met in inbox, which writes amounts by
# itself.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in go node; do command -v "$p" >/dev/null || cannot "no $p"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v0.41.0
printf 'module finding.example\n\ngo 1.25.0\n\nrequire golang.org/x/text %s\n' "$version" >go.mod
cat >main.go <<'GO'
package main

import (
	"fmt"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

func main() {
	p := message.NewPrinter(language.French)
	fmt.Printf("%+q, a year with %%d %+q", p.Sprint(currency.Symbol(currency.EUR.Amount(1234.5))), p.Sprintf("%d", 2023))
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding)
intl=$(node -e 'const s = new Intl.NumberFormat("fr", {style: "currency", currency: "EUR"}).format(1234.5)
console.log(JSON.stringify(s).replace(/[^\x20-\x7e]/g, c => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0")))')
cat <<TEXT
version: golang.org/x/text $version; for comparison node $(node --version) with CLDR $(node -p process.versions.cldr)
guess:   1234,50 with a narrow no-break space (U+202F) between thousands, a no-break space and the sign at the end: $intl, as Node says
seen:    golang.org/x/text: $seen
So: the sign stands before the number, thousands have the wide space of CLDR 32, and %d groups a year.
TEXT
[ "$seen" = '"\u20ac 1\u00a0234,50", a year with %d "2\u00a0023"' ] || { echo "changed"; exit 1; }
[ "$intl" = '"1\u202f234,50\u00a0\u20ac"' ] || { echo "changed: node says $intl"; exit 1; }
