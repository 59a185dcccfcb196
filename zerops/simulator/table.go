package simulator

import (
	"iter"
	"slices"
	"time"
)

// table holds the rows of one kind in the order in which they were made, and
// beside them the copies that the search index shows. The index learns of a change
// some time after it happened (platform §1.6), so a search can show a row
// that is gone, miss one that is new and give an old status.
type table[T any] struct {
	world *world
	rows  map[string]*T
	order []string
	list  []*T // the rows in that order

	indexed      map[string]*T
	indexedOrder []string
}

func newTable[T any](w *world) *table[T] {
	return &table[T]{world: w, rows: make(map[string]*T), indexed: make(map[string]*T)}
}

// put stores a new row, or announces that one has changed.
func (t *table[T]) put(id string, row *T) {
	switch known := t.rows[id]; known {
	case row:
	case nil:
		t.order, t.list = append(t.order, id), append(t.list, row)
	default:
		t.list[slices.Index(t.order, id)] = row
	}
	t.rows[id] = row
	if t.world.unindexed {
		return
	}
	shown := *row
	t.later(func() {
		if _, known := t.indexed[id]; !known {
			t.indexedOrder = append(t.indexedOrder, id)
		}
		t.indexed[id] = &shown
	})
}

// remove deletes a row.
func (t *table[T]) remove(id string) {
	if _, known := t.rows[id]; !known {
		return
	}
	delete(t.rows, id)
	i := slices.Index(t.order, id)
	t.order, t.list = slices.Delete(t.order, i, i+1), slices.Delete(t.list, i, i+1)
	if t.world.unindexed {
		return
	}
	t.later(func() {
		delete(t.indexed, id)
		t.indexedOrder = slices.DeleteFunc(t.indexedOrder, func(known string) bool { return known == id })
	})
}

// later runs an update of the index after the index lag.
func (t *table[T]) later(update func()) {
	if t.world.seeding || t.world.indexLag <= 0 {
		update()
		return
	}
	t.world.schedule(t.world.now.Add(t.world.indexLag), update)
}

// get returns a row by id.
func (t *table[T]) get(id string) (*T, bool) {
	row, ok := t.rows[id]
	return row, ok
}

// all yields the rows, oldest first.
func (t *table[T]) all() iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) {
		order := t.order // as long as the list, whatever happens to the table meanwhile
		for i, row := range t.list {
			if !yield(order[i], row) {
				return
			}
		}
	}
}

// searchable yields the rows as the index knows them, oldest first.
func (t *table[T]) searchable() iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) {
		for _, id := range t.indexedOrder {
			if !yield(id, t.indexed[id]) {
				return
			}
		}
	}
}

// sortRows puts the rows of a table in the order of their times, which seeding one
// project after the other does not.
func (t *table[T]) sortRows(created func(*T) time.Time) {
	sortBy(t.order, func(a, b string) int { return created(t.rows[a]).Compare(created(t.rows[b])) })
	for i, id := range t.order {
		t.list[i] = t.rows[id]
	}
}

// reindex brings the index up to date.
func (t *table[T]) reindex() {
	t.indexedOrder = slices.Clone(t.order)
	shown := make([]T, len(t.list))
	for i, row := range t.list {
		shown[i] = *row
		t.indexed[t.order[i]] = &shown[i]
	}
}

// trim drops the oldest rows for which old is true until at most limit rows are
// left, so that an account which runs for months does not grow without end.
func (t *table[T]) trim(limit int, old func(*T) bool) {
	for i := 0; len(t.order) > limit && i < len(t.order); {
		if !old(t.rows[t.order[i]]) {
			i++
			continue
		}
		t.remove(t.order[i])
	}
}
