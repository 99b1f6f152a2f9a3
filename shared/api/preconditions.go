package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"hookline/shared/bot"
)

// tagOf is the ETag of a bot and its parts: its revision, "" of one that is not there.
func tagOf(revision int64) string {
	if revision == 0 {
		return ""
	}
	return fmt.Sprintf("\"%d\"", revision)
}

// contentTag is the ETag of what has no revision: of what can be changed of it, in a form that JSON has.
func contentTag(changeable any) string {
	text, err := json.Marshal(changeable)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return fmt.Sprintf("%q", hex.EncodeToString(sum[:8]))
}

// unchanged holds a change to the ETag that its If-Match names, if it has one.
func unchanged(ifMatch, tag, what string) error {
	if ifMatch == "" || hasTag(ifMatch, tag) {
		return nil
	}
	return preconditionFailed(what + " has been changed since it was read")
}

// hasTag tells whether a list of ETags has one. Those of If-None-Match may be marked as weak.
func hasTag(tags, tag string) bool {
	for given := range strings.SplitSeq(tags, ",") {
		if given = strings.TrimPrefix(strings.TrimSpace(given), "W/"); tag != "" && (given == "*" || given == tag) {
			return true
		}
	}
	return false
}

// matches holds a change to the revision that its If-Match names, if it has one: a conflict with status 412 otherwise.
func matches(ifMatch string, live bot.Head) error {
	if ifMatch == "" || hasTag(ifMatch, tagOf(live.Revision)) {
		return nil
	}
	if live.Revision == 0 {
		return preconditionFailed("If-Match names a revision, but there is no such bot")
	}
	return preconditionFailed(fmt.Sprintf("If-Match names another revision than the live one, which is %d: read it again", live.Revision))
}

// absent holds the creation of a bot to there being none, where If-None-Match asks for that.
func absent(ifNoneMatch string, live bot.Head) error {
	if ifNoneMatch == "" {
		return nil
	}
	return preconditionFailed(fmt.Sprintf("there is a bot of that name already, version %d", live.Version))
}

func preconditionFailed(message string) error {
	p := newProblem(bot.Errorf(bot.Conflict, message))
	p.Status, p.Title = http.StatusPreconditionFailed, http.StatusText(http.StatusPreconditionFailed)
	return p
}

// fresh has a read answered 304 without a body where its If-None-Match names the live revision.
func fresh(ifNoneMatch string, live bot.Head) error {
	if !hasTag(ifNoneMatch, tagOf(live.Revision)) {
		return nil
	}
	return &problem{Status: http.StatusNotModified, tag: tagOf(live.Revision)}
}

// shownOutput is a bot file or a part of it.
type shownOutput struct {
	ETag         string    `header:"ETag" doc:"the revision: another one after each change of the bot file, its channels included"`
	LastModified time.Time `header:"Last-Modified"`
	Body         json.RawMessage
}

func shown(live bot.Head, value any) (*shownOutput, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "the bot file cannot be written", err)
	}
	return &shownOutput{tagOf(live.Revision), live.UpdatedAt, body}, nil
}
