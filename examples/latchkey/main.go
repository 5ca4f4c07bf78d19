package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

func main() { os.Exit(run()) }

// run runs the command and returns its exit code.
func run() int {
	log.SetOutput(io.Discard) // net/http logs bytes of answers, which may hold a token
	harden()
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if !signal.Ignored(s) { // as nohup wants it
			signal.Notify(signals, s)
		}
	}
	go func() {
		caught := <-signals
		signal.Reset() // a second one ends the process at once
		stop(&interrupted{caught})
	}()
	err := root().ExecuteContext(ctx)
	echoAgain()
	working.hide()
	if cause, ok := errors.AsType[*interrupted](context.Cause(ctx)); ok && err != nil {
		return cause.exitCode()
	}
	if err != nil && !errors.Is(err, errSilent) {
		fmt.Fprintln(os.Stderr, inRed("latchkey:")+" "+oneLine(err))
	}
	return exitCode(err)
}

// interrupted is the signal that ended the command.
type interrupted struct{ os.Signal }

func (i *interrupted) Error() string { return i.String() }

// endedBy returns nil if SIGTERM ended a command that runs until then, and an error after an interrupt.
func endedBy(ctx context.Context) error {
	if cause, ok := errors.AsType[*interrupted](context.Cause(ctx)); ok && cause.Signal == syscall.SIGTERM {
		return nil
	}
	return ctx.Err()
}

// exitCode returns 128 and the number of the signal, as shells do.
func (i *interrupted) exitCode() int {
	number, _ := i.Signal.(syscall.Signal)
	return 128 + int(number)
}

// errSilent is in the error of a command that has said everything itself.
var errSilent = errors.New("")

// inRed colours text at a terminal, unless the user wants no colour.
func inRed(text string) string {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(os.Stderr.Fd())) {
		return text
	}
	return "\x1b[31m" + text + "\x1b[0m"
}

// root returns the command. It is made with cobra, which has completion for four shells and takes flags from a table;
// kong has no completion of its own, and takes flags from the fields of structs.
func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "latchkey",
		Short: "Tokens of becard, Bezala, bleepay and back ends with a login form, for the shell and any language",
		Long: `Log in once, and use the token from a shell or any language. It serves all your processes, and is renewed when it
ends.`,
		Example: `  latchkey login bezala -u me@corp.example          # asks for the password
  latchkey token bezala                             # prints a valid token
  latchkey api bezala /api/accounts                 # sends a request with it
  latchkey exec bezala -- ./sync.py                 # BEZALA_TOKEN and BEZALA_BASE_URL in its environment
  latchkey proxy bezala                             # an address that is always logged in, for any language
  latchkey sandbox -- latchkey token bezala         # without an account: the services on this machine`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok && unknown.GetSpecifiedShortnames() != "" {
			err = fmt.Errorf("unknown flag: -%s", unknown.GetSpecifiedName()) // a secret may follow it, as in -pSECRET
		}
		return usagef("%w (%s --help shows what it takes)", err, cmd.CommandPath())
	})
	cmd.AddGroup(&cobra.Group{ID: "use", Title: "Use a token:"}, &cobra.Group{ID: "account", Title: "Accounts:"})
	for _, c := range []*cobra.Command{tokenCommand(), headerCommand(), apiCommand(), execCommand(), proxyCommand()} {
		c.GroupID = "use"
		cmd.AddCommand(c)
	}
	for _, c := range []*cobra.Command{loginCommand(), statusCommand(), listCommand(), rejectCommand(), logoutCommand()} {
		c.GroupID = "account"
		cmd.AddCommand(c)
	}
	cmd.AddCommand(sandboxCommand(), servicesTopic(), exitCodesTopic())
	cmd.InitDefaultHelpCmd()
	cmd.InitDefaultCompletionCmd()
	for _, c := range cmd.Commands() {
		switch c.Name() {
		case "help":
			c.Args = func(_ *cobra.Command, args []string) error { return unknownTopic(cmd, args) }
		case "completion":
			c.Args, c.RunE = unknownCommand, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
			c.Example = "  latchkey completion fish > ~/.config/fish/completions/latchkey.fish"
		}
	}
	cmd.Args = unknownCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// unknownTopic returns an error if args name no command to help with.
func unknownTopic(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if !cmd.HasSubCommands() {
		return nil
	}
	return unknownCommand(cmd, rest)
}

// unknownCommand returns an error if there are arguments: they would be the name of a command that is not there.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	names := ""
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names += " " + c.Name()
		}
	}
	return usagef("there is no command %q, only%s", args[0], names)
}

// servicesTopic and exitCodesTopic are texts that "latchkey help" shows.
func servicesTopic() *cobra.Command {
	cmd := &cobra.Command{Use: "services", Short: "Services, methods, fields and variables"}
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		fmt.Fprint(cmd.OutOrStdout(), "These are the services, their ways of logging in, and for each field its flag and its environment variable.\n"+
			servicesTable())
	})
	return cmd
}

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{Use: "exit-codes", Short: "Exit codes", Long: "These are the exit codes:\n" + exitCodes}
}

// version returns the module's version.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}
