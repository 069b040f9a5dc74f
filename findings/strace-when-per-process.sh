#!/usr/bin/env bash
# strace -f -e inject=…:when=N counts for each process and thread by itself: one order, several faults. Met with the fault
# tests: to fail the Nth write of a Go program, all writes must be made by one thread.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v strace >/dev/null || cannot "no strace (Debian: strace)"
version=$(strace --version | sed -n '1s/.* //p')
case $version in 6.1 | 6.1.*) ;; *) cannot "strace $version; this was seen with 6.1 of Debian 12" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
strace -o "$folder/try" true 2>/dev/null || cannot "strace may not trace here"
timeout 60 strace -f -qq -o "$folder/trace" -e trace=chdir -e inject=chdir:error=EIO:when=2 \
	sh -c '(cd /tmp; cd /usr; cd /var) & (cd /tmp; cd /usr; cd /var) & wait' 2>/dev/null
seen=$(grep -c INJECTED "$folder/trace")
cat <<TEXT
version: strace $version
guess:   with -f, inject=chdir:error=EIO:when=2 makes the second chdir of the traced program fail: one of six
seen:    $seen of six calls in two processes failed, the second of each
So: lock what is to be hit to one thread, or count the faults that came.
TEXT
[ "$seen" = 2 ] || { echo "changed"; exit 1; }
