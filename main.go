// Command idpond is a self-hosted user-pool server: the cognito-idp JSON API,
// the hosted sign-in pages, and the OAuth 2.0 and OpenID Connect endpoints, on
// an embedded SQLite file or on PostgreSQL.
//
//	idpond            serve on http://localhost:9229, data in ./data
//	idpond migrate    bring a database's schema up to date and stop
//	idpond version    say which build this is
//
// This package only wires: config.go holds the settings, serve.go puts the
// packages together, demo.go makes the demo pool of a first start.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the whole command line. Every flag can also be given as IDPOND_{FLAG}
// in the environment, or in the TOML file that --config names.
type cli struct {
	Config kong.ConfigFlag `placeholder:"FILE" env:"IDPOND_CONFIG" help:"TOML file with settings, named as the flags are."`

	Serve   serveCmd   `cmd:"" default:"withargs" help:"Serve the API, the pages and the OAuth endpoints (the default)."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date and stop."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// streams is where a command writes.
type streams struct{ Out, Err io.Writer }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run carries out one command line and gives the exit code: 0 done, 1 failed,
// 2 called wrongly.
func run(ctx context.Context, args []string, io streams) (code int) {
	var c cli
	// kong ends --help by calling its exit function; here that unwinds to run.
	type exit struct{ code int }
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exit:
			code = r.code
		default:
			panic(r)
		}
	}()
	parser, err := kong.New(&c,
		kong.Name("idpond"),
		kong.Description("A self-hosted user-pool server, wire-compatible with Amazon Cognito user pools."),
		kong.Configuration(tomlFile),
		kong.DefaultEnvars("IDPOND"),
		kong.Writers(io.Out, io.Err),
		kong.Exit(func(code int) { panic(exit{code}) }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.Help(helpWithServe),
	)
	if err != nil {
		panic(err) // the struct above is wrong, not the caller
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(io.Err, "idpond: %s\nidpond --help shows what is allowed.\n", err)
		return 2
	}
	c.Serve.configFile = string(c.Config)
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(io); err != nil {
		fmt.Fprintf(io.Err, "idpond: %s\n", err)
		return 1
	}
	return 0
}

// helpWithServe prints the help of the command that was asked about; without one,
// that of the default command too, since its flags are what a newcomer looks for.
func helpWithServe(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	serve, err := kong.Trace(ctx.Kong, []string{"serve"})
	if err != nil {
		return err
	}
	fmt.Fprintln(ctx.Stdout)
	return kong.DefaultHelpPrinter(options, serve)
}

type versionCmd struct{}

// Run prints the version and where the build came from.
func (versionCmd) Run(io streams) error {
	_, err := fmt.Fprintf(io.Out, "idpond %s\n", version())
	return err
}

// version is the module's version or, for a build from a checkout, its revision.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	details := []string{strings.Trim(info.Main.Version, "()")}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			details = append(details, s.Value)
		}
	}
	return strings.Join(append(details, info.GoVersion), " ")
}
