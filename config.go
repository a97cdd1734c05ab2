package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"

	"idpond/internal/outbound"
	"idpond/internal/seal"
	"idpond/internal/userpool"
)

// storage is where data is kept; every command that opens the database has it.
type storage struct {
	Data         string `default:"./data" placeholder:"DIR" help:"Directory of the database and the sealing key; made with mode 0700 if it is missing."`
	Database     string `placeholder:"URL" help:"A postgres:// URL, or a path for the SQLite file (default: idpond.db in the data directory)."`
	DatabaseFile string `placeholder:"FILE" help:"File that holds the postgres:// URL, for a URL with a password."`
	SealKey      string `placeholder:"FILE" help:"File with the key that seals secrets in the database (default: seal.key in the data directory). Keep a copy of it elsewhere: without it the database is worthless."`
}

// dsn is what sqlstore opens.
func (s storage) dsn() (string, error) {
	dsn := s.Database
	if s.DatabaseFile != "" {
		if dsn != "" {
			return "", errors.New("only one of --database and --database-file can be given")
		}
		text, err := os.ReadFile(s.DatabaseFile)
		if err != nil {
			return "", fmt.Errorf("the file of the database's URL cannot be read: %w", err)
		}
		dsn = strings.TrimSpace(string(text))
	}
	if dsn == "" {
		dsn = filepath.Join(s.Data, "idpond.db")
	}
	if scheme, _, ok := strings.Cut(dsn, "://"); ok && scheme != "postgres" && scheme != "postgresql" {
		return "", fmt.Errorf("--database must be a postgres:// URL or the path of an SQLite file, not a %s:// URL", scheme)
	}
	return dsn, nil
}

func (s storage) sealKeyFile() string {
	if s.SealKey != "" {
		return s.SealKey
	}
	return filepath.Join(s.Data, "seal.key")
}

