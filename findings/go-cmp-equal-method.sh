#!/usr/bin/env bash
# go-cmp asks a type's Equal method, so a test with cmp.Diff does not see in which zone an instant was stored, nor with how many
# places an amount. Met with tests of what a store keeps: "UTC, microseconds" must be looked at by itself.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
cmp=v0.7.0 decimal=v1.6.0
cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/google/go-cmp $cmp
	github.com/shopspring/decimal $decimal
)
MOD
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

type row struct {
	PaidAt time.Time
	Amount decimal.Decimal
}

func main() {
	at := time.Date(2026, 1, 1, 0, 30, 0, 0, time.FixedZone("Paris", 3600))
	kept, wanted := row{at, decimal.New(2000, -2)}, row{at.UTC(), decimal.New(20, 0)}
	a, _ := json.Marshal(kept)
	b, _ := json.Marshal(wanted)
	fmt.Printf("cmp.Equal %v, == %v, the same JSON %v\n", cmp.Equal(kept, wanted), kept.PaidAt == wanted.PaidAt, string(a) == string(b))
	fmt.Printf("%s\n%s\n", a, b)
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding)
cat <<TEXT
version: go-cmp $cmp, decimal $decimal
guess:   cmp.Diff shows every difference between what was kept and what was wanted, so 31 December and 1 January differ
seen:    $seen
So: compare the stored bytes too, or the location and the exponent, where they are promised.
TEXT
[ "$seen" = 'cmp.Equal true, == false, the same JSON false
{"PaidAt":"2026-01-01T00:30:00+01:00","Amount":"20"}
{"PaidAt":"2025-12-31T23:30:00Z","Amount":"20"}' ] || { echo "changed"; exit 1; }
