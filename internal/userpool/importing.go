package userpool

import (
	"slices"
	"strings"
	"time"
)

// The states of an import job (reference: api-behaviour §20.7).
//
//	Created ─▶ Pending ─▶ InProgress ─▶ Succeeded, Failed
//	   │          │           └─▶ Stopping ─▶ Stopped
//	   │          └─▶ Stopped
//	   └─▶ Expired
const (
	ImportCreated    = "Created"
	ImportPending    = "Pending"
	ImportInProgress = "InProgress"
	ImportStopping   = "Stopping"
	ImportStopped    = "Stopped"
	ImportSucceeded  = "Succeeded"
	ImportFailed     = "Failed"
	ImportExpired    = "Expired"
)

// ImportsUnderWay are the states of a job that is started and not done yet. A pool
// has at most one such job, and its schema does not change meanwhile.
func ImportsUnderWay() []string { return []string{ImportPending, ImportInProgress, ImportStopping} }

// The columns of an import that are no attributes.
const (
	columnMFA      = "cognito:mfa_enabled"
	columnUsername = "cognito:username"
	// ColumnPasswordHash is in the files of jobs with a PasswordHashingAlgorithm only.
	ColumnPasswordHash = "cognito:password_hash"
)

// CSVHeader gives the columns of a file that imports users: every attribute that
// can be written, in the schema's order, and two of the import's own.
func (p *Pool) CSVHeader() []string {
	columns := make([]string, 0, len(p.Settings.SchemaAttributes)+2)
	for _, a := range p.Settings.SchemaAttributes {
		if a.Name != sub && a.Name != identities {
			columns = append(columns, a.Name)
		}
	}
	return append(columns, columnMFA, columnUsername)
}

// ImportHeaderProblem says why a file with these columns can't be imported, or "":
// all of CSVHeader must be there, in any order, and nothing else.
func (p *Pool) ImportHeaderProblem(columns []string, withHashes bool) string {
	want := p.CSVHeader()
	if withHashes {
		want = append(want, ColumnPasswordHash)
	}
	for i, c := range columns {
		switch {
		case slices.Contains(columns[:i], c):
			return headerProblem("The header of the file repeats the column ", c)
		case !slices.Contains(want, c):
			return headerProblem("The header of the file has an unknown column: ", c)
		}
	}
	for _, c := range want {
		if !slices.Contains(columns, c) {
			return headerProblem("The header of the file lacks the column ", c)
		}
	}
	return ""
}

// headerProblem names a column, as long as the whole fits a CompletionMessage.
func headerProblem(sentence, column string) string {
	if r := []rune(column); len(r) > 40 {
		column = string(r[:40]) + "…"
	}
	return sentence + column + "."
}

// ImportedRow is one line of an import, read.
type ImportedRow struct {
	Username     string
	Attributes   map[string]string // values as they are stored
	MFA          bool              // cognito:mfa_enabled
	PasswordHash string            // "" for none
}

// ImportedRow reads the trimmed values of a line under columns, of which
// ImportHeaderProblem found none wrong. problem is the sentence that refuses the
// line, "" when the forms of its values are right. It repeats none of them.
func (p *Pool) ImportedRow(columns, values []string) (row ImportedRow, problem string) {
	row.Attributes = make(map[string]string, 8)
	for i, column := range columns {
		value := values[i]
		if value == "" {
			continue
		}
		switch column {
		case columnUsername:
			row.Username = value
		case ColumnPasswordHash:
			row.PasswordHash = value
		case columnMFA:
			if problem = p.importedMFA(&row, value); problem != "" {
				return row, problem
			}
		default:
			if row.Attributes[column], problem = p.importedValue(column, value); problem != "" {
				return row, problem
			}
		}
	}
	if row.Username == "" {
		return row, "The user record has no " + columnUsername + "."
	}
	if kind, _ := p.NewUsernameProblem(row.Username); kind != "" && row.Attributes[string(kind)] == "" {
		row.Attributes[string(kind)] = row.Username // it is the address
	}
	return row, p.autoVerifiedProblem(row.Attributes)
}

// importedMFA reads cognito:mfa_enabled, which must fit the pool.
func (p *Pool) importedMFA(row *ImportedRow, value string) string {
	text, problem := importedBoolean(columnMFA, value)
	if problem != "" {
		return problem
	}
	row.MFA = text == "true"
	switch p.Settings.MfaConfiguration {
	case MFAOn:
		if !row.MFA {
			return columnMFA + " must be true or blank, because the user pool requires MFA."
		}
	case MFAOff:
		if row.MFA {
			return columnMFA + " must be false or blank, because the user pool has no MFA."
		}
	}
	return ""
}

// importedValue gives the stored form of an attribute's value.
func (p *Pool) importedValue(name, value string) (stored, problem string) {
	if a := p.SchemaAttribute(name); a != nil && a.AttributeDataType == "Boolean" {
		return importedBoolean(name, value)
	}
	if name != birthdate {
		return value, ""
	}
	date, err := time.Parse("01/02/2006", value)
	if err != nil {
		return "", "birthdate must be a date of the form mm/dd/yyyy."
	}
	return date.Format(dateOnlyTemplate), ""
}

func importedBoolean(name, value string) (stored, problem string) {
	switch {
	case strings.EqualFold(value, "true"):
		return "true", ""
	case strings.EqualFold(value, "false"):
		return "false", ""
	}
	return "", name + " must be TRUE or FALSE."
}

// autoVerifiedProblem wants one of the auto-verified attributes to be there and
// verified: only so can the user set a password.
func (p *Pool) autoVerifiedProblem(attributes map[string]string) string {
	for _, name := range p.Settings.AutoVerifiedAttributes {
		if attributes[name] != "" && attributes[VerifiedName(name)] == "true" {
			return ""
		}
	}
	return "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true)."
}
