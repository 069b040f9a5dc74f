// Teleservice is the whole service « Paiement d'une créance » as an insured person meets it, in a browser:
//
//	go run ./examples/teleservice
//
// It keeps everything in an SQLite file and has a simulated Sips platform inside: nothing leaves the machine, and no money moves. Sign in
// as one of the sample people, pay with a test card, read the acknowledgement; then look at it from the fund's side, under /gestion, and
// make things go wrong.
//
//	-addr 127.0.0.1:8080   where to listen
//	-url https://…         its address as browsers see it, behind a proxy, which passes the Host on
//	                       (default: http:// and -addr)
//	-db FILE               an SQLite file, or postgres://… which several processes may share
//	-acquirer simulator    or mock, a bank in the process; or sips, a shop of your own by QUITTANCE_SIPS_* (see internal/bank/sips.go);
//	                       or direct, Worldline Direct: a simulator, or an account of your own by QUITTANCE_DIRECT_* (internal/bank/direct.go);
//	                       or payfip: a simulator, or a régie of your own by QUITTANCE_PAYFIP_* (internal/bank/payfip.go)
//	-former sips           with direct: the fund has moved from Sips, where its old payments are still asked about and given back
//	                       (docs/move-from-sips.md): the shop of QUITTANCE_SIPS_*, or a simulator at -former-kiosk
//	-kiosk 127.0.0.1:8081  where the simulator listens; the http:// address of another process's simulator makes this one its client
//	-people FOLDER         people.json and debts.json of your own, instead of the sample (see internal/people)
//	-office-secret FILE    a file with what agents must know to sign in to the back office, 16 letters or more. Without it nobody needs to know
//	                       anything, which is allowed only on this machine and with a simulated bank: elsewhere the program refuses to start
//	-edition verbatim      the source document's exact words, its mistakes included, instead of the corrected ones
//	-open                  opens a browser
//
// Two processes on one PostgreSQL, one of them with the simulator:
//
//	go run ./examples/teleservice -db postgres://… -addr 127.0.0.1:8080
//	go run ./examples/teleservice -db postgres://… -addr 127.0.0.1:8090 -kiosk http://127.0.0.1:8081
//
// A fund that moves: pay with Sips, stop, start again with Direct, and give the old payment back in the office:
//
//	go run ./examples/teleservice -db move.db
//	go run ./examples/teleservice -db move.db -acquirer direct -kiosk 127.0.0.1:8082 -former sips -former-kiosk 127.0.0.1:8081
//
// Ctrl-C ends it: what is under way has a few seconds to finish; a second Ctrl-C ends it at once. What was in flight goes on at the
// next start: payments are in the database, and so is the simulator's book, with who was still at its kiosk (keep -addr and -kiosk).
// The mock forgets: whoever was at its kiosk finds the payment expired an hour later.
//
// It is meant to be copied from. Read in this order: internal/app, what a host wires together; internal/payer, the payer's pages;
// internal/office, the fund's; internal/web, the guard and the layout; then session, database, bank. internal/people is what a fund has already.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/inbox"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// settings are the flags.
type settings struct {
	app.Config
	addr    string
	edition string
	secret  string // the file of it
	open    bool
}

func parse(args []string, stderr io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("teleservice", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "where to listen")
	flags.StringVar(&s.Base, "url", "", "the service's `address` as browsers see it (default: http:// and -addr)")
	flags.StringVar(&s.Database, "db", databaseFile(), "an SQLite `file`, or a postgres:// address")
	flags.StringVar(&s.Bank, "acquirer", "simulator", "who takes the cards: simulator, mock, sips, direct or payfip")
	flags.StringVar(&s.Former, "former", "", "who took the cards before, with direct: sips")
	flags.StringVar(&s.Formerly, "former-kiosk", "127.0.0.1:8082", "where the former bank's simulator listens")
	flags.StringVar(&s.Kiosk, "kiosk", "127.0.0.1:8081", "where the simulator listens, or the http:// `address` of one that runs already")
	flags.StringVar(&s.People, "people", "", "a `folder` with people.json and debts.json of your own, instead of the sample")
	flags.StringVar(&s.secret, "office-secret", "", "a `file` with what agents must know to sign in to the back office")
	flags.StringVar(&s.edition, "edition", "courante", "the wordings: courante, or verbatim, those of the source document of October 2023")
	flags.BoolVar(&s.open, "open", false, "open a browser")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "teleservice: %.40q is no flag\n", flags.Arg(0))
		return s, flag.ErrHelp
	}
	switch s.edition {
	case "courante":
	case "verbatim":
		s.Edition = []fs.FS{inbox.Verbatim()}
	default:
		fmt.Fprintf(stderr, "teleservice: -edition %.40q is neither courante nor verbatim\n", s.edition)
		return s, flag.ErrHelp
	}
	return s, nil
}

