package load

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/quittance/quittance/payment/sqlstore"
)

// program is the teleservice as a running process.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string // its address
	file string // its database
	said *output
	gone chan struct{}
}

// output keeps what a process says.
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

var address = regexp.MustCompile(`^\s+Assuré +(http://\S+)`)

// start builds the teleservice, and runs it with people of one's own on a file of its own, which prepare may fill before; nil: it is empty.
func start(t *testing.T, people int, prepare func(file string)) *program {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "teleservice")
	build := exec.Command("go", "build", "-o", binary, "./teleservice")
	build.Dir = filepath.Join("..", "..", "..", "..", "examples")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	folder := crowd(t, people)
	p := &program{t: t, file: filepath.Join(dir, "teleservice.db"), said: new(output), gone: make(chan struct{})}
	if prepare != nil {
		prepare(p.file)
	}
	p.cmd = exec.Command(binary, "-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-db", p.file, "-people", folder)
	p.cmd.Stderr = p.said
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.gone
	})
	lines := bufio.NewScanner(out)
	for p.base == "" && lines.Scan() {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			p.base = m[1]
		}
	}
	go func() {
		for lines.Scan() {
		}
		p.cmd.Wait()
		close(p.gone)
	}()
	if p.base == "" {
		t.Fatalf("the teleservice does not start:\n%s", p.said)
	}
	return p
}

// stop ends the process as Ctrl-C does, and returns how much CPU it has used.
func (p *program) stop() time.Duration {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.gone:
	case <-time.After(2 * time.Minute):
		p.t.Fatalf("the teleservice does not end:\n%s", p.said)
	}
	if state := p.cmd.ProcessState; !state.Success() {
		p.t.Errorf("the teleservice ends with %v:\n%s", state, p.said)
	}
	if said := p.said.String(); said != "" {
		p.t.Errorf("the teleservice has logged:\n%s", said)
	}
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// database opens the file: beside the process, or after it.
func (p *program) database() *sql.DB {
	p.t.Helper()
	db, err := sql.Open("sqlite", sqlstore.DSN(p.file))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { db.Close() })
	return db
}

// name is the ID of a person.
func name(i int) string { return fmt.Sprintf("assure-%d", i) }

// crowd writes a folder of people who each owe between 50 and 150 euros.
func crowd(t *testing.T, n int) string {
	t.Helper()
	folder := t.TempDir()
	var people, debts []map[string]any
	for i := range n {
		people = append(people, map[string]any{"id": name(i), "name": strings.ToUpper(name(i)), "born": "1980-01-01", "account": true, "case": "62,00 €"})
		debts = append(debts, map[string]any{
			"id": debtOf(i), "debtor": name(i),
			"items":  []map[string]any{{"kind": "franchise", "year": 2024, "amount": fmt.Sprintf("%d.%02d", 50+i%100, i%100)}},
			"notice": map[string]any{"number": fmt.Sprintf("ASP-2025-%07d", i), "channel": "electronic", "issued_on": "2025-09-08"},
		})
	}
	for file, content := range map[string]any{"people.json": people, "debts.json": debts} {
		b, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, file), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func debtOf(i int) string { return fmt.Sprintf("creance-%d", i) }
