package dynamotable

import (
	"time"

	"hookline/shared/store"
)

// DynamoDB deletes expired items within days, so that every condition looks at expires_at itself. Comparing an attribute
// that is absent is false.
const (
	isAbsent  = "(attribute_not_exists(pk) OR expires_at <= :now)"
	isVersion = "version = :version AND (attribute_not_exists(expires_at) OR expires_at > :now)"
	isLive    = "attribute_not_exists(expires_at) OR expires_at > :now"
	isOlder   = "(attribute_not_exists(pk) OR version < :next)"
	anything  = "attribute_exists(pk) OR attribute_not_exists(pk)"
)

// condition is a condition expression and the values it names.
type condition struct {
	expression string
	values     attributes
}

// conditionOf is cond at the time now.
func conditionOf(cond store.Condition, now time.Time) condition {
	switch cond {
	case store.Always:
		return condition{expression: anything}
	case store.Absent:
		return condition{isAbsent, attributes{":now": num(now.Unix())}}
	}
	return condition{isVersion, attributes{":now": num(now.Unix()), ":version": num(int64(cond))}}
}

// putCondition is cond, and that the version goes up: another process's clock may be ahead of ours, and an expired item
// that lies there had versions as well.
func putCondition(cond store.Condition, version int64, now time.Time) condition {
	next := attributes{":next": num(version)}
	switch cond {
	case store.Always:
		return condition{isOlder, next}
	case store.Absent:
		next[":now"] = num(now.Unix())
		return condition{isAbsent + " AND " + isOlder, next}
	}
	return conditionOf(cond, now) // the new version is above the one it names
}

// holds tells whether cond is true of what lies in the table, expired or not.
func holds(cond store.Condition, found stored, now time.Time) bool {
	if !found.live(now) {
		return cond == store.Always || cond == store.Absent
	}
	return cond == store.Always || cond == store.IfVersion(found.Version)
}
