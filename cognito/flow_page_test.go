package cognito_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flowTables are the tables of docs/sign-in.md, by the tests that they show.
func flowTables() map[string]string {
	flows := [][]string{{"User"}, {"---"}}
	for _, w := range ways() {
		flows[0], flows[1] = append(flows[0], w.name), append(flows[1], "---")
	}
	for _, s := range userStates() {
		flows = append(flows, append([]string{s.name}, strings.Fields(s.cells)...))
	}
	challenges := [][]string{{"Before the answer"}, {"---"}}
	for _, p := range pendings() {
		challenges[0], challenges[1] = append(challenges[0], p.name), append(challenges[1], "---")
	}
	for _, m := range meanwhiles() {
		challenges = append(challenges, append([]string{m.name}, strings.Fields(m.cells)...))
	}
	return map[string]string{"TestFlowTable": markdown(flows), "TestChallengeTable": markdown(challenges)}
}

func markdown(rows [][]string) string {
	var text strings.Builder
	for _, row := range rows {
		text.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return text.String()
}

// TestFlowTablesOnPage: the page's tables are those that the tests go by, and its words
// for what a sign-in ends with are explained.
func TestFlowTablesOnPage(t *testing.T) {
	raw, err := os.ReadFile("../docs/sign-in.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	for name, want := range flowTables() {
		_, rest, _ := strings.Cut(page, "<!-- "+name+" -->\n")
		got, _, _ := strings.Cut(rest, "<!-- end -->")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("table of %s (-want +got):\n%s\nit should be:\n%s", name, diff, want)
		}
	}
	for word, means := range standing() {
		exception, sentence, failed := strings.Cut(means, ": ")
		line := fmt.Sprintf("\n- **%s**: ", word)
		if failed && !strings.HasPrefix(means, "SELECT_CHALLENGE") {
			line += fmt.Sprintf("`%s` `%s`", exception, sentence)
		}
		if !strings.Contains(page, line) {
			t.Errorf("the page lacks a line that begins with %q", line)
		}
	}
}

// TestNamedTestsExist: every test that docs/sign-in.md names is there to be run.
func TestNamedTestsExist(t *testing.T) {
	raw, err := os.ReadFile("../docs/sign-in.md")
	if err != nil {
		t.Fatal(err)
	}
	var sources strings.Builder
	err = fs.WalkDir(os.DirFS(".."), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == "node_modules" || entry.Name() == ".git":
			return fs.SkipDir
		case strings.HasSuffix(path, ".test.mjs"):
			sources.WriteString("\nfunc " + entry.Name() + "(")
		case strings.HasSuffix(path, "_test.go"):
			text, err := os.ReadFile("../" + path)
			sources.WriteString("\n" + string(text))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test[A-Z]\\w*|[\\w-]+\\.test\\.mjs)`").FindAllStringSubmatch(string(raw), -1)
	if len(named) < 20 {
		t.Errorf("the page names only %d tests", len(named))
	}
	for _, name := range named {
		if !strings.Contains(sources.String(), "\nfunc "+name[1]+"(") {
			t.Errorf("docs/sign-in.md names %s, which isn't there", name[1])
		}
	}
}
