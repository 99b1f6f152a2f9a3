package api

import (
	"maps"
	"slices"
)

// pageInput is how lists are read page by page: the cursor is the last answer's next.
type pageInput struct {
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// listInput is for a list of a bot's.
type listInput struct {
	Bot    string `path:"bot"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// paged is the shape of every list: what it is of, by its name, and the cursor of the page behind it, if there is one.
func paged(name string, page any, next string) document {
	answer := document{name: page}
	if next != "" {
		answer["next"] = next
	}
	return answer
}

// cut gives a page of a list that is at hand whole, and tells whether there is more behind it.
func cut[T any](list []T, from, limit int) (page []T, more bool) {
	if list = list[from:]; len(list) > limit {
		return list[:limit], true
	}
	return list, false
}

// sorted gives the page of names behind the cursor. A cursor that is no name any more stands where it would be.
func (in *listInput) sorted(names []string) (page []string, next string) {
	from, found := slices.BinarySearch(names, in.Cursor)
	if found {
		from++
	}
	page, more := cut(names, from, in.Limit)
	if more {
		next = page[in.Limit-1]
	}
	return page, next
}

// names gives the page of what has ids by name.
func (in *listInput) names(ids map[string]string) (page []string, next string) {
	return in.sorted(slices.Sorted(maps.Keys(ids)))
}
