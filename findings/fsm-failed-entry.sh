#!/usr/bin/env bash
# Two state machines for Go, and an action on entering « accepted » that fails, as when the row cannot be written. The error comes back, and
# the machine is in « accepted »: whoever asks it next, or fires again, is told of money that was never recorded. Met with
# internal/integration/bench, which measures the life of a payment beside these libraries.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
looplab=v1.0.3 stateless=v1.7.2
cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/looplab/fsm $looplab
	github.com/qmuntal/stateless $stateless
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/looplab/fsm"
	"github.com/qmuntal/stateless"
)

func main() {
	full := errors.New("the disk is full")
	a := fsm.NewFSM("pending",
		fsm.Events{{Name: "paid", Src: []string{"pending"}, Dst: "accepted"}},
		fsm.Callbacks{"enter_accepted": func(_ context.Context, e *fsm.Event) { e.Err = full }})
	err := a.Event(context.Background(), "paid")
	fmt.Printf("looplab: error %v, state %s, may be paid again %v\n", err, a.Current(), a.Can("paid"))

	b := stateless.NewStateMachine("pending")
	b.Configure("pending").Permit("paid", "accepted")
	b.Configure("accepted").OnEntry(func(context.Context, ...any) error { return full })
	err = b.Fire("paid")
	again, _ := b.CanFire("paid")
	fmt.Printf("stateless: error %v, state %v, may be paid again %v\n", err, b.MustState(), again)
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding 2>&1)
cat <<TEXT
version: looplab/fsm $looplab, qmuntal/stateless $stateless
guess:   a change whose action fails has not happened: the machine is in pending, and the event can be fired again
seen:    $seen
So: write first and change the state after it, or throw the machine away after an error and read the row again.
TEXT
[ "$seen" = 'looplab: error the disk is full, state accepted, may be paid again false
stateless: error the disk is full, state accepted, may be paid again false' ] || { echo "changed"; exit 1; }
