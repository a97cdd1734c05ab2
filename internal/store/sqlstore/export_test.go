package sqlstore

import (
	"context"

	"idpond/internal/store"
)

// RollBackAll ends the transaction that the writer has open, behind its back.
func RollBackAll(ctx context.Context, t store.Tx) error {
	_, err := t.(*tx).run.exec(ctx, rollbackCommand)
	return err
}

// DriverDSN is the name under which the store opens a database for reading.
func DriverDSN(dsn string) (string, error) { return driverDSN(dsn, forReading) }
