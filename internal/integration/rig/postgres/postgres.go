// Package postgres starts a private PostgreSQL for tests: a cluster in a temporary folder, on a loopback port, owned by a user who is not
// root. It is for this repository's own tests.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/testport"
)

// Install is what a test says when it cannot run.
const Install = "needs PostgreSQL: apt-get install postgresql"

// Server is a running cluster. Its methods may be called at once, but for Start and Database.
type Server struct {
	Folder string
	port   int
	bin    string
	as     *syscall.Credential // nil: whoever runs the tests

	lasting bool // it is the binary's, not a test's

	mu    sync.Mutex // of the rest
	cmd   *exec.Cmd
	admin *sql.DB // for Terminate
}

// binaryFolder finds the folder with initdb and postgres: on the PATH, or the newest of those where Debian puts them.
func binaryFolder() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("no initdb on the PATH or in /usr/lib/postgresql")
	}
	slices.SortFunc(found, func(a, b string) int { return versionOf(a) - versionOf(b) })
	return filepath.Dir(found[len(found)-1]), nil
}

func versionOf(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// errNone says why a test is skipped.
type errNone struct{ error }

// Start starts a cluster that ends with the test, and that the test may stop, crash and look into. Without PostgreSQL on the machine it
// skips the test, as with -short: a server and its databases take more time than most of what is tested on them.
func Start(tb testing.TB) *Server {
	tb.Helper()
	figure.Long(tb)
	s, err := newCluster()
	if s != nil {
		tb.Cleanup(func() { s.Stop(syscall.SIGINT); os.RemoveAll(s.Folder) })
	}
	if err == nil {
		err = s.Run()
	}
	skipOrFail(tb, err)
	return s
}

// shared is the server of the test binary.
var shared = sync.OnceValues(func() (*Server, error) {
	s, err := newCluster()
	if err != nil {
		return nil, err
	}
	s.lasting = true
	return s, s.Run()
})

// Shared returns the one server of the test binary, for tests that need databases and do nothing to the server. It starts at the first
// call and ends with the binary, however that ends. It does not wait for the disk: nobody crashes it. It skips as Start does.
func Shared(tb testing.TB) *Server {
	tb.Helper()
	figure.Long(tb)
	s, err := shared()
	skipOrFail(tb, err)
	return s
}

func skipOrFail(tb testing.TB, err error) {
	tb.Helper()
	if none := (errNone{}); errors.As(err, &none) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// newCluster makes a folder with an empty cluster. After an error the folder exists if the server is not nil.
func newCluster() (*Server, error) {
	bin, err := binaryFolder()
	if err != nil {
		return nil, errNone{errors.New(Install)}
	}
	folder, err := os.MkdirTemp("", "postgres")
	if err != nil {
		return nil, err
	}
	s := &Server{Folder: folder, bin: bin}
	if os.Geteuid() == 0 { // the server refuses to run as root
		u, err := user.Lookup("nobody")
		if err != nil {
			return s, errNone{errors.New("root cannot run PostgreSQL, and there is no user nobody")}
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(folder, uid, gid); err != nil {
			return s, err
		}
	}
	out, err := s.serverCommand("initdb", "-D", s.dataFolder(), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return s, err
}

func (s *Server) dataFolder() string { return filepath.Join(s.Folder, "data") }

func (s *Server) serverCommand(name string, args ...string) *exec.Cmd {
	return s.asOwner(exec.Command(filepath.Join(s.bin, name), args...))
}

// asOwner makes a command run as the owner of the cluster, in its folder.
func (s *Server) asOwner(c *exec.Cmd) *exec.Cmd {
	c.Dir = s.Folder
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	return c
}

// untilAlone runs a server until the one who started it is gone, which closes the standard input, and leaves nothing behind. It stands in a
// group of its own, so that an interrupt of the tests does not end it before it has done so.
const untilAlone = `"$@" & cat >/dev/null; kill -QUIT $!; wait $!; cd / && rm -rf "$0"`

// lastingServer is the command of a server that outlives no test binary.
func (s *Server) lastingServer(server *exec.Cmd) (*exec.Cmd, error) {
	quick := []string{"-c", "fsync=off", "-c", "full_page_writes=off"}
	c := s.asOwner(exec.Command("sh", slices.Concat([]string{"-c", untilAlone, s.Folder, server.Path}, server.Args[1:], quick)...))
	c.SysProcAttr.Setpgid = true
	_, err := c.StdinPipe() // the kernel closes it with the binary
	return c, err
}

// Run starts the server of the cluster, and waits until it answers. It may be called again after Stop.
func (s *Server) Run() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		return nil
	}
	if s.port == 0 {
		var err error
		if s.port, err = testport.Free(); err != nil {
			return err
		}
	}
	s.cmd = s.serverCommand("postgres", "-D", s.dataFolder(), "-k", s.Folder, "-c", "listen_addresses=127.0.0.1", "-p", strconv.Itoa(s.port),
		"-c", "max_connections=400") // a test may have dozens, and on a large machine many run at once
	if s.lasting {
		var err error
		if s.cmd, err = s.lastingServer(s.cmd); err != nil {
			return err
		}
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	db, err := sql.Open("pgx", s.DSN("postgres"))
	if err != nil {
		return err
	}
	s.admin = db
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the server: SIGINT disconnects everybody, SIGQUIT is a crash, as pg_ctl stop -m immediate.
func (s *Server) Stop(sig os.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return
	}
	s.admin.Close()
	s.cmd.Process.Signal(sig)
	s.cmd.Wait()
	s.cmd, s.admin = nil, nil
}

// Crash stops the server without letting it finish anything, and starts it again.
func (s *Server) Crash() error {
	s.Stop(syscall.SIGQUIT)
	return s.Run()
}

// Terminate ends one backend, as an administrator does, and returns when it is gone. It does nothing while the server is stopped.
func (s *Server) Terminate(pid int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admin == nil {
		return nil
	}
	if _, err := s.admin.Exec("SELECT pg_terminate_backend($1)", pid); err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		var alive bool
		err := s.admin.QueryRow("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = $1)", pid).Scan(&alive)
		if err != nil || !alive {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("backend %d does not end", pid)
		}
	}
}

// TerminateAll ends every backend of a database, as an administrator does.
func (s *Server) TerminateAll(database string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admin == nil {
		return nil
	}
	_, err := s.admin.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", database)
	return err
}

// DSN names a database of the server.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// Database makes a new, empty database and opens it.
func (s *Server) Database(tb testing.TB) *sql.DB {
	tb.Helper()
	return s.Open(tb, s.DSN(s.Create(tb)))
}

// Open opens a database that is closed with the test.
func (s *Server) Open(tb testing.TB, dsn string) *sql.DB {
	tb.Helper()
	db, err := Open(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

// Open opens a database by its name, with the driver that the tests use.
func Open(dsn string) (*sql.DB, error) { return sql.Open("pgx", dsn) }

// Create makes a new, empty database and returns its name.
func (s *Server) Create(tb testing.TB) string {
	tb.Helper()
	admin, err := sql.Open("pgx", s.DSN("postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	defer admin.Close()
	name := fmt.Sprintf("t%d", time.Now().UnixNano())
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		tb.Fatal(err)
	}
	return name
}
