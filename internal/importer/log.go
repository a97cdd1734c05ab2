package importer

import (
	"context"
	"io"
)

// logLines is how many lines of a log are read at once.
const logLines = 1000

// WriteLog writes what became of each row so far, a line each. Faults:
// InvalidSignature, ExpiredToken, ResourceNotFound; then nothing is written.
func (s *Service) WriteLog(ctx context.Context, a Address, to io.Writer) error {
	if err := s.admit(a); err != nil {
		return err
	}
	if _, err := s.Store.ImportJob(ctx, a.PoolID, a.JobID); err != nil {
		return noJob(err, a.JobID)
	}
	for after := int64(0); ; {
		lines, err := s.Store.ImportLog(ctx, a.PoolID, a.JobID, after, logLines)
		if err != nil {
			return err
		}
		var text []byte
		for _, l := range lines {
			text = append(append(text, l.Text...), '\n')
		}
		if _, err := to.Write(text); err != nil {
			return err
		}
		if len(lines) < logLines {
			return nil
		}
		after = lines[len(lines)-1].Line
	}
}
