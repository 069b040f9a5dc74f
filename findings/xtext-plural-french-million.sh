#!/usr/bin/env bash
# golang.org/x/text/feature/plural and whole millions in French.
#
# Most would guess: since French has the CLDR category "many" for whole millions ("2 000 000 de jours"), the library's plural rules, which are
# said to be those of CLDR, give it.
# Seen: they give "other" for 1000000 in French, Spanish, Italian and Portuguese. The package's tables are those of CLDR 32 (2017); the
# category came with CLDR 38 (2020).
# Status 0: as described. 1: it has changed. 3: it could not be run.
set -euo pipefail
command -v go >/dev/null || { echo "go is not installed"; exit 3; }
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'M'
module finding

go 1.25.0
M
cat >main.go <<'G'
package main

import (
	"fmt"
	"os"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

func main() {
	fmt.Println("tables of CLDR", plural.CLDRVersion)
	names := []string{"other", "zero", "one", "two", "few", "many"}
	changed := false
	for _, tag := range []language.Tag{language.French, language.Spanish, language.Italian, language.Portuguese} {
		form := plural.Cardinal.MatchPlural(tag, 1000000, 0, 0, 0, 0)
		fmt.Printf("%v, 1000000: guess many, seen %s\n", tag, names[form])
		changed = changed || form != plural.Other
	}
	if changed {
		os.Exit(1)
	}
}
G
GOFLAGS=-mod=mod GOWORK=off go get golang.org/x/text@v0.43.0 >/dev/null 2>&1 || { echo "golang.org/x/text v0.43.0 cannot be fetched"; exit 3; }
echo "golang.org/x/text v0.43.0"
GOFLAGS=-mod=mod GOWORK=off go build -o finding . || { echo "the program cannot be built"; exit 3; }
./finding
