#!/usr/bin/env bash
# gocsv reads a whole number as Go source is read and cuts what follows a point: a file number 041207 is 17031, an amount 137.99 is 137,
# an empty cell of an optional number (*int) is 0 and not nil. As a float, 1,137 is 1.137. None is an error. Looked at beside
# examples/internal/bankfile, which reads acquirers' journals in CSV.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
gocsv=v0.0.0-20240520201108-78e41c74b4b1 csvutil=v1.10.0
cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/gocarina/gocsv $gocsv
	github.com/jszwec/csvutil $csvutil
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/gocarina/gocsv"
	"github.com/jszwec/csvutil"
)

type row struct {
	File   int     `csv:"file"`
	Euros  int64   `csv:"euros"`
	Refund *int64  `csv:"refund"`
	Fee    float64 `csv:"fee"`
}

func (r row) String() string {
	refund := "nil"
	if r.Refund != nil {
		refund = fmt.Sprint(*r.Refund)
	}
	return fmt.Sprintf("file %d, euros %d, refund %s, fee %g", r.File, r.Euros, refund, r.Fee)
}

func main() {
	for _, cells := range []string{`041207,137,5,0.35`, `7,137.99,5,0.35`, `7,137,,0.35`, `7,137,5,"1,137"`} {
		text := "file,euros,refund,fee\n" + cells + "\n"
		var one, two []row
		if err := gocsv.UnmarshalString(text, &one); err != nil {
			fmt.Printf("%s: gocsv %v\n", cells, err)
			continue
		}
		fmt.Printf("%s: gocsv %v; ", cells, one)
		if err := csvutil.Unmarshal([]byte(text), &two); err != nil {
			fmt.Println("csvutil an error")
			continue
		}
		fmt.Println("csvutil", two)
	}
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding)
cat <<TEXT
version: gocsv $gocsv, csvutil $csvutil
guess:   041207 is 41207; 137.99 and "1,137" are errors, or keep their value; an empty cell is nil: as csvutil has it
seen:    $seen
So: give gocsv text or a type with UnmarshalCSV for every number and amount, and parse them yourself.
TEXT
[ "$seen" = '041207,137,5,0.35: gocsv [file 17031, euros 137, refund 5, fee 0.35]; csvutil [file 41207, euros 137, refund 5, fee 0.35]
7,137.99,5,0.35: gocsv [file 7, euros 137, refund 5, fee 0.35]; csvutil an error
7,137,,0.35: gocsv [file 7, euros 137, refund 0, fee 0.35]; csvutil [file 7, euros 137, refund nil, fee 0.35]
7,137,5,"1,137": gocsv [file 7, euros 137, refund 5, fee 1.137]; csvutil an error' ] || { echo "changed"; exit 1; }
