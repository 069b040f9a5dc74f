package main

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/bank"
	"github.com/quittance/quittance/examples/teleservice/internal/database"
)

// TestMain also is the program.
func TestMain(m *testing.M) {
	if os.Getenv("QUITTANCE_TELESERVICE_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

// output can be read while it is written.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

var printed = regexp.MustCompile(`Assuré +(http://\S+)`)

// The program says where it is, answers there, and ends by Ctrl-C; at the next start it finds what it has kept.
func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "folder", "teleservice.db")
	for range 2 {
		ctx, interrupt := context.WithCancel(t.Context())
		out, errs, ended := new(output), new(output), make(chan int, 1)
		go func() {
			ended <- run(ctx, []string{"-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-db", file}, out, errs)
		}()
		var home string
		for deadline := time.Now().Add(time.Minute); home == ""; time.Sleep(5 * time.Millisecond) {
			if m := printed.FindStringSubmatch(out.String()); m != nil {
				home = m[1]
			}
			if len(ended) > 0 || time.Now().After(deadline) {
				t.Fatalf("it does not start:\n%s%s", out, errs)
			}
		}
		for _, want := range []string{home + "/gestion", file, "simulateur Sips", "5017 6700 0000 1800", "Ctrl-C", "Portes ouvertes de la démonstration", "-office-secret FICHIER"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the start-up does not say %q:\n%s", want, out)
			}
		}
		resp, err := http.Get(home)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/connexion" {
			t.Errorf("the address answers %d at %s", resp.StatusCode, resp.Request.URL)
		}
		interrupt()
		select {
		case status := <-ended:
			if status != 0 || errs.String() != "" || !strings.Contains(out.String(), "Le service est arrêté.") {
				t.Errorf("it ends with %d:\n%s%s", status, out, errs)
			}
		case <-time.After(time.Minute):
			t.Fatal("it does not end")
		}
	}
}