// prepare makes the data directory.
func (s storage) prepare() error {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return fmt.Errorf("the data directory cannot be made: %w (choose another with --data)", err)
	}
	probe, err := os.CreateTemp(s.Data, ".writable-*")
	if err != nil {
		return fmt.Errorf("the data directory is not writable: %w (choose another with --data, or give this user the right to write)", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// passwordHashing chooses what is kept of a password (SECURITY.md, "Passwords").
type passwordHashing struct {
	NoSRP         bool   `name:"no-srp" help:"Keep Argon2id hashes instead of SRP verifiers, and refuse the SRP flows. For a new database: passwords that were set before stay as they were until they are next set."`
	Argon2Memory  uint32 `name:"argon2-memory" env:"IDPOND_ARGON2_MEMORY" default:"19456" placeholder:"KIB" help:"Argon2id memory in KiB, with --no-srp (${default})."`
	Argon2Time    uint32 `name:"argon2-time" env:"IDPOND_ARGON2_TIME" default:"2" placeholder:"N" help:"Argon2id passes, with --no-srp (${default})."`
	Argon2Threads uint8  `name:"argon2-threads" env:"IDPOND_ARGON2_THREADS" default:"1" placeholder:"N" help:"Argon2id lanes, with --no-srp (${default})."`
}

func (p passwordHashing) validate() error {
	switch {
	case p.Argon2Memory < 8*uint32(p.Argon2Threads) || p.Argon2Memory > 4<<20:
		return fmt.Errorf("--argon2-memory must be between 8 times the threads and 4194304 KiB, not %d", p.Argon2Memory)
	case p.Argon2Time < 1 || p.Argon2Time > 64:
		return fmt.Errorf("--argon2-time must be between 1 and 64, not %d", p.Argon2Time)
	case p.Argon2Threads < 1 || p.Argon2Threads > 64:
		return fmt.Errorf("--argon2-threads must be between 1 and 64, not %d", p.Argon2Threads)
	}
	return nil
}

// serveCmd is the main command: flags, environment (IDPOND_…), file and help in one.
type serveCmd struct {
	Listen    string `default:"127.0.0.1:9229" placeholder:"HOST:PORT" help:"Address to serve on (${default}); port 0 picks a free one and prints it."`
	PublicURL string `placeholder:"URL" help:"The URL that users and applications reach this server at (default: http://localhost and the port)."`
	storage   `embed:""`
	Empty     bool `help:"Do not make the demo user pool in an empty database."`

	Region    string `default:"us-east-1" help:"Region of pools that are made without a signature (${default}); a signed request makes its pool in its own region."`
	AccountID string `name:"account-id" default:"000000000000" placeholder:"DIGITS" help:"Account number in ARNs (${default})."`
	Issuer    string `default:"idpond" enum:"idpond,original,updated" placeholder:"FORM" help:"Form of the issuer in tokens: idpond ({public URL}/{pool}), or, for applications that pin the service's own, original or updated (${enum})."`

	passwordHashing `embed:""`
	operating       `embed:""`
	triggering      `embed:""`

	AccessKeys      []string `name:"access-keys" sep:"," placeholder:"ID:SECRET" help:"Access keys that may sign IAM operations. Without any, every signature is accepted while only this machine can reach the server."`
	AccessKeysFile  string   `name:"access-keys-file" placeholder:"FILE" help:"File with one ID:SECRET per line."`
	configFile      string   // "" for none
	AllowUnsigned   bool     `name:"dangerously-accept-any-signature" help:"Serve others than this machine without access keys: whoever reaches the server administers it."`
	Inbox           bool     `help:"Show sent mails and SMS, with their codes, under /_idpond/inbox to others than this machine too."`
	AllowOutbound   []string `name:"allow-outbound" sep:"," placeholder:"HOST|CIDR" help:"Hosts, addresses and networks of your own that the server may call for what administrators configure, such as identity providers; others than public ones are closed."`
	TrustedProxies  []string `name:"trusted-proxies" sep:"," placeholder:"CIDR" help:"Proxies whose X-Forwarded-For is believed."`
	MetricsListen   string   `name:"metrics-listen" placeholder:"HOST:PORT" help:"Address for /metrics in Prometheus format (default: none)."`
	LogLevel        string   `name:"log-level" default:"warn" enum:"debug,info,warn,error" help:"Least severe level to log: ${enum} (${default})."`
	LogFormat       string   `name:"log-format" default:"text" enum:"text,json" help:"Form of the log on standard error: ${enum} (${default})."`
	ShutdownSeconds int      `name:"shutdown-seconds" default:"20" placeholder:"N" help:"How long requests in flight may take to finish after SIGINT or SIGTERM (${default})."`
}

var accountForm = regexp.MustCompile(`^\d{12}$`)

// Validate says what is wrong with the settings, and what is allowed. The
// command line calls it before anything is started.
func (c *serveCmd) Validate() error {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("--listen must be HOST:PORT such as 127.0.0.1:9229, not %q", c.Listen)
	}
	if !userpool.IsRegion(c.Region) {
		return fmt.Errorf("--region must look like us-east-1, not %q", c.Region)
	}
	if !accountForm.MatchString(c.AccountID) {
		return fmt.Errorf("--account-id must have 12 digits, not %q", c.AccountID)
	}
	if c.PublicURL != "" {
		if err := validPublicURL(c.PublicURL); err != nil {
			return err
		}
	}
	if err := errors.Join(c.passwordHashing.validate(), c.operating.validate()); err != nil {
		return err
	}
	for _, cidr := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			return fmt.Errorf("--trusted-proxies must be networks such as 10.0.0.0/8, not %q", cidr)
		}
	}
	guard := &outbound.Guard{Loopback: c.local()}
	if err := guard.Open(c.AllowOutbound); err != nil {
		return fmt.Errorf("--allow-outbound: %w", err)
	}
	if err := c.triggering.validate(guard); err != nil {
		return err
	}
	if c.ShutdownSeconds < 0 {
		return fmt.Errorf("--shutdown-seconds must not be negative, as %d is", c.ShutdownSeconds)
	}
	keys, err := c.accessKeys()
	if err != nil {
		return err
	}
	if len(keys) > 0 || c.AllowUnsigned || c.local() {
		return nil
	}
	const anybody = "and there are no access keys, so anybody could administer the server: give --access-keys (or IDPOND_ACCESS_KEYS_FILE), or "
	if host, _, _ := net.SplitHostPort(c.Listen); !userpool.IsLoopback(host) {
		return fmt.Errorf("%s is not a loopback address "+anybody+"listen on 127.0.0.1", c.Listen)
	}
	return errors.New("--public-url or --trusted-proxies bring others than this machine to the server " + anybody + "leave them out")
}

