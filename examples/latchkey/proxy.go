package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

func proxyCommand() *cobra.Command {
	w := wishFlags{secret: true}
	var listen string
	cmd := &cobra.Command{
		Use:   "proxy SERVICE",
		Short: "Forward requests to the service, always logged in",
		Long: `Forward requests to the service, always logged in: for programs in any language, which then need neither secret nor
token. It prints where it listens, and runs until it is interrupted.

By default it listens on a socket of mode 0600 in a directory of mode 0700. A client names the host localhost. With
--listen 127.0.0.1:PORT it listens on TCP, on this machine only. There each request needs the header Proxy-Token, since
every user of the machine can connect; the second line of the output names the file that has its value. Clients that
keep headers named Proxy-… from servers, such as Java's HttpClient, call it X-Proxy-Token.

Requests of browsers are refused, and so are requests for another host, CONNECT, TRACE and upgrades. The proxy replaces
the Authorization header, drops cookies in both directions, and makes redirects to the service lead to itself. Bodies of
up to 64 KiB are held until the answer comes, so that a request can be sent again after a 401 or 429. Longer bodies, and
those of unknown length, are passed on as they come, and sent once.

It logs in by itself if the secret needs no prompt. Otherwise it asks at its terminal, unless it is in the background:
then "latchkey login" helps it.`,
		Example: `  latchkey proxy bezala &
  curl --unix-socket "$XDG_RUNTIME_DIR/latchkey/bezala.sock" http://localhost/api/accounts

  latchkey proxy bezala --listen 127.0.0.1:8500 &
  curl -H "Proxy-Token: $(cat "$XDG_RUNTIME_DIR/latchkey/proxy-token")" http://127.0.0.1:8500/api/accounts`,
		Args: oneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			wish, err := w.wish(cmd, args[0])
			if err != nil {
				return err
			}
			return proxy(cmd.Context(), wish, listen)
		},
	}
	w.add(cmd)
	cmd.Flags().StringVar(&listen, "listen", "", "unix:PATH, or address and port of this machine (default: a socket of the service's name)")
	return cmd
}

const (
	headerLimit = 10 * time.Second // for a client to send its headers
	idleLimit   = 2 * time.Minute  // for a client's connection to wait
	endLimit    = 5 * time.Second  // for requests under way when the proxy is to end
)

func proxy(ctx context.Context, w wish, listen string) error {
	s, err := open(ctx, w, false)
	if err != nil {
		return err
	}
	door, err := openDoor(listen, s.service.name)
	if err != nil {
		return err
	}
	defer door.close()
	token, err := s.token(ctx) // so that a wrong secret shows now
	if err != nil {
		return err
	}
	carrier, _ := token.Header()
	server := newServer(&gate{door.hosts, door.token, s.forward(carrier)})
	if err := put(door.text); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(door.listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
	defer cancel()
	if server.Shutdown(ending) != nil {
		_ = server.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("%s: the proxy ended: %w", s.account.Service, err)
	}
	return endedBy(ctx)
}

func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerLimit, IdleTimeout: idleLimit, MaxHeaderBytes: 64 << 10,
		DisableGeneralOptionsHandler: true,                       // it would answer without the gate
		ErrorLog:                     log.New(io.Discard, "", 0), // it would tell what requests hold
	}
}
