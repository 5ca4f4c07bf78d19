package client_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// inNamespace is the variable that tells this test's processes which they are. Each has a network of its own.
const inNamespace = "LATCHKEY_NETWORK"

// lab is the two networks: ours, and the service's, which has an address per case. A case's network vanishes when
// packets for its address go to a machine that does not exist: nobody answers, and nobody says why.
const (
	labNetwork = "10.213.7."
	labOurs    = labNetwork + "1"
	labWay     = labNetwork + "2" // how the service is reached when a network is gone
)

// The network of connections is gone, for real: the next call succeeds within 30 s by HTTP/2 and 60 s by HTTP/1.1, and
// every call that waits hears of it.
func TestT8NetworkGoneForReal(t *testing.T) {
	switch os.Getenv(inNamespace) {
	case "ours":
		labCases(t)
		return
	case "the service's":
		labServe(t)
		return
	}
	_, noIP := exec.LookPath("ip")
	switch {
	case os.Getenv("LATCHKEY_LONG") == "":
		t.Skip("it takes more than a minute: set LATCHKEY_LONG=1")
	case os.Geteuid() != 0:
		t.Skip("only root can make networks")
	case noIP != nil:
		t.Skip("ip of iproute2 is not installed")
	}
	cmd := labProcess(t.Context(), "ours")
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) {
		t.Skip("this machine does not let root make networks:", err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// labProcess runs this test in a network of its own.
func labProcess(ctx context.Context, whose string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestT8NetworkGoneForReal$", "-test.v", "-test.parallel=9")
	cmd.Env = append(os.Environ(), inNamespace+"="+whose)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	return cmd
}

func ip(t *testing.T, command string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ip", strings.Fields(command)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", command, err, out)
	}
}

// labServe is the service: HTTP/1.1 in the clear, and HTTP/2 by TLS. /together answers when 32 have come, /pair when
// two have, /wait never, /slow after 70 s. At /stalls it reads nothing of the body for 20 s.
func labServe(t *testing.T) {
	stdin := bufio.NewReader(os.Stdin)
	if _, err := stdin.ReadString('\n'); err != nil { // the cable is there
		t.Fatal(err)
	}
	ip(t, "link set lo up")
	for i := 2; i < 10; i++ {
		ip(t, fmt.Sprintf("addr add %s%d/24 dev service", labNetwork, i))
	}
	ip(t, "link set service up")
	var came, pair sync.WaitGroup
	came.Add(32)
	pair.Add(2)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/together":
			came.Done()
			came.Wait()
		case "/pair":
			pair.Done()
			pair.Wait()
		case "/wait":
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/slow":
			select {
			case <-time.After(70 * time.Second):
			case <-r.Context().Done():
			}
		case "/stalls":
			<-time.After(20 * time.Second)
			n, err := io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, n, err)
		}
	})
	plain, encrypted := httptest.NewUnstartedServer(handler), httptest.NewUnstartedServer(handler)
	encrypted.EnableHTTP2 = true
	for server, port := range map[*httptest.Server]string{plain: ":80", encrypted: ":443"} {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", port)
		if err != nil {
			t.Fatal(err)
		}
		server.Listener = listener
	}
	plain.Start()
	encrypted.StartTLS()
	fmt.Println("ready")
	_, _ = stdin.ReadString('\n') // until the other process ends
	os.Exit(0)
}