// What the program says that one can try, the bank's payment page can do.
func TestWelcome(t *testing.T) {
	const card, reopened = "5017 6700 0000 1800", "le paiement reprend"
	for kind, has := range map[string]map[string]bool{
		"simulator": {card: true, reopened: true},
		"mock":      {card: true, reopened: true},
		"direct":    {card: true, reopened: true},
		"payfip":    {card: false, reopened: false, "par carte ou par prélèvement": true},
	} {
		b, err := bank.Open(bank.Config{Kind: kind, Kiosk: "127.0.0.1:0", Base: "http://127.0.0.1:1", Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		out := new(output)
		welcome(out, "http://127.0.0.1:1", &app.App{Bank: b, Database: new(database.DB)}, false)
		b.Close()
		for words, want := range has {
			if got := strings.Contains(out.String(), words); got != want {
				t.Errorf("%s: it says %q: %t, want %t\n%s", kind, words, got, want, out)
			}
		}
		if !strings.Contains(out.String(), "  3. Dans la gestion, « Pannes »") {
			t.Errorf("%s: the faults are not the third:\n%s", kind, out)
		}
	}
}

// M3: Ctrl-C lets what is under way finish; another one ends the program at once.
func TestM3SecondInterrupt(t *testing.T) {
	if signal.Ignored(os.Interrupt) {
		t.Skip("interrupts are ignored here, as they are in what a shell has put into the background: a child inherits that")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-db", filepath.Join(t.TempDir(), "t.db"))
	cmd.Env = append(os.Environ(), "QUITTANCE_TELESERVICE_MAIN=1")
	out := new(output)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	await := func(what string, is func() bool) {
		for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
			if len(ended) > 0 || time.Now().After(deadline) {
				t.Fatalf("%s:\n%s", what, out)
			}
		}
	}
	await("it does not start", func() bool { return printed.MatchString(out.String()) })
	conn, err := net.Dial("tcp", strings.TrimPrefix(printed.FindStringSubmatch(out.String())[1], "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// A request that is under way: the program says that it reads, and waits for what does not come.
	_, err = conn.Write([]byte("POST " + bank.NotifyPath + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
		"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("it answers %q, %v", line, err)
	}
	cmd.Process.Signal(os.Interrupt)
	await("it does not begin to stop", func() bool { return strings.Contains(out.String(), "Arrêt en cours") })
	for { // until one comes after the first was noticed
		select {
		case <-ended:
			if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != syscall.SIGINT {
				t.Errorf("it ended with %v, want by the second interrupt:\n%s", cmd.ProcessState, out)
			}
			return
		case <-time.After(50 * time.Millisecond):
			cmd.Process.Signal(os.Interrupt)
		}
	}
}

func secretFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// With a secret of its own the office may be reached from elsewhere. The terminal names the door that is still open.
func TestRunWithSecret(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	out, errs, ended := new(output), new(output), make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{
			"-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-url", "https://compte.example", "-db", filepath.Join(t.TempDir(), "t.db"),
			"-office-secret", secretFile(t, "correct horse battery\n"),
		}, out, errs)
	}()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(out.String(), "n’importe quel assuré"); time.Sleep(5 * time.Millisecond) {
		if len(ended) > 0 || time.Now().After(deadline) {
			t.Fatalf("it does not start:\n%s%s", out, errs)
		}
	}
	if strings.Contains(out.String()+errs.String(), "correct horse") {
		t.Errorf("it prints the secret:\n%s%s", out, errs)
	}
	interrupt()
	if status := <-ended; status != 0 {
		t.Errorf("it ends with %d:\n%s%s", status, out, errs)
	}
}

// What is wrong with the flags, or cannot be opened, is said, without a password.
func TestRunWrong(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-nonsense"}, 2, "not defined"},
		{[]string{"more"}, 2, "is no flag"},
		{[]string{"-edition", "mine"}, 2, "neither courante nor verbatim"},
		{[]string{"-addr", "127.0.0.1:0", "-acquirer", "cash"}, 1, "none of simulator, mock, sips, direct and payfip"},
		{[]string{"-addr", "nowhere"}, 1, "-addr"},
		{[]string{"-addr", "0.0.0.0:0", "-kiosk", "127.0.0.1:0"}, 1, "-office-secret FILE"},
		{[]string{"-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-url", "https://compte.example"}, 1, "its address is https://compte.example"},
		{[]string{"-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-office-secret", filepath.Join(t.TempDir(), "none")}, 1, "-office-secret: "},
		{[]string{"-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-office-secret", secretFile(t, " \n")}, 1, "is empty"},
		{[]string{"-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-office-secret", secretFile(t, "pass")}, 1, "less than 16 letters"},
		{[]string{"-addr", "127.0.0.1:0", "-url", "compte.example"}, 1, "is not the address of a service"},
		{[]string{"-addr", "127.0.0.1:0", "-kiosk", "8.8.8.8:80"}, 1, "loopback"},
		{[]string{"-addr", "127.0.0.1:0", "-acquirer", "sips"}, 1, "QUITTANCE_SIPS_KEY_VERSION"},
		{[]string{"-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-former", "sips"}, 1, "goes with -acquirer direct"},
		{[]string{"-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-acquirer", "direct", "-former", "payfip"}, 1, "is not sips"},
		{[]string{"-addr", "127.0.0.1:0", "-db", "postgres://who:s3same@127.0.0.1:1/none"}, 1, "PostgreSQL, 127.0.0.1:1/none"},
	} {
		t.Setenv("QUITTANCE_SIPS_KEY_VERSION", "")
		out, errs := new(output), new(output)
		args := append([]string{"-db", filepath.Join(t.TempDir(), "t.db")}, c.args...)
		if status := run(t.Context(), args, out, errs); status != c.status || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%v ends with %d:\n%s%s", c.args, status, out, errs)
		}
		if strings.Contains(errs.String(), "s3same") {
			t.Errorf("%v prints the password:\n%s", c.args, errs)
		}
	}
}
