package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// door is where a proxy listens.
type door struct {
	listener net.Listener
	hosts    []string // what clients may call it
	token    string   // what they must show; "": nothing
	text     string   // what tells them
	lock     *flock.Flock
}

// openDoor listens at an address: unix:PATH, HOST:PORT, or "" for a socket of the name.
func openDoor(address, name string) (*door, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok && path != "" {
		return socketDoor(path)
	}
	dir, err := runDir()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if address == "" {
		return socketDoor(filepath.Join(dir, name+".sock"))
	}
	return tcpDoor(address, filepath.Join(dir, "proxy-token"))
}

// maxSocketPath is the longest path of a socket on all systems, in bytes.
const maxSocketPath = 103

// socketDoor listens on a socket that only the user can reach. It holds a lock as long as it does, so a socket that is
// there already is nobody's, unless another program answers.
func socketDoor(path string) (*door, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("%s is too long for a socket: choose a path of at most %d bytes by --listen unix:PATH", path, maxSocketPath)
	}
	if err := private(filepath.Dir(path)); err != nil {
		return nil, err
	}
	d := &door{hosts: []string{"localhost"}, text: "unix:" + path + "\n", lock: flock.New(path + ".lock")}
	if free, err := d.lock.TryLock(); err != nil || !free {
		return nil, errors.Join(err, fmt.Errorf("another proxy listens at %s: choose another place by --listen unix:PATH", path))
	}
	if err := removeStale(path); err != nil {
		d.close()
		return nil, err
	}
	if d.listener, err = listenPrivately(path); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// private returns an error unless a directory is the user's alone.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("%w: make it by mkdir -m 700", err)
	}
	fault := openToOthers(info)
	if !info.IsDir() {
		fault = "it is no directory"
	}
	if fault != "" {
		return fmt.Errorf("%s is no place for a socket: %s: choose a directory of mode 0700", dir, fault)
	}
	return nil
}

// removeStale removes the socket of a proxy that has died. Whatever else is there stays.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s is there, and no socket: choose another place by --listen unix:PATH", path)
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		_ = conn.Close()
		return fmt.Errorf("another program answers at %s: choose another place by --listen unix:PATH", path)
	}
	if !nobodyListens(err) {
		return err
	}
	return os.Remove(path)
}

// tcpDoor listens on a port of this machine. Every user of the machine can connect, so clients must show what is in a
// file of the user's.
func tcpDoor(address, tokenFile string) (*door, error) {
	at, ok := loopback(address)
	if !ok {
		return nil, usagef("--listen takes unix:PATH, or an address of this machine, such as 127.0.0.1:8500")
	}
	token, err := sharedToken(tokenFile)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", at.String())
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	hosts := []string{listener.Addr().String(), "localhost:" + port}
	if port == "80" { // which clients leave out
		hosts = append(hosts, strings.TrimSuffix(hosts[0], ":80"), "localhost")
	}
	return &door{
		listener: listener, hosts: hosts, token: token,
		text: "http://" + hosts[0] + "\n" + proxyToken + ": " + tokenFile + "\n",
	}, nil
}

// loopback returns an address and port, and whether it is one of this machine.
func loopback(listen string) (address netip.AddrPort, ok bool) {
	host, port, err := net.SplitHostPort(listen)
	if err == nil && host == "localhost" {
		listen = "127.0.0.1:" + port
	}
	address, err = netip.ParseAddrPort(listen)
	return address, err == nil && address.Addr().IsLoopback()
}

// close ends the listener, which removes its socket, and frees the place.
func (d *door) close() {
	if d.listener != nil {
		_ = d.listener.Close()
	}
	if d.lock != nil {
		_ = d.lock.Unlock()
	}
}
