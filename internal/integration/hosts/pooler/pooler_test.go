// Package pooler proves how the stores behave behind PgBouncer, a real one: with a session for each client they work, and where sessions are
// shared they are refused by name.
package pooler

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "github.com/lib/pq"              // the driver "postgres"

	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/testport"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/quittance/quittance/payment/storetest"
)

// bouncer is a running PgBouncer before a server.
type bouncer struct{ port int }

// address names a database as its clients reach it.
func (b bouncer) address(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", b.port, database)
}

// pgbouncer starts one that ends with the test, or skips the test.
func pgbouncer(t *testing.T, server *postgres.Server, mode string) bouncer {
	t.Helper()
	program := ""
	for _, name := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} {
		if p, err := exec.LookPath(name); err == nil {
			program = p
			break
		}
	}
	if program == "" {
		t.Skip("needs PgBouncer: apt-get install pgbouncer")
	}
	port, err := testport.Free()
	if err != nil {
		t.Fatal(err)
	}
	b := bouncer{port}
	at, err := serverPort(server)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "pgbouncer")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	settings := filepath.Join(folder, "pgbouncer.ini")
	text := fmt.Sprintf("[databases]\n* = host=127.0.0.1 port=%d user=postgres\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=%d\nunix_socket_dir=\n"+
		"auth_type=any\npool_mode=%s\nmax_client_conn=500\ndefault_pool_size=40\nignore_startup_parameters=extra_float_digits\n", at, b.port, mode)
	if err := os.WriteFile(settings, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, settings)
	var out strings.Builder
	cmd.Stderr = &out
	if os.Geteuid() == 0 { // it refuses to run as root
		u, err := user.Lookup("nobody")
		if err != nil {
			t.Skip("root cannot run PgBouncer, and there is no user nobody")
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := os.Chown(folder, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", b.port))
		if err == nil {
			c.Close()
			return b
		}
		if time.Now().After(deadline) {
			t.Fatalf("PgBouncer does not answer: %v\n%s", err, out.String())
		}
	}
}

func serverPort(server *postgres.Server) (int, error) {
	_, rest, _ := strings.Cut(server.DSN("x"), "127.0.0.1:")
	number, _, _ := strings.Cut(rest, "/")
	return strconv.Atoi(number)
}

func open(t *testing.T, driver, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// modes are the ways of pgx to send a statement: with statements that it prepares and keeps, with one that it prepares for once, or with none.
var modes = []string{"", "&default_query_exec_mode=exec", "&default_query_exec_mode=simple_protocol"}

// A pooler that gives each transaction another session made two clients fail with "prepared statement already exists" or "does not exist", and with
// lib/pq another client's statement could run; the check passed, and no doc said a word. It is refused at the start, by name: idle or busy, with
// one connection or several, for each driver.
func TestM16SharedSessionsAreRefused(t *testing.T) {
	t.Parallel()
	server := postgres.Shared(t)
	for _, mode := range []string{"transaction", "statement"} {
		b := pgbouncer(t, server, mode)
		name := server.Create(t)
		refused := func(t *testing.T, driver, address string, most int) {
			t.Helper()
			db := open(t, driver, address)
			db.SetMaxOpenConns(most)
			_, err := sqlstore.PostgreSQL(db, sqlstore.Options{})
			_, mailbox := sqlmailbox.PostgreSQL(db)
			for _, err := range []error{err, mailbox} {
				if err == nil || !strings.Contains(err.Error(), "PgBouncer") || !strings.Contains(err.Error(), "pool_mode session") {
					t.Errorf("pool_mode %s, %s, at most %d connections: error %v", mode, driver, most, err)
				}
			}
		}
		all := func(t *testing.T) {
			for _, most := range []int{0, 2, 1} {
				for _, how := range modes {
					refused(t, "pgx", b.address(name)+how, most)
				}
				refused(t, "postgres", b.address(name), most)
			}
		}
		t.Run(mode+"/idle", all)
		t.Run(mode+"/busy", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for range 8 { // others use it, so that sessions are handed out in no order
				wg.Go(func() {
					db, err := sql.Open("pgx", b.address(name)+"&default_query_exec_mode=simple_protocol")
					if err != nil {
						t.Error(err)
						return
					}
					defer db.Close()
					for ctx.Err() == nil {
						db.ExecContext(ctx, "SELECT pg_sleep(0.003)")
					}
				})
			}
			all(t)
			cancel()
			wg.Wait()
		})
	}
}

// With a session for each client the suite passes, with several processes on one database too.
func TestM16SessionModeWorks(t *testing.T) {
	t.Parallel()
	server := postgres.Shared(t)
	b := pgbouncer(t, server, "session")
	opener := func(driver string) func(t *testing.T) (payment.Store, storetest.Reopen) {
		return func(t *testing.T) (payment.Store, storetest.Reopen) {
			name := server.Create(t)
			t.Cleanup(func() { server.TerminateAll(name) }) // or the pooler keeps the sessions of each case's database
			process := func() (payment.Store, error) {
				db := open(t, driver, b.address(name))
				db.SetMaxOpenConns(8)
				s, err := sqlstore.PostgreSQL(db, sqlstore.Options{})
				if err != nil {
					return nil, err
				}
				return s, s.Migrate(t.Context())
			}
			s, err := process()
			if err != nil {
				t.Fatal(err)
			}
			return s, process
		}
	}
	t.Run("pgx", func(t *testing.T) {
		t.Parallel()
		storetest.RunReopened(t, opener("pgx"))
	})
	for _, c := range storetest.Cases() {
		if !strings.HasPrefix(c.Name, "many at once") {
			continue
		}
		t.Run("lib/pq/"+c.Name, func(t *testing.T) {
			t.Parallel()
			s, reopen := opener("postgres")(t)
			if err := c.Check(t.Context(), s, reopen); err != nil {
				t.Error(err)
			}
		})
	}
}
