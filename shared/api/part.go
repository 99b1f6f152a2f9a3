package api

import (
	"fmt"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
)

// part is a field of the bot file whose elements are read and changed one by one.
type part struct {
	field, one string
	// list: the field is a list of objects with names, in the order that matters; else an object by name.
	list bool
	// kind is the JSON type of an element.
	kind string
}

var parts = []part{
	{"handlers", "handler", true, huma.TypeObject}, {"states", "state", false, huma.TypeObject}, {"env", "env", false, huma.TypeString},
	{"hooks", "hook", true, huma.TypeObject}, {"channels", "channel", false, huma.TypeObject},
}

func (p part) missing(botName, name string) error {
	return bot.Errorf(bot.NotFound, fmt.Sprintf("bot %s has no %s %s", botName, p.one, name))
}

// in is nil if the bot file has an element of the name.
func (p part) in(doc document, botName, name string) error {
	if _, ok := p.get(doc, name); !ok {
		return p.missing(botName, name)
	}
	return nil
}

// find gives where the element of a name is, -1 if there is none.
func (p part) find(list []any, name string) int {
	return slices.IndexFunc(list, func(element any) bool {
		object, _ := element.(map[string]any)
		return object["name"] == name
	})
}

func (p part) get(doc document, name string) (any, bool) {
	if object, ok := doc[p.field].(map[string]any); ok {
		value, ok := object[name]
		return value, ok
	}
	list, _ := doc[p.field].([]any)
	if at := p.find(list, name); at >= 0 {
		return list[at], true
	}
	return nil, false
}

// set writes an element in its place, a new one at the end. One of a list bears the name of its address, if it bears none.
func (p part) set(doc document, name string, value any) error {
	if !p.list {
		object, _ := doc[p.field].(map[string]any)
		if object == nil {
			object = document{}
		}
		object[name] = value
		doc[p.field] = object
		return nil
	}
	element, ok := value.(map[string]any)
	if !ok {
		return bot.Errorf(bot.Invalid, "a "+p.one+" is an object")
	}
	if element["name"] == nil {
		element["name"] = name
	}
	list, _ := doc[p.field].([]any)
	if at := p.find(list, name); at >= 0 {
		list[at] = element
	} else {
		list = append(list, any(element))
	}
	doc[p.field] = list
	return nil
}

func (p part) remove(doc document, name string) {
	if object, ok := doc[p.field].(map[string]any); ok {
		delete(object, name)
		return
	}
	list, _ := doc[p.field].([]any)
	at := p.find(list, name)
	doc[p.field] = slices.Delete(list, at, at+1)
}