func labCases(t *testing.T) {
	service := labProcess(t.Context(), "the service's")
	stdin, err := service.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := service.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	service.Stderr = os.Stderr
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stdin.Close()
		_ = service.Wait()
	}()
	ip(t, "link set lo up")
	ip(t, fmt.Sprintf("link add ours type veth peer name service netns %d", service.Process.Pid))
	ip(t, "addr add "+labOurs+"/24 dev ours")
	ip(t, "link set ours up")
	if _, err := io.WriteString(stdin, "\n"); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(stdout); ; {
		if !lines.Scan() {
			t.Fatal("the service did not start")
		}
		if lines.Text() == "ready" {
			break
		}
		t.Log(lines.Text())
	}
	t.Run("cases", func(t *testing.T) {
		t.Run("HTTP/1.1, 32 idle connections", func(t *testing.T) {
			t.Parallel()
			lab := newLab(t, 3, "http")
			atOnce(32, func(int) {
				if err := lab.get(t.Context(), "/together"); err != nil {
					t.Error(err)
				}
			})
			lab.vanish(t)
			lab.wantSuccessWithin(t, 60*time.Second)
		})
		t.Run("HTTP/1.1, an answer is awaited", func(t *testing.T) {
			t.Parallel()
			lab := newLab(t, 4, "http")
			lab.wantErrorWithin(t, 60*time.Second, func() error {
				resp, err := lab.open("/wait") // answers at once, and never ends
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				lab.vanish(t)
				_, err = io.Copy(io.Discard, resp.Body)
				return err
			})
			lab.wantSuccessWithin(t, time.Second)
		})
		t.Run("HTTP/1.1, a request is sent", func(t *testing.T) {
			t.Parallel()
			lab := newLab(t, 5, "http")
			if err := lab.get(t.Context(), "/"); err != nil {
				t.Fatal(err)
			}
			lab.vanish(t)
			lab.wantErrorWithin(t, 60*time.Second, func() error {
				req, err := http.NewRequest(http.MethodPost, lab.url+"/", strings.NewReader("sent once"))
				if err != nil {
					return err
				}
				_, err = sendAndRead(lab.client, req)
				return err
			})
			lab.wantSuccessWithin(t, time.Second)
		})
		t.Run("HTTP/2", func(t *testing.T) {
			t.Parallel()
			lab := newLab(t, 6, "https")
			if err := lab.get(t.Context(), "/"); err != nil {
				t.Fatal(err)
			}
			lab.vanish(t)
			lab.wantSuccessWithin(t, 30*time.Second)
		})
		t.Run("HTTP/1.1, a call at the last moment", func(t *testing.T) {
			t.Parallel()
			lab := newLab(t, 7, "http")
			atOnce(2, func(int) {
				if err := lab.get(t.Context(), "/pair"); err != nil {
					t.Error(err)
				}
			})
			lab.vanish(t)
			lab.wantErrorWithin(t, 60*time.Second, func() error {
				<-time.After(28500 * time.Millisecond) // its connection is nearly known to be dead
				req, err := http.NewRequest(http.MethodPost, lab.url+"/", strings.NewReader("sent once"))
				if err != nil {
					return err
				}
				_, err = sendAndRead(lab.client, req)
				return err
			})
			lab.wantSuccessWithin(t, time.Second)
		})
		t.Run("a server that stalls for a while", func(t *testing.T) {
			t.Parallel()
			resp, err := newLab(t, 2, "http").client.Post("http://service.example/stalls", "text/plain", strings.NewReader(strings.Repeat("x", 32<<20)))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if took, err := io.ReadAll(resp.Body); string(took) != "33554432 <nil>" {
				t.Errorf("%q, %v", took, err)
			}
		})
		t.Run("a slow answer over a living network", func(t *testing.T) {
			t.Parallel()
			var both sync.WaitGroup
			for _, scheme := range []string{"http", "https"} {
				both.Go(func() {
					if err := newLab(t, 2, scheme).get(t.Context(), "/slow"); err != nil {
						t.Error(err)
					}
				})
			}
			both.Wait()
		})
	})
}

// lab is a case: a client of the default transport, and the way to the service.
type lab struct {
	url     string
	client  *http.Client
	address string
	gone    atomic.Bool
}

func newLab(t *testing.T, address int, scheme string) *lab {
	t.Helper()
	l := &lab{address: fmt.Sprint(labNetwork, address), url: scheme + "://service.example"}
	base := client.DefaultTransport()
	base.Proxy = nil
	base.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	dial := base.DialContext
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		to := l.address
		if l.gone.Load() {
			to = labWay
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return dial(ctx, network, net.JoinHostPort(to, port))
	}
	l.client = newHTTPClient(t, client.WithTransport(base), client.WithInsecureHTTP())
	return l
}

func (l *lab) get(ctx context.Context, path string) error {
	resp, err := fetch(ctx, l.client, l.url+path)
	if err == nil && (resp.ProtoMajor == 2) != (resp.Request.URL.Scheme == "https") {
		return errors.New(resp.Proto)
	}
	return err
}

func (l *lab) open(path string) (*http.Response, error) { return l.client.Get(l.url + path) }

// vanish takes the network of the case's connections away. New ones find another way.
func (l *lab) vanish(t *testing.T) {
	t.Helper()
	ip(t, "neigh replace "+l.address+" lladdr 02:00:00:00:00:99 dev ours nud permanent")
	l.gone.Store(true)
}

// wantSuccessWithin calls with 5 s of patience each until one call succeeds.
func (l *lab) wantSuccessWithin(t *testing.T, limit time.Duration) {
	t.Helper()
	began, failed := time.Now(), 0
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		called := time.Now()
		err := l.get(ctx, "/")
		cancel()
		if took := time.Since(called); took > 6*time.Second {
			t.Errorf("a call with 5 s of patience took %s", took)
		}
		took := time.Since(began)
		if took > limit {
			t.Errorf("no success after %s: %v", took, err)
			return
		}
		if err == nil {
			t.Logf("success after %s, and %d failed calls", took.Round(100*time.Millisecond), failed)
			return
		}
		failed++
	}
}

// wantErrorWithin checks that a call hears of its dead network.
func (l *lab) wantErrorWithin(t *testing.T, limit time.Duration, call func() error) {
	t.Helper()
	began, failed := time.Now(), make(chan error, 1)
	go func() { failed <- call() }()
	select {
	case err := <-failed:
		if err == nil {
			t.Error("an answer over a network that is gone")
		}
		t.Logf("after %s: %v", time.Since(began).Round(100*time.Millisecond), err)
	case <-time.After(limit):
		t.Errorf("no error after %s", limit)
	}
}
