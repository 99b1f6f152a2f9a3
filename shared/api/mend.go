package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// maxUnsent bounds the replies of a letter, as those of a turn are: its item must stay one that tables take.
const maxUnsent = 128 << 10

func (a *API) registerMend(h huma.API) {
	o, body := written("mend-dead", http.MethodPatch, "/v1/bots/{bot}/dead/{letter}", "Change what a dead letter has not sent yet")
	o.Description = `A JSON merge patch (RFC 7396) of unsent parts, by their numbers: {"parts": {"2": {"text": "Hi", "format": null}, "3": null}}. ` +
		"Parts are counted from 1, those that were sent with them, as errors count them. Of a part text, format, keyboard ([[\"Yes\"]]) and " +
		"media ({\"kind\": \"photo\", \"source\": …}) can be changed; null in place of a part drops it. What comes of it is cut and checked as " +
		"the channel's network wants it. Redrive the letter then. 409: nothing is unsent, so that the bot is what to mend, or the letter's job is on its way."
	o.MaxBodyBytes = maxSending
	huma.Register(h, o, answering(a, a.mendDead))
	for _, content := range body.Content {
		content.Schema = &huma.Schema{
			Type: huma.TypeObject, Required: []string{"parts"},
			Properties: map[string]*huma.Schema{"parts": {Type: huma.TypeObject, Description: "changes of parts, by number"}},
		}
	}
}

type mendInput struct {
	Bot     string `path:"bot"`
	Letter  string `path:"letter"`
	IfMatch string `header:"If-Match" doc:"the ETag that was read: 412 if it has been changed since"`
	RawBody []byte `contentType:"application/json"`
}

// mendDead leaves the text out of the audit: it names the parts.
func (a *API) mendDead(ctx context.Context, in *mendInput) (*deadOutput, error) {
	changes, err := changesOf(in.RawBody)
	if err != nil {
		return nil, err
	}
	head, letter, err := a.deadLetter(ctx, &deadInput{in.Bot, in.Letter})
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(unchanged(in.IfMatch, contentTag(letter.Unsent), "the letter"), mendable(letter)); err != nil {
		return nil, err
	}
	ch, err := a.Store.Channel(ctx, letter.Channel)
	if err != nil {
		return nil, err
	}
	network := a.Providers[ch.Provider]
	if network == nil {
		return nil, bot.Errorf(bot.Unsupported, "this program does not speak with "+ch.Provider)
	}
	recordOf(ctx).name("parts", strings.Join(slices.Sorted(maps.Keys(changes)), ","))
	if letter.Unsent, err = (mending{network, changes}).replies(letter.Unsent); err != nil {
		return nil, err
	}
	if note := "what had not been sent was mended by " + callerOf(ctx).name; !slices.Contains(letter.Decision.Notes, note) {
		letter.Decision.Notes = append(letter.Decision.Notes, note)
	}
	return deadAnswer(letter, head), a.Store.MendDeadLetter(ctx, letter)
}

// changesOf reads changes of parts by number.
func changesOf(body []byte) (map[string]any, error) {
	var patch map[string]any
	if err := bodyOf(body, &patch); err != nil {
		return nil, err
	}
	changes, ok := patch["parts"].(map[string]any)
	if !ok || len(patch) != 1 || len(changes) == 0 {
		return nil, bot.Errorf(bot.Invalid, `give changes of parts by number, as {"parts": {"1": {"text": "Hi"}}}`)
	}
	return changes, nil
}

func mendable(letter bot.DeadLetter) error {
	if (&bot.Outbox{Replies: letter.Unsent}).Left() == 0 {
		return bot.Errorf(bot.Conflict, "the letter has no unsent parts, and its job is handled anew: mend the bot and redrive the letter")
	}
	if !letter.RedrivenAt.IsZero() {
		return bot.Errorf(bot.Conflict, "the letter has been redriven, and its job is on the way: wait until it has succeeded or is buried again")
	}
	return nil
}

// mending changes parts, by number, for a network.
type mending struct {
	network provider.Provider
	changes map[string]any
}

