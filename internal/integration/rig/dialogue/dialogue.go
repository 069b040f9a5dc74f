// Package dialogue starts programs with which a test talks line by line, over their standard input and output.
package dialogue

import (
	"context"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Start starts a program. It ends with the test, when its input ends; one that fails then, or does not end within its time, fails the test. Its
// command may be changed before it starts; nil: it is not.
func Start(t testing.TB, within time.Duration, command []string, change func(*exec.Cmd)) (in io.Writer, out io.Reader) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within) // the test's own ends before its clean-up
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	if change != nil {
		change(cmd)
	}
	pipe, err := cmd.StdinPipe()
	if err == nil {
		out, err = cmd.StdoutPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		t.Fatalf("%s: %v", command[0], err)
	}
	t.Cleanup(func() {
		pipe.Close()
		if err := cmd.Wait(); err != nil && !t.Failed() {
			t.Errorf("%s: %v", command[0], err)
		}
		cancel()
	})
	return pipe, out
}
