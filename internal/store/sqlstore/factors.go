package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	deviceColumns = `pool_id, user_id, device_key, name, secret, remembered, last_ip, created_at, updated_at, authenticated_at`

	selectDevice statement = `SELECT ` + deviceColumns + ` FROM devices
		WHERE pool_id = $1 AND user_id = $2 AND device_key = $3`
	listDevices statement = `SELECT ` + deviceColumns + ` FROM devices
		WHERE pool_id = $1 AND user_id = $2 AND device_key > $3 ORDER BY device_key LIMIT CAST($4 AS BIGINT)`
	listRememberedDevices statement = `SELECT ` + deviceColumns + ` FROM devices
		WHERE pool_id = $1 AND user_id = $2 AND device_key > $3 AND remembered ORDER BY device_key LIMIT CAST($4 AS BIGINT)`
	insertDevice statement = `INSERT INTO devices (` + deviceColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`
	rememberDevice statement = `UPDATE devices SET remembered = $4, updated_at = $5
		WHERE pool_id = $1 AND user_id = $2 AND device_key = $3`
	deviceSeen statement = `UPDATE devices SET authenticated_at = $4,
			last_ip = CASE WHEN $5 = '' THEN last_ip ELSE $5 END
		WHERE pool_id = $1 AND user_id = $2 AND device_key = $3`
	deleteDevice statement = `DELETE FROM devices WHERE pool_id = $1 AND user_id = $2 AND device_key = $3`

	passkeyColumns = `pool_id, id, user_id, public_key, relying_party_id, name, attachment, transports, aaguid,
		sign_count, user_verified, backup_eligible, backed_up, created_at, used_at`

	selectPasskey statement = `SELECT ` + passkeyColumns + ` FROM passkeys WHERE pool_id = $1 AND id = $2`
	listPasskeys  statement = `SELECT ` + passkeyColumns + ` FROM passkeys
		WHERE pool_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT CAST($4 AS BIGINT)`
	countPasskeys statement = `SELECT COUNT(*) FROM passkeys WHERE pool_id = $1 AND user_id = $2`
	insertPasskey statement = `INSERT INTO passkeys (` + passkeyColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING`
	deletePasskey statement = `DELETE FROM passkeys WHERE pool_id = $1 AND id = $2 AND user_id = $3`
	passkeyUsed   statement = `UPDATE passkeys SET sign_count = $4, backed_up = $5, used_at = $6
		WHERE pool_id = $1 AND id = $2 AND user_id = $3 AND (sign_count < $4 OR sign_count = 0 AND $4 = 0)`
	selectPasskeyOwner statement = `SELECT user_id FROM passkeys WHERE pool_id = $1 AND id = $2`
)

func softwareTokenIdentity(u *userpool.User) []byte {
	return identity("software_token", u.PoolID, u.ID)
}

// sealSoftwareToken gives the column software_token.
func (r *reads) sealSoftwareToken(u *userpool.User) ([]byte, error) {
	if len(u.SoftwareToken.Secret) == 0 && len(u.SoftwareToken.Pending) == 0 {
		return []byte{}, nil
	}
	return r.sealJSON(u.SoftwareToken, softwareTokenIdentity(u))
}

// openSoftwareToken decodes the column software_token. Most hold nothing.
func (r *reads) openSoftwareToken(w *userRow) error {
	if len(w.softwareToken) == 0 {
		return nil
	}
	return r.openJSON(w.softwareToken, softwareTokenIdentity(&w.user), &w.user.SoftwareToken)
}

// deviceSecret is what is sealed of a device.
type deviceSecret struct {
	Salt     []byte `json:"salt"`
	Verifier []byte `json:"verifier"`
}

func deviceIdentity(d *store.Device) []byte {
	return identity("devices", d.PoolID, d.UserID, d.Key)
}

func (r *reads) scanDevice(rows *sql.Rows) (*store.Device, error) {
	var d store.Device
	var secret []byte
	var created, updated, authenticated int64
	err := rows.Scan(&d.PoolID, &d.UserID, &d.Key, &d.Name, &secret, &d.Remembered, &d.LastIP, &created, &updated, &authenticated)
	if err != nil {
		return nil, err
	}
	d.CreatedAt, d.UpdatedAt, d.AuthenticatedAt = fromMicros(created), fromMicros(updated), fromMicros(authenticated)
	if len(secret) == 0 {
		return &d, nil
	}
	var opened deviceSecret
	if err := r.openJSON(secret, deviceIdentity(&d), &opened); err != nil {
		return nil, err
	}
	d.Salt, d.Verifier = opened.Salt, opened.Verifier
	return &d, nil
}

// Device implements store.Devices.
func (r *reads) Device(ctx context.Context, poolID, userID, key string) (*store.Device, error) {
	return get(ctx, r, selectDevice, r.scanDevice, poolID, userID, key)
}

