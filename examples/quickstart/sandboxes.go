package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// sandboxes are the four services on this machine. Their accounts are the examples of the services' documents.
type sandboxes struct{ becard, bezala, bleepay, formlogin *sandbox.Server }

func startSandboxes() *sandboxes {
	return &sandboxes{
		becard:    sandbox.NewBecard(sandbox.Config{}),
		bezala:    sandbox.NewBezala(sandbox.Config{}),
		bleepay:   sandbox.NewBleepay(sandbox.Config{}),
		formlogin: sandbox.NewFormLogin(sandbox.Config{}),
	}
}

func (s *sandboxes) all() []*sandbox.Server {
	return []*sandbox.Server{s.becard, s.bezala, s.bleepay, s.formlogin}
}

func (s *sandboxes) close() {
	for _, server := range s.all() {
		server.Close()
	}
}

// violations returns an error if a request broke a service's document.
func (s *sandboxes) violations() error {
	var errs []error
	for _, server := range s.all() {
		errs = append(errs, server.Violations()...)
	}
	return errors.Join(errs...)
}

// logins returns all ten logins.
func (s *sandboxes) logins() []login {
	const email = "user@example.com"
	return []login{
		{becard.Password{BaseURL: s.becard.URL, Email: email, Password: client.Static("your-password")}, becardCards},
		{bezala.Password{BaseURL: s.bezala.URL, Email: email, Password: client.Static("your-password")}, bezalaAccounts},
		{bezala.Google{BaseURL: s.bezala.URL, Email: email, AccessToken: client.Static("google-access-token")}, bezalaAccounts},
		{bezala.Microsoft{BaseURL: s.bezala.URL, Email: email, AccessToken: client.Static("microsoft-access-token")}, bezalaAccounts},
		{bezala.Okta{
			BaseURL: s.bezala.URL, Email: email, CompanyName: "Example", OktaURL: "https://example.okta.com",
			AccessToken: client.Static("okta-access-token"),
		}, bezalaAccounts},
		{bleepay.EmailPassword{BaseURL: s.bleepay.URL, Email: email, Password: client.Static("your-password")}, bleepayVouchers},
		{bleepay.MobileDevice{
			BaseURL: s.bleepay.URL, InstallationID: "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6",
			Password: client.Static("your-device-password-minimum-32-chars"),
		}, bleepayVouchers},
		{bleepay.Resource{BaseURL: s.bleepay.URL, Name: "till 7", Code: client.Static("A1B2C3")}, bleepayVouchers},
		{bleepay.APIKey{
			BaseURL: s.bleepay.URL, Name: "till 7", Key: client.Static("bs_" + strings.Repeat("0123456789abcdef", 4)),
		}, bleepayVouchers},
		{formlogin.Password{BaseURL: s.formlogin.URL, Username: email, Password: client.Static("secretpassword")}, "/users/me"},
	}
}

// showWrongPassword shows that the error says what is wrong and what to do, and that later calls send no request.
func (s *sandboxes) showWrongPassword(ctx context.Context, out io.Writer) error {
	c, err := client.New(bezala.Password{BaseURL: s.bezala.URL, Email: "user@example.com", Password: client.Static("a guess")})
	if err != nil {
		return err
	}
	before := s.bezala.Counts().LoginRequests
	for range 100 {
		if _, err = c.Token(ctx); !errors.Is(err, client.ErrInvalidCredentials) {
			return fmt.Errorf("a wrong password gave: %w", err)
		}
	}
	requests := s.bezala.Counts().LoginRequests - before
	fmt.Fprintf(out, "\nA wrong password, used 100 times: %s. The error:\n  %v\n", counted(requests, "request"), err)
	return nil
}

// showRateLimit shows that a login waits out a short rate limit, and that a long one is an error at once.
func (s *sandboxes) showRateLimit(ctx context.Context, out io.Writer) error {
	c, err := client.New(bleepay.Resource{BaseURL: s.bleepay.URL, Name: "till 7", Code: client.Static("A1B2C3")})
	if err != nil {
		return err
	}
	s.bleepay.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Times: 1, Wait: time.Second})
	began := time.Now()
	if _, err := c.Token(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nbleepay answered 429 with Retry-After 1 s: logged in after %s.\n", time.Since(began).Round(100*time.Millisecond))

	c.Invalidate(token(ctx, c))
	s.bleepay.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Scope: sandbox.Logins, Times: 1, Wait: 10 * time.Minute})
	_, err = c.Token(ctx)
	limit, ok := errors.AsType[*client.RateLimitError](err)
	if !ok {
		return fmt.Errorf("a 429 gave: %w", err)
	}
	fmt.Fprintf(out, "It answered 429 with Retry-After 600 s: an error at once, with the wait (%s) in it:\n  %v\n", limit.RetryAfter.Round(time.Second), err)
	return nil
}

// token returns the token of a client, or the zero Token if it gets none.
func token(ctx context.Context, c *client.Client) client.Token {
	t, err := c.Token(ctx)
	if err != nil {
		return client.Token{}
	}
	return t
}

// showThousandRequests shows that one login serves a thousand requests, and that one more follows a revocation.
func (s *sandboxes) showThousandRequests(ctx context.Context, out io.Writer) error {
	c, err := client.New(becard.Password{BaseURL: s.becard.URL, Email: "user@example.com", Password: client.Static("your-password")})
	if err != nil {
		return err
	}
	before := s.becard.Counts()
	for _, when := range []string{"1,000 concurrent requests", "Token revoked, 1,000 more"} {
		if err := thousandRequests(ctx, c, becardCards); err != nil {
			return err
		}
		now := s.becard.Counts()
		fmt.Fprintf(out, "\n%s: %s and %s with status 200 so far, %s sent again.\n", when,
			counted(now.Logins-before.Logins, "login"), counted(now.Protected-before.Protected, "answer"),
			counted(int(c.Status().Replays), "request"))
		s.becard.RevokeAll()
	}
	return nil
}

func thousandRequests(ctx context.Context, c *client.Client, path string) error {
	hc := c.HTTPClient()
	var wg sync.WaitGroup
	errs := make(chan error, 1000)
	for range cap(errs) {
		wg.Go(func() { errs <- get(ctx, hc, c.BaseURL()+path) })
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// get makes a request, and returns an error unless the answer is a 200.
func get(ctx context.Context, hc *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: HTTP %s", url, resp.Status)
	}
	return err
}