// replies gives replies with the changes made.
func (m mending) replies(replies []bot.Reply) ([]bot.Reply, error) {
	number, left := 0, maps.Clone(m.changes)
	for i := range replies {
		reply := &replies[i]
		var parts []bot.Part
		for at, part := range reply.Parts {
			number++
			pieces := []bot.Part{part}
			change, named := m.changes[strconv.Itoa(number)]
			delete(left, strconv.Itoa(number))
			if named {
				var err error
				if pieces, err = m.part(part, change, at < reply.Sent); err != nil {
					return nil, bot.Wrap(bot.KindOf(err), fmt.Sprintf("part %d: %s", number, bot.PublicMessage(err)), nil)
				}
			}
			parts = append(parts, pieces...)
		}
		reply.Parts = parts
	}
	for unknown := range left {
		return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("there is no part %.20q: the letter has parts 1 to %d", unknown, number))
	}
	if (&bot.Outbox{Replies: replies}).Left() == 0 {
		return nil, bot.Errorf(bot.Invalid, "nothing is left to send: drop the letter instead")
	}
	if text, err := json.Marshal(replies); err != nil || len(text) > maxUnsent {
		return nil, bot.Errorf(bot.TooLarge, fmt.Sprintf("the replies would have %d bytes, the limit is %d", len(text), maxUnsent))
	}
	return replies, nil
}

// part gives what becomes of a part: as many as its network takes it in, none if it is dropped.
func (m mending) part(part bot.Part, change any, sent bool) ([]bot.Part, error) {
	if sent {
		return nil, bot.Errorf(bot.Invalid, "it has been sent")
	}
	if change == nil {
		return nil, nil
	}
	if part.Sign != "" {
		return nil, bot.Errorf(bot.Invalid, "it is a sign, which can only be dropped")
	}
	changed, err := changedPart(part, change)
	if err != nil {
		return nil, err
	}
	if err := m.check(changed); err != nil {
		return nil, err
	}
	pieces := m.network.Split(changed)
	if len(pieces) == 0 {
		return nil, bot.Errorf(bot.Invalid, "it has nothing that "+m.network.Describe().Name+" shows: drop it with null")
	}
	return pieces, nil
}

// mendedFields are those of a part that can be changed.
var mendedFields = []string{"text", "format", "keyboard", "media"}

func changedPart(part bot.Part, change any) (changed bot.Part, err error) {
	fields, ok := change.(map[string]any)
	if !ok || len(fields) == 0 {
		return part, bot.Errorf(bot.Invalid, "give an object of what is changed, or null to drop it")
	}
	for name := range fields {
		if !slices.Contains(mendedFields, name) {
			return part, bot.Errorf(bot.Invalid, fmt.Sprintf("%.20q cannot be changed, only %s", name, strings.Join(mendedFields, ", ")))
		}
	}
	text, err := json.Marshal(part)
	if err != nil {
		return part, bot.Wrap(bot.Internal, "the part cannot be written", err)
	}
	var whole any
	if err := exactly(text, &whole); err != nil {
		return part, err
	}
	if text, err = json.Marshal(merged(whole, fields)); err != nil {
		return part, bot.Wrap(bot.Internal, "the part cannot be written", err)
	}
	return changed, exactly(text, &changed)
}

// check holds a part to what networks refuse and Split does not mend.
func (m mending) check(p bot.Part) error {
	switch {
	case !slices.Contains([]bot.Format{bot.FormatPlain, bot.FormatHTML, bot.FormatMarkdown}, p.Format):
		return bot.Errorf(bot.Invalid, "format must be html, markdown, or null for plain text")
	case p.Media != nil && p.Location != nil:
		return bot.Errorf(bot.Invalid, "it shows a place, and cannot show a file beside it")
	case p.Media != nil && !slices.Contains([]bot.EventKind{bot.Photo, bot.Audio, bot.Video, bot.Document}, p.Media.Kind):
		return bot.Errorf(bot.Invalid, "media.kind must be photo, audio, video or document")
	case p.Media != nil && strings.TrimSpace(p.Media.Source) == "":
		return bot.Errorf(bot.Invalid, "media.source must be a file's address, or the network's id of it")
	case p.Media == nil && p.Location == nil && strings.TrimSpace(p.Text) == "":
		return bot.Errorf(bot.Invalid, "it says nothing: give a text or media, or drop it with null")
	}
	for _, row := range p.Keyboard {
		for _, button := range row {
			if err := m.checkButton(p, button); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m mending) checkButton(p bot.Part, button bot.Button) error {
	network := m.network.Describe()
	limit := network.Limits.PayloadBytes
	address, err := url.Parse(button.URL)
	switch {
	case strings.TrimSpace(button.Text) == "":
		return bot.Errorf(bot.Invalid, "a button needs a text")
	case button.URL != "" && (err != nil || address.Scheme == ""):
		return bot.Errorf(bot.Invalid, fmt.Sprintf("the address of the button %.40q must be one such as https://example.com/menu", button.Text))
	case button.URL == "" && limit > 0 && len(button.Payload) > limit && !provider.SendsLabels(p):
		return bot.Errorf(bot.Invalid, fmt.Sprintf("the payload of the button %.40q has %d bytes, and %s takes %d",
			button.Text, len(button.Payload), network.Name, limit))
	}
	return nil
}
