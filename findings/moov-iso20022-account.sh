#!/usr/bin/env bash
# An account of an ISO 20022 message has an IBAN or another identification, never both: the schema has a choice. moov-io/iso20022 checks
# both branches whichever the file has, so that its Validate calls every camt.054 with an account invalid. Met beside
# examples/internal/bankfile, which reads such notices.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v0.2.1
printf 'module finding.example\n\ngo 1.22\n\nrequire github.com/moov-io/iso20022 %s\n' "$version" >go.mod
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
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding | sed 's/ (.*//') # without the path in the document
cat <<TEXT
version: github.com/moov-io/iso20022 $version
guess:   both notices are valid: no error (<nil>)
seen:    $seen
So: its Validate refuses every notice, for each has an account; take its types only, and validate with the schema itself.
TEXT
[ "$seen" = 'an IBAN: The value of Max34Text has invalid length
another identification: The value of IBAN2007Identifier is invalid' ] || { echo "changed"; exit 1; }
