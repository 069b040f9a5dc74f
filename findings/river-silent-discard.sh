#!/usr/bin/env bash
# A River job that returns an error in its last attempt is discarded for good. Since 0.33.0 River writes that at level INFO, and the logger that it
# takes when the config has none begins at WARN: after the upgrade nothing is in the log. Met in payment/riverwork, where the error of a chore is an
# alarm.
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
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
	_ "modernc.org/sqlite"
)

type Fails struct{}

func (Fails) Kind() string { return "fails" }

type fails struct{ river.WorkerDefaults[Fails] }

func (fails) Work(context.Context, *river.Job[Fails]) error { return errors.New("the letters did not go out") }

type Panics struct{}

func (Panics) Kind() string { return "panics" }

type panics struct{ river.WorkerDefaults[Panics] }

func (panics) Work(context.Context, *river.Job[Panics]) error { panic("the letters did not go out") }

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	db := must(sql.Open("sqlite", "file::memory:"))
	db.SetMaxOpenConns(1)
	driver := riversqlite.New(db)
	must(must(rivermigrate.New(driver, nil)).Migrate(ctx, rivermigrate.DirectionUp, nil))
	workers := river.NewWorkers()
	river.AddWorker(workers, fails{})
	river.AddWorker(workers, panics{})
	client := must(river.NewClient(driver, &river.Config{ // no Logger: River's own, on the standard output
		Workers: workers, MaxAttempts: 1, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
	}))
	if err := client.Start(ctx); err != nil {
		log.Fatal(err)
	}
	for _, args := range []river.JobArgs{Fails{}, Panics{}} {
		job := must(client.Insert(ctx, args, nil)).Job
		for job.State != rivertype.JobStateDiscarded {
			time.Sleep(50 * time.Millisecond)
			job = must(client.JobGet(ctx, job.ID))
		}
		fmt.Fprintf(os.Stderr, "%s is %s: %s\n", job.Kind, job.State, job.Errors[0].Error)
	}
	if err := client.Stop(ctx); err != nil {
		log.Fatal(err)
	}
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
	timeout 60 ./finding >log.txt 2>states.txt || cannot "$(tail -n 1 states.txt)"
	seen+="$river: $(paste -sd ';' states.txt); lines of the log about fails: $(grep -c 'kind=fails\|job_kind=fails' log.txt), about panics: $(grep -c 'kind=panics\|job_kind=panics' log.txt)"$'\n'
done
cat <<TEXT
version: River v0.31.0 and v0.51.2 on SQLite (modernc.org/sqlite $sqlite), a config without a Logger
guess:   a job that has failed for the last time, and will never be tried again, is a line of the log, as an error or a warning
seen:    $seen
So: an alarm on River's ERROR lines is mute since 0.33.0, but for panics: log in the worker or in Config.ErrorHandler what somebody must hear of.
TEXT
[ "$seen" = 'v0.31.0: fails is discarded: the letters did not go out;panics is discarded: the letters did not go out; lines of the log about fails: 1, about panics: 2
v0.51.2: fails is discarded: the letters did not go out;panics is discarded: the letters did not go out; lines of the log about fails: 0, about panics: 1
' ] || { echo "changed"; exit 1; }
