package tabletest

import (
	"context"

	"hookline/shared/store"
)

// Interrupted is a table on which somebody else is quicker: Act is called once, just before the first transaction.
type Interrupted struct {
	store.Table
	Act func()
}

// Transact implements store.Table.
func (i *Interrupted) Transact(ctx context.Context, ops ...store.Op) error {
	if act := i.Act; act != nil {
		i.Act = nil
		act()
	}
	return i.Table.Transact(ctx, ops...)
}
