package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"idpond/internal/store"
)

const (
	documentColumns           = `pool_id, kind, id, name, data, created_at, updated_at`
	selectDocument  statement = `SELECT ` + documentColumns + ` FROM documents
		WHERE pool_id = $1 AND kind = $2 AND id = $3`
	selectDocumentToEdit statement = selectDocument + lockRow
	selectDocumentByName statement = `SELECT ` + documentColumns + ` FROM documents
		WHERE pool_id = $1 AND kind = $2 AND name = $3`
	selectDocumentByNameToEdit statement = selectDocumentByName + lockRow
	listDocuments              statement = `SELECT ` + documentColumns + ` FROM documents
		WHERE pool_id = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT CAST($4 AS BIGINT)`
	countDocuments statement = `SELECT COUNT(*) FROM documents WHERE pool_id = $1 AND kind = $2`
	insertDocument statement = `INSERT INTO documents (` + documentColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`

	// A name that another document has is looked for, because a violated key ends a
	// transaction on PostgreSQL.
	nameIsFree = ` NOT EXISTS (SELECT 1 FROM documents o WHERE o.pool_id = $1 AND o.kind = $2 AND o.name = $4 AND o.id <> $3)`

	updateDocument statement = `UPDATE documents SET name = $4, data = $5, updated_at = $6
		WHERE pool_id = $1 AND kind = $2 AND id = $3 AND` + nameIsFree
	upsertDocument statement = `INSERT INTO documents (` + documentColumns + `)
		SELECT $1, $2, $3, $4, $5, $6, $7 WHERE` + nameIsFree + `
		ON CONFLICT (pool_id, kind, id) DO UPDATE SET
		name = excluded.name, data = excluded.data, updated_at = excluded.updated_at`
	deleteDocument statement = `DELETE FROM documents WHERE pool_id = $1 AND kind = $2 AND id = $3`
)

func documentIdentity(d *store.Document) []byte {
	return identity("documents", d.PoolID, string(d.Kind), d.ID)
}

func (r *reads) scanDocument(rows *sql.Rows) (*store.Document, error) {
	var d store.Document
	var name sql.NullString
	var sealed []byte
	var created, updated int64
	if err := rows.Scan(&d.PoolID, (*string)(&d.Kind), &d.ID, &name, &sealed, &created, &updated); err != nil {
		return nil, err
	}
	d.Name, d.CreatedAt, d.UpdatedAt = name.String, fromMicros(created), fromMicros(updated)
	var err error
	d.Data, err = r.openBytes(sealed, documentIdentity(&d))
	return &d, err
}

// documentName is a second name as it is stored: none is NULL, which is like no
// other.
func documentName(d *store.Document) sql.NullString {
	return sql.NullString{String: d.Name, Valid: d.Name != ""}
}

// Document implements store.Documents.
func (r *reads) Document(ctx context.Context, poolID string, kind store.DocumentKind, id string) (*store.Document, error) {
	return get(ctx, r, r.toEdit(selectDocument, selectDocumentToEdit), r.scanDocument, poolID, string(kind), id)
}

// DocumentByName implements store.Documents.
func (r *reads) DocumentByName(
	ctx context.Context, poolID string, kind store.DocumentKind, name string,
) (*store.Document, error) {
	s := r.toEdit(selectDocumentByName, selectDocumentByNameToEdit)
	return get(ctx, r, s, r.scanDocument, poolID, string(kind), name)
}

// ListDocuments implements store.Documents.
func (r *reads) ListDocuments(
	ctx context.Context, poolID string, kind store.DocumentKind, after string, limit int,
) ([]*store.Document, error) {
	return all(ctx, r, listDocuments, r.scanDocument, poolID, string(kind), after, limit)
}

// CountDocuments implements store.DocumentTx.
func (t *tx) CountDocuments(ctx context.Context, poolID string, kind store.DocumentKind) (int, error) {
	n, err := get(ctx, &t.reads, countDocuments, scanInt, poolID, string(kind))
	return int(n), err
}

// CreateDocument implements store.DocumentTx. ErrNotFound: there is no such pool.
func (t *tx) CreateDocument(ctx context.Context, d *store.Document) error {
	sealed, err := t.sealBytes(d.Data, documentIdentity(d))
	if err != nil {
		return err
	}
	return t.configure(t.changeOr(ctx, store.ErrExists, insertDocument,
		d.PoolID, string(d.Kind), d.ID, documentName(d), sealed, micros(d.CreatedAt), micros(d.UpdatedAt)))
}

// UpdateDocument implements store.DocumentTx.
func (t *tx) UpdateDocument(ctx context.Context, d *store.Document) error {
	sealed, err := t.sealBytes(d.Data, documentIdentity(d))
	if err != nil {
		return err
	}
	err = t.changeOr(ctx, store.ErrNotFound, updateDocument,
		d.PoolID, string(d.Kind), d.ID, documentName(d), sealed, micros(d.UpdatedAt))
	if errors.Is(err, store.ErrNotFound) && d.Name != "" { // or there, and the name is not free
		if _, err := t.Document(ctx, d.PoolID, d.Kind, d.ID); err != nil {
			return err
		}
		return store.ErrExists
	}
	return t.configure(staleName(err))
}

// PutDocument implements store.DocumentTx. ErrNotFound: there is no such pool.
func (t *tx) PutDocument(ctx context.Context, d *store.Document) error {
	sealed, err := t.sealBytes(d.Data, documentIdentity(d))
	if err != nil {
		return err
	}
	n, err := t.run.exec(ctx, upsertDocument,
		d.PoolID, string(d.Kind), d.ID, documentName(d), sealed, micros(d.CreatedAt), micros(d.UpdatedAt))
	if err == nil && n == 0 {
		return store.ErrExists
	}
	return t.configure(staleName(t.mapErr(err)))
}

// staleName: a name that was free and no longer is was taken in this moment. The
// transaction can't go on, so it runs again, and then finds the name taken.
func staleName(err error) error {
	if errors.Is(err, store.ErrExists) {
		return store.ErrStale
	}
	return err
}

// DeleteDocument implements store.DocumentTx.
func (t *tx) DeleteDocument(ctx context.Context, poolID string, kind store.DocumentKind, id string) error {
	return t.configure(t.changeOr(ctx, store.ErrNotFound, deleteDocument, poolID, string(kind), id))
}
