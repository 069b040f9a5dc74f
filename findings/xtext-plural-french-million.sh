#!/usr/bin/env bash
# golang.org/x/text/feature/plural, said to follow CLDR, does not know the category "many" that French, Spanish, Italian and Portuguese have
# for whole millions ("2 000 000 de jours"): its tables are those of CLDR 32 (2017), the category came with CLDR 38 (2020). Met in inbox,
# which has plurals.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v0.43.0
printf 'module finding.example\n\ngo 1.25.0\n\nrequire golang.org/x/text %s\n' "$version" >go.mod
cat >main.go <<'GO'
package main

import (
	"fmt"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

func main() {
	names := []string{"other", "zero", "one", "two", "few", "many"}
	fmt.Print("CLDR ", plural.CLDRVersion)
	for _, tag := range []language.Tag{language.French, language.Spanish, language.Italian, language.Portuguese} {
		fmt.Printf(", %v %s", tag, names[plural.Cardinal.MatchPlural(tag, 1000000, 0, 0, 0, 0)])
	}
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding)
cat <<TEXT
version: golang.org/x/text $version
guess:   1000000 is "many" in French, Spanish, Italian and Portuguese, as CLDR says
seen:    $seen
So: who needs "de" after whole millions writes the rule; translations with a form for "many" never see it used.
TEXT
[ "$seen" = 'CLDR 32, fr other, es other, it other, pt other' ] || { echo "changed"; exit 1; }
