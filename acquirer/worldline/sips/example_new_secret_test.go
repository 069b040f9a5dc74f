package sips_test

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/quittance/quittance/acquirer/worldline/sips"
)

// A secret prints as REDACTED, however it is printed.
func ExampleNewSecret() {
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}

	s := sips.NewSecret("002001000000001_KEY1")
	fmt.Println(s)
	fmt.Printf("%#v %x %q\n", s, s, s)
	slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: noTime})).Info("starting", "key", s)
	// Output:
	// REDACTED
	// REDACTED REDACTED REDACTED
	// level=INFO msg=starting key=REDACTED
}
