// Package box runs the sandboxes of all services. It is a program of its own beside latchkey: what checks requests
// against the services' documents takes longer to start than all of latchkey.
package box

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Service is a service that runs.
type Service struct {
	Name     string
	URL      string
	Accounts []sandbox.Account
}

var kinds = []struct {
	name  string
	start func(sandbox.Config) *sandbox.Server
}{
	{"becard", sandbox.NewBecard},
	{"bezala", sandbox.NewBezala},
	{"bleepay", sandbox.NewBleepay},
	{"formlogin", sandbox.NewFormLogin},
}

// Main is the program: it starts the services, prints them as JSON, and ends with its standard input.
func Main() {
	listen := flag.String("listen", "127.0.0.1:0", "address and port of the first service")
	accounts := flag.Int("accounts", 1, "accounts of each service")
	flag.Parse()
	// A terminal sends them to us too, and the command that runs beside us may go on.
	signal.Ignore(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP)
	running, err := start(*listen, *accounts)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(running)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "latchkey-sandbox:", err)
		os.Exit(1)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// start starts the services, on ports that follow each other, or on any if the first one is 0.
func start(listen string, accounts int) ([]Service, error) {
	address, err := netip.ParseAddrPort(listen)
	if err != nil || !address.Addr().IsLoopback() {
		return nil, errors.New("the address is none of this machine")
	}
	var running []Service
	for _, kind := range kinds {
		listener, err := net.Listen("tcp", address.String())
		if err != nil {
			return nil, err
		}
		server := kind.start(sandbox.Config{InProcess: true, OnViolation: func(err error) {
			fmt.Fprintln(os.Stderr, "latchkey-sandbox: a request breaks the document:", err)
		}})
		server.SetAccounts(more(server.Accounts(), accounts))
		serving := &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
		go func() { _ = serving.Serve(listener) }()
		running = append(running, Service{kind.name, "http://" + listener.Addr().String(), server.Accounts()})
		if address.Port() > 0 {
			address = netip.AddrPortFrom(address.Addr(), address.Port()+1)
		}
	}
	return running, nil
}

// more adds accounts like the first one, up to a number.
func more(accounts []sandbox.Account, count int) []sandbox.Account {
	first := accounts[0]
	name, domain, _ := strings.Cut(first.Name, "@")
	for i := 2; i <= count; i++ {
		next := first
		next.Name = name + strconv.Itoa(i) + "@" + domain
		accounts = append(accounts, next)
	}
	return accounts
}
