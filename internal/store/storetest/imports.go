package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"idpond/internal/store"
)

func someJob(id, status string, minutes int) *store.ImportJob {
	return &store.ImportJob{
		PoolID: poolA, ID: id, Status: status, Data: []byte(`{"name":"` + id + `"}`),
		CreatedAt: t0().Add(time.Duration(minutes) * time.Minute),
	}
}

func createJobs(jobs ...*store.ImportJob) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		for _, j := range jobs {
			if err := tx.CreateImportJob(ctx, j); err != nil {
				return err
			}
		}
		return nil
	}
}

func importJobs(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	want := &store.ImportJob{
		PoolID: poolA, ID: "import-1", Status: "InProgress", Worker: "w", LeaseUntil: t0().Add(time.Minute), Line: 1, Offset: 2,
		Imported: 3, Skipped: 4, Failed: 5, Size: 1 << 40, Data: []byte(`{"a":"“b”"}`), CreatedAt: t0(),
	}
	write(t, s, createJobs(want, someJob("import-0", "Created", 0)))
	got, err := s.ImportJob(ctx, poolA, "import-1")
	same(t, want, got, err)
	_, err = s.ImportJob(ctx, poolB, "import-1")
	absent(t, err)
	wantErr(t, s, store.ErrExists, createJobs(want))
	wantErr(t, s, store.ErrNotFound, createJobs(&store.ImportJob{PoolID: "eu-west-1_nopool", ID: "import-1"}))

	*want = store.ImportJob{
		PoolID: poolA, ID: "import-1", Status: "Succeeded", Line: 10, Offset: 20, Imported: 30, Skipped: 40, Failed: 50,
		Size: 60, Data: []byte(`{}`), CreatedAt: t0().Add(time.Hour),
	}
	update := func(ctx context.Context, tx store.Tx) error { return tx.UpdateImportJob(ctx, want) }
	write(t, s, update)
	want.CreatedAt = t0() // it stays
	got, err = s.ImportJob(ctx, poolA, "import-1")
	same(t, want, got, err)
	want.ID = "import-2"
	wantErr(t, s, store.ErrNotFound, update)
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for _, c := range []struct {
			statuses []string
			want     int
		}{{nil, 2}, {[]string{"Created"}, 1}, {[]string{"Succeeded", "Created", "Pending"}, 2}, {[]string{"Pending"}, 0}} {
			n, err := tx.CountImportJobs(ctx, poolA, c.statuses...)
			same(t, c.want, n, err)
		}
		return nil
	})
}

func importPages(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	write(t, s, createJobs(someJob("c", "Created", 1), someJob("a", "Failed", 3), someJob("d", "Created", 2), someJob("b", "Created", 2)))
	for limit := 1; limit <= 5; limit++ {
		var got []string
		var before time.Time
		var beforeID string
		for {
			page, err := s.ListImportJobs(t.Context(), poolA, before, beforeID, limit)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, names(page, func(j *store.ImportJob) string { return j.ID })...)
			if len(page) < limit {
				break
			}
			last := page[len(page)-1]
			before, beforeID = last.CreatedAt, last.ID
		}
		same(t, []string{"a", "d", "b", "c"}, got, nil) // newest first; of one time the greater id
	}
}

func importFiles(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	write(t, s, createJobs(someJob("1", "Created", 0), someJob("2", "Created", 0)))
	put := func(id string, n int, data string) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error {
			return tx.PutImportChunk(ctx, poolA, id, n, []byte(data))
		}
	}
	for n, data := range []string{"a\x00\xff", "b", string(make([]byte, 1<<18))} {
		write(t, s, put("1", n, data))
	}
	write(t, s, put("2", 0, "other"))
	write(t, s, put("1", 1, "bb"))
	for n, want := range []string{"a\x00\xff", "bb", string(make([]byte, 1<<18))} {
		got, err := s.ImportChunk(ctx, poolA, "1", n)
		same(t, want, string(got), err)
	}
	_, err := s.ImportChunk(ctx, poolA, "1", 3)
	absent(t, err)
	wantErr(t, s, store.ErrNotFound, put("3", 0, "no job"))
	for range 2 { // the second time there are none
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteImportChunks(ctx, poolA, "1") })
	}
	_, err = s.ImportChunk(ctx, poolA, "1", 0)
	absent(t, err)
	got, err := s.ImportChunk(ctx, poolA, "2", 0)
	same(t, "other", string(got), err)
}