// local reports whether only this machine can reach the server: it listens on
// loopback, and no proxy stands before it that brings others. What is open to
// developers (any signature, the inbox, the demo) is open while that is so.
func (c *serveCmd) local() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	public, err2 := url.Parse(c.PublicURL)
	return err == nil && err2 == nil && userpool.IsLoopback(host) && len(c.TrustedProxies) == 0 &&
		(c.PublicURL == "" || userpool.IsLoopback(public.Hostname()) || strings.HasSuffix(public.Hostname(), ".localhost"))
}

// exposed lists the files with secrets that others than their owner may read or write.
// The sealing key's is refused then (package seal); others may have been put there by
// whatever runs the server, with modes of its own.
func (c *serveCmd) exposed() []string {
	files := []string{c.AccessKeysFile, c.DatabaseFile, c.TriggerSecretFile}
	if hasSecrets(c.configFile) {
		files = append(files, c.configFile)
	}
	return slices.DeleteFunc(files, func(file string) bool {
		info, err := os.Stat(file)
		return err != nil || !seal.Exposed(info.Mode())
	})
}

// hasSecrets reports whether a configuration file holds secrets itself.
func hasSecrets(file string) bool {
	var values struct {
		AccessKeys    any    `toml:"access-keys"`
		TriggerSecret string `toml:"trigger-secret"`
		Database      string `toml:"database"`
	}
	if _, err := toml.DecodeFile(file, &values); err != nil {
		return false // none, or one that the command line has refused
	}
	database, err := url.Parse(values.Database)
	if err != nil { // a path, or a URL that nothing is known of
		return true
	}
	_, password := database.User.Password()
	return password || values.AccessKeys != nil || values.TriggerSecret != ""
}

func validPublicURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("--public-url must be an http or https URL with a host and nothing behind it, such as https://id.example.com, not %q", text)
	}
	return nil
}

// accessKeys gives the configured keys, id to secret.
func (c *serveCmd) accessKeys() (map[string]string, error) {
	lines := slices.Clone(c.AccessKeys)
	if c.AccessKeysFile != "" {
		text, err := os.ReadFile(c.AccessKeysFile)
		if err != nil {
			return nil, fmt.Errorf("the file of access keys cannot be read: %w", err)
		}
		lines = append(lines, strings.Split(string(text), "\n")...)
	}
	keys := map[string]string{}
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, secret, ok := strings.Cut(line, ":")
		if !ok || len(id) < 3 || len(secret) < 16 {
			return nil, errors.New("an access key must be ID:SECRET, the id of at least 3 and the secret of at least 16 characters")
		}
		keys[id] = secret
	}
	return keys, nil
}

// tomlFile reads settings from a TOML file whose keys are the flags' names.
func tomlFile(r io.Reader) (kong.Resolver, error) {
	values := map[string]any{}
	if _, err := toml.NewDecoder(r).Decode(&values); err != nil {
		return nil, err
	}
	return tomlResolver(values), nil
}

type tomlResolver map[string]any

// Validate refuses keys that no flag has, because a misspelt setting that is
// silently ignored is worse than none.
func (t tomlResolver) Validate(app *kong.Application) error {
	known := map[string]bool{}
	for _, cmd := range append(app.Leaves(true), app.Node) {
		for _, f := range cmd.Flags {
			known[f.Name] = true
		}
	}
	for key := range t {
		if !known[key] {
			return fmt.Errorf("configuration file: there is no setting %q; the names are those of the flags in idpond serve --help, without the dashes", key)
		}
	}
	return nil
}

// Resolve gives the file's value for a flag.
func (t tomlResolver) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := t[flag.Name]
	if !ok {
		return nil, nil
	}
	if list, ok := value.([]any); ok {
		parts := make([]string, len(list))
		for i, v := range list {
			parts[i] = fmt.Sprint(v)
		}
		return strings.Join(parts, ","), nil
	}
	return fmt.Sprint(value), nil
}
