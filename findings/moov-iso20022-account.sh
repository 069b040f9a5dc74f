#!/usr/bin/env bash
# An account of an ISO 20022 message has an IBAN or another identification, never both: the schema has a choice. moov-io/iso20022 checks
# both branches whichever the file has, so that its Validate calls every camt.054 with an account invalid.
set -uo pipefail
command -v go >/dev/null || { echo "go is not installed: cannot run"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 3
cat >go.mod <<'MOD'
module finding

go 1.22

require github.com/moov-io/iso20022 v0.2.1
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/moov-io/iso20022/pkg/document"
)

// %s is an account. The rest is what the schema of camt.054.001.08 asks for, and no more.
const notice = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>` +
	`<GrpHdr><MsgId>1</MsgId><CreDtTm>2026-03-04T06:00:00+01:00</CreDtTm></GrpHdr>` +
	`<Ntfctn><Id>A1</Id><CreDtTm>2026-03-04T06:00:00+01:00</CreDtTm><Acct><Id>%s</Id></Acct></Ntfctn>` +
	`</BkToCstmrDbtCdtNtfctn></Document>`

func check(name, text string) {
	d, err := document.ParseIso20022Document([]byte(text))
	if err == nil {
		err = d.Validate()
	}
	fmt.Printf("%s: %v\n", name, err)
}

func main() {
	check("an IBAN", fmt.Sprintf(notice, "<IBAN>FR1420041010050500013M02606</IBAN>"))
	check("another identification", fmt.Sprintf(notice, "<Othr><Id>0500013M026</Id></Othr>"))
}
GO
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1 && go build -o finding . 2>build.log || { echo "the module cannot be built here: cannot run"; exit 3; }
seen=$(./finding) || { echo "it did not run"; exit 3; }
echo "github.com/moov-io/iso20022 v0.2.1"
echo "most would guess: both notices are valid"
echo "$seen"
grep -q "^an IBAN: The value of Max34Text has invalid length" <<<"$seen" && grep -q "^another identification: The value of IBAN2007Identifier is invalid" <<<"$seen" && exit 0
echo "that has changed"
exit 1
