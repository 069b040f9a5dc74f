#!/usr/bin/env bash
# A unique job of River that has been completed keeps the next one out. Met with payment/riverwork, whose work on one payment
# comes back under the same arguments: it names the states among which a job is unique.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
river=v0.51.2 sqlite=v1.55.0
cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/riverqueue/river $river
	github.com/riverqueue/river/riverdriver/riversqlite $river
	modernc.org/sqlite $sqlite
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite"
)

type Ask struct {
	Payment string `json:"payment"`
}

func (Ask) Kind() string { return "ask" }
func (Ask) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

type worker struct{ river.WorkerDefaults[Ask] }

func (worker) Work(context.Context, *river.Job[Ask]) error { return nil }

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	ctx := context.Background()
	db := must(sql.Open("sqlite", "file:jobs.db?_pragma=busy_timeout(5000)"))
	db.SetMaxOpenConns(1)
	driver := riversqlite.New(db)
	must(must(rivermigrate.New(driver, nil)).Migrate(ctx, rivermigrate.DirectionUp, nil))
	workers := river.NewWorkers()
	river.AddWorker(workers, worker{})
	client := must(river.NewClient(driver, &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
		Workers: workers,
		Logger:  slog.New(slog.NewTextHandler(io.Discard, nil)),
	}))
	completed, cancel := client.Subscribe(river.EventKindJobCompleted)
	defer cancel()
	if err := client.Start(ctx); err != nil {
		log.Fatal(err)
	}
	must(client.Insert(ctx, Ask{"p1"}, nil))
	select {
	case <-completed:
	case <-time.After(time.Minute):
		log.Fatal("the first job does not end")
	}
	second, err := client.Insert(ctx, Ask{"p1"}, nil)
	fmt.Printf("error %v, skipped %v, the job that was returned is %s", err, second.UniqueSkippedAsDuplicate, second.Job.State)
	if err := client.Stop(ctx); err != nil {
		log.Fatal(err)
	}
}
GO
timeout 500 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 100 ./finding)
cat <<TEXT
version: river $river with riversqlite $river on modernc.org/sqlite $sqlite
guess:   "unique" is about jobs that are still to be done: once the first is completed, the same arguments can be inserted again
seen:    second insertion after the first was completed: $seen
So: by default a completed job counts until River deletes it (a day later). Name the states in UniqueOpts.ByState.
TEXT
[ "$seen" = "error <nil>, skipped true, the job that was returned is completed" ] || { echo "changed"; exit 1; }
