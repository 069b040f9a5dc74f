#!/usr/bin/env bash
# River's "once in 24 hours" (ByPeriod) is once a day of UTC, whatever the zone of the machine, of the server or of the time given. An
# export of each day at half past midnight in Paris is skipped as a double of the one that somebody asked for on the day before, and
# half past two is another day than half past midnight. Met beside payment/riverwork, when it was chosen what makes its jobs unique.
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
	_ "time/tzdata"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite"
)

type Export struct{}

func (Export) Kind() string { return "export" }

type worker struct{ river.WorkerDefaults[Export] }

func (worker) Work(context.Context, *river.Job[Export]) error { return nil }

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
	river.AddWorker(workers, worker{})
	client := must(river.NewClient(driver, &river.Config{Workers: workers, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}))
	paris := must(time.LoadLocation("Europe/Paris"))
	// River takes the period of the time for which a job is planned; no job runs here.
	for _, at := range []time.Time{
		time.Date(2030, 3, 4, 9, 0, 0, 0, paris), time.Date(2030, 3, 5, 0, 30, 0, 0, paris), time.Date(2030, 3, 5, 2, 30, 0, 0, paris),
	} {
		r := must(client.Insert(ctx, Export{}, &river.InsertOpts{ScheduledAt: at, UniqueOpts: river.UniqueOpts{ByPeriod: 24 * time.Hour}}))
		fmt.Printf("%s: skipped %v\n", at.Format("2 January 15:04"), r.UniqueSkippedAsDuplicate)
	}
}
GO
timeout 500 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(TZ=Europe/Paris timeout 60 ./finding 2>&1)
cat <<TEXT
version: River $river on SQLite
guess:   one job a day as the machine, which is in Paris, counts days; or one in any 24 hours, which skips all but the first
seen:    jobs planned for
$seen
So: put the day, as your people call it, among the job's arguments and use ByArgs; leave ByPeriod to what has no day.
TEXT
[ "$seen" = '4 March 09:00: skipped false
5 March 00:30: skipped true
5 March 02:30: skipped false' ] || { echo "changed"; exit 1; }
