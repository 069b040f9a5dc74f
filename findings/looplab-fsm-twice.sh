#!/usr/bin/env bash
# A bank says twice that a payment is paid. In looplab/fsm the event is allowed in the state that it leads to, Can says so, its callbacks
# run, and Event returns an error all the same: who answers 500 to an error is notified for ever. Met with internal/integration/bench,
# which measures the life of a payment beside this library.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v1.0.3
printf 'module finding.example\n\ngo 1.25.0\n\nrequire github.com/looplab/fsm %s\n' "$version" >go.mod
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"

	"github.com/looplab/fsm"
)

func main() {
	var ran []string
	note := func(word string) fsm.Callback { return func(context.Context, *fsm.Event) { ran = append(ran, word) } }
	machine := fsm.NewFSM("pending",
		fsm.Events{{Name: "paid", Src: []string{"pending", "accepted"}, Dst: "accepted"}},
		fsm.Callbacks{"before_paid": note("before"), "enter_accepted": note("enter"), "after_paid": note("after")})
	for range 2 {
		ran = nil
		can := machine.Can("paid")
		err := machine.Event(context.Background(), "paid")
		fmt.Printf("can %v, ran %v, state %s, error %v\n", can, ran, machine.Current(), err)
	}
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding 2>&1)
cat <<TEXT
version: looplab/fsm $version
guess:   an event whose sources name the present state is no error, the second time like the first
seen:    $seen
So: take NoTransitionError for success, and do what must be done once in enter_, never in before_ or after_.
TEXT
[ "$seen" = 'can true, ran [before enter after], state accepted, error <nil>
can true, ran [before after], state accepted, error no transition' ] || { echo "changed"; exit 1; }
