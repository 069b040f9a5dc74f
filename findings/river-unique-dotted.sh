#!/usr/bin/env bash
# River says whether a job is unique by its arguments (ByArgs), and before 0.48.0 it read the names of their members as paths: with "debt.id"
# as a name, as logs and traces have them, each debt's job is a double of the first debt's, and skipped without an error. Met beside
# payment/riverwork, whose jobs are unique by arguments with plain names.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
sqlite=v1.55.0
cat >main.go <<'GO'
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"log/slog"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite"
)

type Plain struct {
	Debt string `json:"debt_id"`
}

func (Plain) Kind() string { return "plain" }

type Dotted struct {
	Debt string `json:"debt.id"`
}

func (Dotted) Kind() string { return "dotted" }

type plain struct{ river.WorkerDefaults[Plain] }

func (plain) Work(context.Context, *river.Job[Plain]) error { return nil }

type dotted struct{ river.WorkerDefaults[Dotted] }

func (dotted) Work(context.Context, *river.Job[Dotted]) error { return nil }

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	ctx := context.Background()
	db := must(sql.Open("sqlite", "file::memory:"))
	db.SetMaxOpenConns(1)
	driver := riversqlite.New(db)
	must(must(rivermigrate.New(driver, nil)).Migrate(ctx, rivermigrate.DirectionUp, nil))
	workers := river.NewWorkers()
	river.AddWorker(workers, plain{})
	river.AddWorker(workers, dotted{})
	client := must(river.NewClient(driver, &river.Config{Workers: workers, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}))
	unique := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
	for _, args := range []river.JobArgs{Plain{"d1"}, Plain{"d2"}, Dotted{"d1"}, Dotted{"d2"}} { // no job runs here
		r, err := client.Insert(ctx, args, unique)
		if err != nil {
			fmt.Printf(" %s error %v;", args.Kind(), err)
			continue
		}
		fmt.Printf(" %s skipped %v;", args.Kind(), r.UniqueSkippedAsDuplicate)
	}
	fmt.Println()
}
GO
seen=""
for river in v0.31.0 v0.51.2; do
	cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/riverqueue/river $river
	github.com/riverqueue/river/riverdriver/riversqlite $river
	modernc.org/sqlite $sqlite
)
MOD
	rm -f go.sum
	timeout 500 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
	seen+="$river:$(timeout 60 ./finding 2>&1)"$'\n'
done
cat <<TEXT
version: River v0.31.0 and v0.51.2 on SQLite (modernc.org/sqlite $sqlite)
guess:   what a member is called in JSON does not matter: the jobs of the debts d1 and d2 are two, under either name
seen:    $seen
So: before 0.48.0 no dot (nor another sign of a path) in the names of what makes a job unique, and look at UniqueSkippedAsDuplicate.
TEXT
[ "$seen" = 'v0.31.0: plain skipped false; plain skipped false; dotted skipped false; dotted skipped true;
v0.51.2: plain skipped false; plain skipped false; dotted skipped false; dotted skipped false;
' ] || { echo "changed"; exit 1; }
