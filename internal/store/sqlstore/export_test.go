package sqlstore

// DriverDSN is the name under which the store opens a database for reading.
func DriverDSN(dsn string) (string, error) { return driverDSN(dsn, forReading) }