func importLog(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	write(t, s, createJobs(someJob("1", "InProgress", 0), someJob("2", "InProgress", 0)))
	add := func(id string, lines ...store.ImportLine) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.AddImportLines(ctx, poolA, id, lines) }
	}
	var many []store.ImportLine
	for i := range int64(100) {
		many = append(many, store.ImportLine{Line: 2 + i, Text: fmt.Sprint("“line” ", i)})
	}
	write(t, s, add("1"))
	write(t, s, add("1", many[50:]...))
	write(t, s, add("1", many[:60]...))
	write(t, s, add("2", store.ImportLine{Line: 3, Text: "other\x00"}, store.ImportLine{Line: 3, Text: "last\x00"}))
	var got []store.ImportLine
	for after := int64(0); ; after = got[len(got)-1].Line {
		page, err := s.ImportLog(ctx, poolA, "1", after, 30)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page...)
		if len(page) < 30 {
			break
		}
	}
	same(t, many, got, nil)
	got, err := s.ImportLog(ctx, poolA, "2", 0, 9)
	same(t, []store.ImportLine{{Line: 3, Text: "last"}}, got, err)
	wantErr(t, s, store.ErrNotFound, add("3", store.ImportLine{Line: 1}))
}

func claim(ctx context.Context, s store.Store, worker string, now time.Time) (job *store.ImportJob, err error) {
	err = s.Write(ctx, func(tx store.Tx) (err error) {
		job, err = tx.ClaimImportJob(ctx, worker, now, now.Add(time.Minute))
		return err
	})
	return job, err
}

// importClaims: a job is run by one worker at a time, by another when its lease has
// run out; what nobody ever had comes first, oldest first.
func importClaims(t *testing.T, s store.Store) {
	withPools(t, s, poolA, poolB)
	elsewhere := someJob("b", "Pending", 2)
	elsewhere.PoolID = poolB
	left := someJob("left", "InProgress", -9)
	left.Worker, left.LeaseUntil = "dead", t0().Add(-time.Second)
	stopping := someJob("stopping", "Stopping", -9)
	stopping.Worker, stopping.LeaseUntil = "busy", t0().Add(30*time.Second)
	forgotten := someJob("forgotten", "Created", -9)
	forgotten.LeaseUntil = t0().Add(90 * time.Second)
	write(t, s, createJobs(someJob("a", "Pending", 3), elsewhere, left, stopping, forgotten))
	for i, status := range []string{"Expired", "Stopped", "Failed", "Succeeded"} {
		write(t, s, createJobs(someJob(status, status, -i)))
	}
	for _, step := range []struct {
		id  string
		now time.Time
	}{
		{"b", t0()}, {"a", t0()}, {"left", t0()}, {"", t0()}, {"", t0().Add(30*time.Second - 1000)},
		{"stopping", t0().Add(30 * time.Second)}, {"", t0().Add(time.Minute - 1000)},
		{"left", t0().Add(time.Minute)}, {"", t0().Add(90*time.Second - 1000)}, {"forgotten", t0().Add(90 * time.Second)},
	} {
		before, readErr := s.ImportJob(t.Context(), poolA, step.id)
		got, err := claim(t.Context(), s, "w", step.now)
		switch {
		case step.id == "":
			absent(t, err)
			continue
		case err != nil || got.ID != step.id:
			t.Fatalf("at %v: got job %+v, error %v; want %s", step.now, got, err, step.id)
		}
		if readErr == nil { // all else stays as it was
			before.Worker, before.LeaseUntil = "w", step.now.Add(time.Minute)
			same(t, before, got, nil)
		}
		kept, err := s.ImportJob(t.Context(), got.PoolID, got.ID)
		same(t, got, kept, err)
		// A job that is done with is claimed no more, whatever its lease.
		if step.id != "left" {
			got.Status, got.LeaseUntil = "Succeeded", time.Time{}
			write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.UpdateImportJob(ctx, got) })
		}
	}
}

// raceClaims: 64 workers want one job, one gets it; of eight jobs each has one worker.
// A job that is renewed by its worker while others claim it stays with one of them.
func raceClaims(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	write(t, s, createJobs(someJob("one", "Pending", 0)))
	oneWinner(t, parallel(64, func(i int) error {
		_, err := claim(t.Context(), s, fmt.Sprint("w", i), t0())
		return err
	}), store.ErrNotFound)

	later := t0().Add(time.Second)
	for i := range 8 {
		write(t, s, createJobs(someJob(fmt.Sprint("job", i), "Pending", 0)))
	}
	claimed := make([]string, 64)
	for _, err := range parallel(64, func(i int) error {
		j, err := claim(t.Context(), s, fmt.Sprint("w", i), later)
		if err == nil {
			claimed[i] = j.ID
		}
		return err
	}) {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
	}
	seen := map[string]int{}
	for _, id := range claimed {
		seen[id]++
	}
	for i := range 8 {
		if n := seen[fmt.Sprint("job", i)]; n != 1 {
			t.Errorf("job%d was given to %d workers", i, n)
		}
	}
}

// raceImportUpdates: counts that many add to at once are all kept.
func raceImportUpdates(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	write(t, s, createJobs(someJob("1", "InProgress", 0)))
	errs := parallel(32, func(i int) error {
		return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
			j, err := tx.ImportJob(ctx, poolA, "1")
			if err != nil {
				return err
			}
			j.Imported++
			return tx.UpdateImportJob(ctx, j)
		})
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	j, err := s.ImportJob(t.Context(), poolA, "1")
	same(t, 32, j.Imported, err)
}
