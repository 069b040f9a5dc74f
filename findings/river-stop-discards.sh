#!/usr/bin/env bash
# A job of River that is in the middle of its one attempt when its client is told to stop (StopAndCancel) and that returns what it got, the
# cancelled context's error, is discarded: a failed job, not one for the next client. Since 0.44.0 it is put back, unless the error comes
# from os/exec, whose "signal: killed" is no context.Canceled. Met with payment/riverwork, whose jobs have one attempt and are swept again.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in go sleep; do command -v "$p" >/dev/null || cannot "no $p"; done
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
	"os/exec"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite"
)

type Chore struct {
	How string `json:"how"`
}

func (Chore) Kind() string { return "chore" }

type worker struct {
	river.WorkerDefaults[Chore]
	begun chan struct{}
}

func (w worker) Work(ctx context.Context, job *river.Job[Chore]) error {
	w.begun <- struct{}{}
	switch job.Args.How {
	case "context":
		<-ctx.Done()
		return fmt.Errorf("write letters: %w", ctx.Err())
	case "program": // as one makes a PDF file
		return exec.CommandContext(ctx, "sleep", "60").Run()
	default:
		<-ctx.Done()
		return river.JobSnooze(0)
	}
}

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
	workers, begun, hows := river.NewWorkers(), make(chan struct{}), []string{"context", "program", "snooze"}
	river.AddWorker(workers, worker{begun: begun})
	client := must(river.NewClient(driver, &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: len(hows)}},
		Workers: workers,
		Logger:  slog.New(slog.NewTextHandler(io.Discard, nil)),
	}))
	if err := client.Start(ctx); err != nil {
		log.Fatal(err)
	}
	var ids []int64
	for _, how := range hows {
		ids = append(ids, must(client.Insert(ctx, Chore{how}, &river.InsertOpts{MaxAttempts: 1})).Job.ID)
	}
	for range hows {
		select {
		case <-begun:
		case <-time.After(time.Minute):
			log.Fatal("the jobs do not begin")
		}
	}
	time.Sleep(time.Second) // the program runs
	if err := client.StopAndCancel(ctx); err != nil {
		log.Fatal(err)
	}
	for i, how := range hows {
		job := must(client.JobGet(ctx, ids[i]))
		fmt.Printf(" %s %s", how, job.State)
		if len(job.Errors) > 0 {
			fmt.Printf(" (%s)", job.Errors[0].Error)
		}
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
	rm -f go.sum jobs.db*
	timeout 500 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
	seen+="$river:$(timeout 120 ./finding 2>&1)"$'\n'
done
cat <<TEXT
version: River v0.31.0 and v0.51.2 on SQLite (modernc.org/sqlite $sqlite)
guess:   a job that the client itself stops has not failed: it is available to the next client, whatever it returned
seen:    three jobs of one attempt, after StopAndCancel:
$seen
So: when the job's context is cancelled (not when its time is over) return river.JobSnooze(0), whatever the error is.
TEXT
[ "$seen" = 'v0.31.0: context discarded (write letters: context canceled) program discarded (signal: killed) snooze available
v0.51.2: context available program discarded (signal: killed) snooze available
' ] || { echo "changed"; exit 1; }
