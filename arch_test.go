package main_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// rows is the house, bottom up: a package imports only packages of rows above
// its own in this list (that is, of lower number), and what it names itself.
// Subpackages stand in the row of the longest prefix that is listed.
var rows = [][]string{
	0: {"internal/fault", "internal/branding", "internal/foreignhash", "internal/userpool", "internal/seal", "internal/srp", "internal/sigv4", "internal/outbound", "internal/samlmeta", "web", "assets", "migrations", "cognito/api"},
	1: {"internal/store", "internal/message", "internal/trigger", "internal/tokens", "internal/activity", "internal/logdelivery", "internal/throttle"},
	2: {"internal/store/sqlstore", "internal/directory"},
	3: {"internal/account"},
	4: {"internal/auth/risk", "internal/auth", "internal/importer"},
	5: {"oauth"},
	6: {"cognito", "handlers"},
	7: {"", "tools", "e2e", "internal/store/storetest"},
}

// sideways are the imports within a row that the design allows.
var sideways = map[string][]string{
	"internal/activity": {"internal/store"},
	"internal/message":  {"internal/store"},
	"internal/tokens":   {"internal/store"},
	"internal/auth":     {"internal/auth/risk"},
	"e2e":               {""},
}

// rowOf gives the row of a package and the entry that it stands under, the longest
// that fits; row -1 is none.
func rowOf(pkg string) (row int, entry string) {
	row = -1
	for i, entries := range rows {
		for _, e := range entries {
			if (pkg == e || e != "" && strings.HasPrefix(pkg, e+"/")) && (row < 0 || len(e) > len(entry)) {
				row, entry = i, e
			}
		}
	}
	return row, entry
}

// TestImportDirection keeps the house's directions (see CONTRIBUTING.md).
func TestImportDirection(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		from, ours := cutModule(p.ImportPath)
		row, entry := rowOf(from)
		if row < 0 {
			t.Errorf("%s stands in no row: give it a place in rows", from)
			continue
		}
		for _, imp := range p.Imports {
			to, isOurs := cutModule(imp)
			if !isOurs || !ours {
				continue
			}
			toRow, toEntry := rowOf(to)
			if toRow < row || toEntry == entry || allowed(entry, toEntry) {
				continue
			}
			t.Errorf("%s (row %d) must not import %s (row %d)", from, row, to, toRow)
		}
	}
}

func cutModule(path string) (string, bool) {
	if path == "idpond" {
		return "", true
	}
	return strings.CutPrefix(path, "idpond/")
}

func allowed(from, to string) bool {
	for _, s := range sideways[from] {
		if s == to {
			return true
		}
	}
	return false
}