// databaseFile is where the file is unless -db says otherwise: among the caches of whoever runs the program.
func databaseFile() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "quittance", "teleservice.db")
}

// run returns the exit status: 2 for flags that are wrong, 1 for what cannot be opened.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stderr)
	if err != nil {
		return 2
	}
	s.Logger = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if err := serve(ctx, s, stdout); err != nil {
		fmt.Fprintf(stderr, "teleservice: %v\n", err)
		return 1
	}
	fmt.Fprintln(stdout, "Le service est arrêté. Ce qui était en cours continue au prochain démarrage.")
	return 0
}

// serve runs the service until ctx ends.
func serve(ctx context.Context, s settings, stdout io.Writer) error {
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("%w (another address: -addr)", err)
	}
	defer listener.Close()
	s.Listen = listener.Addr().String()
	if s.secret != "" {
		text, err := os.ReadFile(s.secret)
		if err != nil {
			return fmt.Errorf("-office-secret: %w", err)
		}
		if s.Secret = strings.TrimSpace(string(text)); s.Secret == "" {
			return fmt.Errorf("-office-secret: %s is empty", s.secret)
		}
	}
	if s.Base == "" {
		s.Base = address(listener.Addr().(*net.TCPAddr))
	}
	a, err := app.New(ctx, s.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	server := &http.Server{
		Handler: a, ErrorLog: slog.NewLogLogger(s.Logger.Handler(), slog.LevelWarn), MaxHeaderBytes: 32 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	welcome(stdout, s.Base, a, s.Secret != "")
	if s.open {
		browse(s.Base)
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	fmt.Fprintln(stdout, "Arrêt en cours… (Ctrl-C de nouveau : tout de suite)")
	// Requests that are under way are answered; the bank's calls among them have their own time limits.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err = server.Shutdown(ctx); err != nil {
		err = errors.Join(err, server.Close())
	}
	return errors.Join(err, a.Close())
}

// address is where a browser on this machine finds the service, also when it listens on every network.
func address(a *net.TCPAddr) string {
	if a.IP.IsUnspecified() {
		a.IP = net.IPv4(127, 0, 0, 1)
	}
	return "http://" + a.String()
}

func welcome(w io.Writer, base string, a *app.App, secret bool) {
	fmt.Fprintf(w, `Le service « Paiement d’une créance » est prêt.

  Assuré     %s
  Gestion    %s/gestion
  Banque     %s, %s
  Données    %s
`, base, base, a.Bank.Name, a.Bank.Where, a.Database.Name)
	for i, try := range a.Bank.Try { // none with a real bank, which refuses the test cards
		if i == 0 {
			fmt.Fprintln(w, "\nÀ essayer :")
		}
		fmt.Fprintf(w, "  %d. %s\n", i+1, try)
	}
	if a.Bank.Desk != nil { // another process's bank has its faults there
		fmt.Fprintln(w, "  3. Dans la gestion, « Pannes » : perdez la prochaine notification, payez, fermez l’onglet, laissez passer 16 minutes.")
	}
	fmt.Fprintln(w, "\nCtrl-C arrête le service. Pour repartir de zéro : -db autre.db")
	if secret {
		fmt.Fprintln(w, "\nLa gestion demande son code d’accès. Portes ouvertes : chacun peut encore se connecter comme n’importe quel assuré.")
		return
	}
	fmt.Fprintln(w, "\nPortes ouvertes de la démonstration : sans mot de passe, chacun peut se connecter comme n’importe quel assuré et comme n’importe quel\n"+
		"agent de la gestion, et provoquer des pannes. Ailleurs que sur cette machine, la gestion demande un code d’accès : -office-secret FICHIER.")
}

// browse opens the page for a person; without a browser nothing is lost.
func browse(page string) {
	open := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}[runtime.GOOS]
	if open == nil {
		open = []string{"xdg-open"}
	}
	cmd := exec.Command(open[0], append(open[1:], page)...)
	if cmd.Start() == nil {
		go cmd.Wait()
	}
}
