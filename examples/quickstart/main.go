// Quickstart logs in at four services in ten ways. It shows what happens if a password is wrong, if the service
// answers 429, and if a thousand requests need a token at once.
//
//	go run ./examples/quickstart
//
// Everything happens on this machine, at embedded sandboxes. If the variables of a login are set, it uses that login at
// the real service instead; -h lists the variables.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage: quickstart

With the variables of one or more logins set, it logs in at the real services:

  becard.Password       BECARD_BASE_URL BECARD_EMAIL BECARD_PASSWORD
  bezala.Password       BEZALA_EMAIL BEZALA_PASSWORD
  bezala.Google         BEZALA_EMAIL BEZALA_GOOGLE_ACCESS_TOKEN
  bezala.Microsoft      BEZALA_EMAIL BEZALA_MICROSOFT_ACCESS_TOKEN
  bezala.Okta           BEZALA_EMAIL BEZALA_COMPANY_NAME BEZALA_OKTA_URL BEZALA_OKTA_ACCESS_TOKEN
  bleepay.EmailPassword BLEEPAY_EMAIL BLEEPAY_PASSWORD
  bleepay.MobileDevice  BLEEPAY_INSTALLATION_ID BLEEPAY_DEVICE_PASSWORD
  bleepay.Resource      BLEEPAY_RESOURCE_CODE
  bleepay.APIKey        BLEEPAY_API_KEY
  formlogin.Password    FORMLOGIN_BASE_URL FORMLOGIN_USERNAME FORMLOGIN_PASSWORD

Optional: BEZALA_BASE_URL and BLEEPAY_BASE_URL (default: production), FORMLOGIN_PATH (default: /auth/login), and
FORMLOGIN_RESOURCE, the path of something that needs the token.
`

func main() {
	flag.Usage = func() { fmt.Fprint(flag.CommandLine.Output(), usage) }
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "quickstart: takes no arguments: set environment variables instead")
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Getenv)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run does all steps until one fails, and returns its error.
func run(ctx context.Context, out io.Writer, getenv func(string) string) error {
	chosen, err := fromEnvironment(getenv)
	if err != nil {
		return err
	}
	if len(chosen) > 0 {
		fmt.Fprintln(out, "Logging in at the real services whose variables are set.")
		fmt.Fprintln(out)
		// The other steps could lock a real account, by a wrong password or many requests.
		return showLogins(ctx, out, chosen)
	}

	s := startSandboxes()
	defer s.close()
	fmt.Fprintln(out, "Ten logins at four services: embedded sandboxes, nothing leaves this machine.")
	fmt.Fprintln(out)
	for _, step := range []func(context.Context, io.Writer) error{
		func(ctx context.Context, out io.Writer) error { return showLogins(ctx, out, s.logins()) },
		s.showWrongPassword,
		s.showRateLimit,
		s.showThousandRequests,
	} {
		if err := step(ctx, out); err != nil {
			return err
		}
	}
	return s.violations()
}
