#!/usr/bin/env bash
# strace --seccomp-bpf, which only makes tracing quicker by its manual, injects no signal: the call is logged and carried out, without a warning.
# Met with the crash tests: a program that was to be killed at its Nth write lived on, so those tests trace every call.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v strace >/dev/null || cannot "no strace (Debian: strace)"
version=$(strace --version | sed -n '1s/.* //p')
case $version in 6.1 | 6.1.*) ;; *) cannot "strace $version; this was seen with 6.1 of Debian 12" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
strace -f --seccomp-bpf -o "$folder/try" true 2>/dev/null || cannot "strace may not trace here, or not with --seccomp-bpf"
# struck OPTIONS WHAT says whether the one chdir of a shell was struck, and how the shell ended.
struck() {
	local status=0
	timeout 60 strace -f -qq $1 -o "$folder/trace" -e trace=chdir -e signal=none -e "inject=chdir:$2" sh -c 'cd /tmp && exit 0' 2>"$folder/said" || status=$?
	[ "$(grep -c '^[0-9]* *chdir(' "$folder/trace")" = 1 ] || cannot "the shell made another number of calls"
	echo "$status"
}
plain=$(struck "" signal=TERM) || cannot "$plain"
quick=$(struck --seccomp-bpf signal=TERM) || cannot "$quick"
said=$(wc -c <"$folder/said")
error=$(struck --seccomp-bpf error=EIO) || cannot "$error"
cat <<TEXT
version: strace $version
guess:   inject=chdir:signal=TERM ends the program, with --seccomp-bpf as without it
seen:    status $plain without it, $quick with it, and $said bytes of warning; error=EIO is injected with it (status $error)
So: with --seccomp-bpf inject errors only, and look at how the program ended.
TEXT
[ "$plain" = 143 ] && [ "$quick" = 0 ] && [ "$said" = 0 ] && [ "$error" != 0 ] || { echo "changed"; exit 1; }
