package main

import (
	"context"
	"io"
	"strings"
)

// dispatch starts PayFiP's platform where the flag -platform says payfip, and the card platforms of run otherwise. It returns the exit
// status: 2 for flags that are not understood, 1 when it cannot start with what they say.
func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	for i, arg := range args {
		name, value, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case name != "platform" || !strings.HasPrefix(arg, "-"):
		case joined && value == "payfip":
			return runPayfip(ctx, append(args[:i:i], args[i+1:]...), stdout, stderr)
		case !joined && i+1 < len(args) && args[i+1] == "payfip":
			return runPayfip(ctx, append(args[:i:i], args[i+2:]...), stdout, stderr)
		}
	}
	return run(ctx, args, stdout, stderr)
}
