// Package e2e drives the real binary with real clients: the AWS SDK for Go, the
// AWS command line, the JavaScript clients on Node, and a browser.
//
// Each test starts its own server on a free port and an empty directory. What a
// client needs and the machine lacks skips the test on a developer's machine and
// fails it in CI, where tools/test/install.sh has installed everything.
package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var binary string

// patience is how long a test waits for what must come before it tells what it sees
// instead: many times what it takes a slow machine.
const patience = 3 * time.Minute

func TestMain(m *testing.M) {
	os.Exit(build(m))
}

// build compiles the server once for all tests.
func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "idpond-e2e-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "idpond")
	cmd := exec.Command("go", "build", "-o", binary, "idpond")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// server is a running idpond.
type server struct {
	URL    string // as it printed it
	Banner string // all that it printed at start
	cmd    *exec.Cmd
	stderr *lockedBuffer
	exited chan struct{}
}

// start runs the binary on a free port with its data in dir.
func start(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	s := &server{stderr: new(lockedBuffer), exited: make(chan struct{})}
	s.cmd = exec.Command(binary, append([]string{"--listen=127.0.0.1:0", "--data=" + dir}, args...)...)
	s.cmd.Stderr = s.stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan string, 1)
	go func() {
		var banner strings.Builder
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			fmt.Fprintln(&banner, lines.Text())
			if strings.Contains(lines.Text(), "Ctrl-C") {
				ready <- banner.String()
			}
		}
		s.cmd.Wait()
		close(s.exited)
	}()
	t.Cleanup(s.kill)
	select {
	case s.Banner = <-ready:
	case <-s.exited:
		t.Fatalf("the server ended at once: %s", s.stderr)
	case <-time.After(patience):
		t.Fatalf("the server did not say that it is ready: %s", s.stderr)
	}
	s.URL = regexp.MustCompile(`http://localhost:\d+`).FindString(s.Banner)
	if s.URL == "" {
		t.Fatalf("no URL in what the server printed:\n%s", s.Banner)
	}
	return s
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.exited
}

// stop asks the server to end and gives its exit code.
func (s *server) stop(t *testing.T) int {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.exited:
	case <-time.After(patience):
		t.Fatal("the server did not end on SIGTERM")
	}
	return s.cmd.ProcessState.ExitCode()
}

// message is what the inbox tells of one mail or SMS.
type message struct {
	To, Medium, Kind, Subject, Body, Code, Link string
}

// inbox gives what was sent to an address, newest first.
func (s *server) inbox(t *testing.T, to string) []message {
	t.Helper()
	answer, err := http.Get(s.URL + "/_idpond/inbox?format=json&to=" + url.QueryEscape(to))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var body struct{ Messages []message }
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return body.Messages
}

// codeTo gives the newest code that was sent to an address.
func (s *server) codeTo(t *testing.T, to string) string {
	t.Helper()
	sent := s.inbox(t, to)
	if len(sent) == 0 {
		t.Fatalf("nothing was sent to %s", to)
	}
	return sent[0].Code
}

// need gives the path of a program that a test needs.
func need(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed, and CI skips nothing", names[0])
	}
	t.Skipf("%s is not installed: make test installs it", names[0])
	return ""
}

// lockedBuffer is a buffer that a process writes while a test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// The ids of the demo pool, as the README and the server's own banner show them.
const (
	demoPool         = "us-east-1_DemoPool1"
	demoPublicClient = "demopublicclient0000000001"
)
