package engine

import (
	"context"
	"sync"
	"time"

	"hookline/shared/store"
)

const (
	// limitsKept is how long the limits of an account are used before they are read again: a change is seen by then.
	limitsKept = time.Minute
	// maxAccounts bounds how many accounts' limits are kept: beyond it all are read again.
	maxAccounts = 10_000
)

// accountLimits are the limits of the accounts whose bots were busy lately.
type accountLimits struct {
	read func(ctx context.Context, account string) (store.Limits, error)

	mutex sync.Mutex
	known map[string]knownLimits
}

type knownLimits struct {
	store.Limits
	until time.Time
}

// of gives the limits of an account. They are read without the lock: whoever else wants them meanwhile reads them too, and
// waits for nobody.
func (a *accountLimits) of(ctx context.Context, account string, now time.Time) (store.Limits, error) {
	a.mutex.Lock()
	known, ok := a.known[account]
	a.mutex.Unlock()
	if ok && now.Before(known.until) {
		return known.Limits, nil
	}
	limits, err := a.read(ctx, account)
	if err != nil {
		return limits, err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.known == nil || len(a.known) >= maxAccounts {
		a.known = map[string]knownLimits{}
	}
	a.known[account] = knownLimits{limits, now.Add(limitsKept)}
	return limits, nil
}
