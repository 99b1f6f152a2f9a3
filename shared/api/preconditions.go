package api

import (
	"fmt"
	"net/http"
	"strings"

	"hookline/shared/bot"
)

// versionTag is the ETag of a version.
func versionTag(version int) string { return fmt.Sprintf("\"%d\"", version) }

// matches holds a change to the version that its If-Match names, if it has one: a conflict with status 412 otherwise.
func matches(ifMatch string, version int) error {
	if ifMatch == "" {
		return nil
	}
	for tag := range strings.SplitSeq(ifMatch, ",") {
		if tag = strings.TrimSpace(tag); version > 0 && (tag == "*" || tag == versionTag(version)) {
			return nil
		}
	}
	return preconditionFailed(fmt.Sprintf("If-Match names another version than the live one, which is %d: read it again", version))
}

// absent holds the creation of a bot to there being none, where If-None-Match asks for that.
func absent(ifNoneMatch string, version int) error {
	if ifNoneMatch == "" {
		return nil
	}
	return preconditionFailed(fmt.Sprintf("there is a bot of that name already, version %d", version))
}

func preconditionFailed(message string) error {
	p := newProblem(bot.Errorf(bot.Conflict, message))
	p.Status, p.Title = http.StatusPreconditionFailed, http.StatusText(http.StatusPreconditionFailed)
	return p
}
