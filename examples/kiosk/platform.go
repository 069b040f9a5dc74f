package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// platforms are those that can be run, each with flags of its own.
var platforms = map[string]func(ctx context.Context, args []string, stdout, stderr io.Writer) int{
	"sips":   runSips,
	"payfip": runPayfip,
}

// run starts the platform that -platform names, with the other flags, and returns the exit status: 2 for flags that are not understood,
// 1 when it cannot start with what they say.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name, args := platformOf(args)
	start, ok := platforms[name]
	if !ok {
		fmt.Fprintf(stderr, "kiosk: -platform: %.20q is none of %s\n", name, strings.Join(slices.Sorted(maps.Keys(platforms)), ", "))
		return 2
	}
	return start(ctx, args, stdout, stderr)
}

// platformOf takes -platform out of the arguments; Sips where it is not there.
func platformOf(args []string) (name string, others []string) {
	name = "sips"
	for i := 0; i < len(args); i++ {
		flag, value, joined := strings.Cut(strings.TrimPrefix(args[i], "-"), "=")
		switch {
		case flag != "-platform" && flag != "platform" || !strings.HasPrefix(args[i], "-"):
			others = append(others, args[i])
		case joined:
			name = value
		case i+1 < len(args):
			i++
			name = args[i]
		default:
			name = ""
		}
	}
	return name, others
}