// ListDevices implements store.Devices.
func (r *reads) ListDevices(
	ctx context.Context, poolID, userID string, remembered bool, after string, limit int,
) ([]*store.Device, error) {
	if remembered {
		return all(ctx, r, listRememberedDevices, r.scanDevice, poolID, userID, after, limit)
	}
	return all(ctx, r, listDevices, r.scanDevice, poolID, userID, after, limit)
}

// CreateDevice implements store.DeviceTx.
func (t *tx) CreateDevice(ctx context.Context, d *store.Device) error {
	secret := []byte{}
	if len(d.Verifier) > 0 {
		var err error
		if secret, err = t.sealJSON(deviceSecret{Salt: d.Salt, Verifier: d.Verifier}, deviceIdentity(d)); err != nil {
			return err
		}
	}
	return t.changeOr(ctx, store.ErrExists, insertDevice, d.PoolID, d.UserID, d.Key, plainText(d.Name), secret, d.Remembered,
		plainText(d.LastIP), micros(d.CreatedAt), micros(d.UpdatedAt), micros(d.AuthenticatedAt))
}

// RememberDevice implements store.DeviceTx.
func (t *tx) RememberDevice(ctx context.Context, poolID, userID, key string, remembered bool, now time.Time) error {
	return t.changeOr(ctx, store.ErrNotFound, rememberDevice, poolID, userID, key, remembered, micros(now))
}

// DeviceSeen implements store.DeviceTx.
func (t *tx) DeviceSeen(ctx context.Context, poolID, userID, key, ip string, now time.Time) error {
	return t.changeOr(ctx, store.ErrNotFound, deviceSeen, poolID, userID, key, micros(now), plainText(ip))
}

// DeleteDevice implements store.DeviceTx.
func (t *tx) DeleteDevice(ctx context.Context, poolID, userID, key string) error {
	return t.changeOr(ctx, store.ErrNotFound, deleteDevice, poolID, userID, key)
}

func scanPasskey(rows *sql.Rows) (*store.Passkey, error) {
	var k store.Passkey
	var transports []byte
	var created, used int64
	err := rows.Scan(&k.PoolID, &k.ID, &k.UserID, &k.PublicKey, &k.RelyingPartyID, &k.Name, &k.Attachment, &transports, &k.AAGUID,
		&k.SignCount, &k.UserVerified, &k.BackupEligible, &k.BackedUp, &created, &used)
	if err != nil {
		return nil, err
	}
	k.CreatedAt, k.UsedAt = fromMicros(created), fromMicros(used)
	return &k, fromJSON(transports, &k.Transports)
}

// Passkey implements store.Passkeys.
func (r *reads) Passkey(ctx context.Context, poolID, id string) (*store.Passkey, error) {
	return get(ctx, r, selectPasskey, scanPasskey, poolID, id)
}

// ListPasskeys implements store.Passkeys.
func (r *reads) ListPasskeys(ctx context.Context, poolID, userID, after string, limit int) ([]*store.Passkey, error) {
	return all(ctx, r, listPasskeys, scanPasskey, poolID, userID, after, limit)
}

// CountPasskeys implements store.PasskeyTx.
func (t *tx) CountPasskeys(ctx context.Context, poolID, userID string) (int, error) {
	n, err := get(ctx, &t.reads, countPasskeys, scanInt, poolID, userID)
	return int(n), err
}

// CreatePasskey implements store.PasskeyTx.
func (t *tx) CreatePasskey(ctx context.Context, k *store.Passkey) error {
	aaguid := k.AAGUID
	if aaguid == nil {
		aaguid = []byte{}
	}
	return t.changeOr(ctx, store.ErrExists, insertPasskey, k.PoolID, k.ID, k.UserID, k.PublicKey, plainText(k.RelyingPartyID),
		plainText(k.Name), plainText(k.Attachment), toJSON(k.Transports), aaguid, int64(k.SignCount), k.UserVerified,
		k.BackupEligible, k.BackedUp, micros(k.CreatedAt), micros(k.UsedAt))
}

// DeletePasskey implements store.PasskeyTx.
func (t *tx) DeletePasskey(ctx context.Context, poolID, userID, id string) error {
	return t.changeOr(ctx, store.ErrNotFound, deletePasskey, poolID, id, userID)
}

// PasskeyUsed implements store.PasskeyTx.
func (t *tx) PasskeyUsed(
	ctx context.Context, poolID, userID, id string, signCount uint32, backedUp bool, now time.Time,
) error {
	err := t.changeOr(ctx, store.ErrCloned, passkeyUsed, poolID, id, userID, int64(signCount), backedUp, micros(now))
	if !errors.Is(err, store.ErrCloned) {
		return err
	}
	owner, err := get(ctx, &t.reads, selectPasskeyOwner, scanString, poolID, id)
	switch {
	case err != nil:
		return err
	case owner != userID:
		return store.ErrNotFound
	}
	return store.ErrCloned
}
