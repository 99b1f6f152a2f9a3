package botfile

import (
	"fmt"
	"regexp"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// decoder turns nodes into a definition and notes what does not fit.
type decoder struct {
	report
	providers provider.Set
}

func (d *decoder) complain(n *node, path, format string, args ...any) {
	d.note(bot.Problem{Path: path, Line: n.line}, format, args...)
}

func (d *decoder) definition(root *node) bot.Definition {
	secrets, channels := root.field("secrets"), root.field("channels")
	var def bot.Definition
	fitting := d.fit(root, definitionShape, "")
	if err := decodeExact(fitting.appendJSON(nil), &def); err != nil {
		// The shapes and the types disagree: a test compares them.
		d.complain(root, "", "not a bot file: %v", err)
		return bot.Definition{}
	}
	def.Secrets = d.secrets(secrets)
	def.Channels = d.channels(channels)
	return def
}

// fit gives what of n has the shape, nil if it has another, and complains of the rest. Credentials and channels are left
// out: what they hold depends on the provider.
func (d *decoder) fit(n *node, s *shape, path string) *node {
	switch {
	case s.kind == textOrShape && (n.kind == list || n.kind == object):
		return d.fit(n, s.or, path)
	case n.kind != s.kind.wants() && s.kind != anyShape:
		d.complain(n, path, "%s", mismatch(n, s))
		return nil
	}
	switch s.kind {
	case integerShape:
		return d.fitInteger(n, path)
	case listShape:
		return d.fitList(n, s, path)
	case mapShape:
		return d.fitMap(n, s, path)
	case fieldsShape, responseShape:
		return d.fitFields(n, s, path)
	}
	return n
}

// wants gives the kind of node that a shape is made of.
func (k shapeKind) wants() kind {
	switch k {
	case flagShape:
		return boolean
	case integerShape:
		return number
	case listShape:
		return list
	case mapShape, fieldsShape, responseShape:
		return object
	}
	return text
}

// Priorities and the like: more digits than this are a mistake, and fit no int of 32 bits.
var smallInteger = regexp.MustCompile(`^-?[0-9]{1,9}$`)

func (d *decoder) fitInteger(n *node, path string) *node {
	if !smallInteger.MatchString(n.scalar) {
		d.complain(n, path, "must be a whole number of at most nine digits")
		return nil
	}
	return n
}

func (d *decoder) fitList(n *node, s *shape, path string) *node {
	out := &node{kind: list, line: n.line}
	for i, item := range n.items {
		fitting := d.fit(item, s.of, fmt.Sprintf("%s[%d]", path, i))
		if fitting == nil {
			// Its place stays taken, so that the paths of those behind it stay right.
			fitting = &node{kind: null, line: item.line}
		}
		out.items = append(out.items, fitting)
	}
	return out
}

func (d *decoder) fitMap(n *node, s *shape, path string) *node {
	out := &node{kind: object, line: n.line}
	if s.of.kind == channelShape || s.of.kind == credentialsShape {
		return out
	}
	for i, item := range n.items {
		if fitting := d.fit(item, s.of, join(path, n.keys[i].name)); fitting != nil {
			out.keys = append(out.keys, n.keys[i])
			out.items = append(out.items, fitting)
		}
	}
	return out
}

func (d *decoder) fitFields(n *node, s *shape, path string) *node {
	out := &node{kind: object, line: n.line}
	for i, item := range n.items {
		k := n.keys[i]
		f, known := s.find(k.name)
		switch {
		case !known && s.kind == responseShape && d.isProvider(k.name):
			f.shape = mapOf(anything)
		case !known:
			d.unknown(k, s, path)
			continue
		case item.kind == null:
			continue
		}
		if fitting := d.fit(item, f.shape, join(path, k.name)); fitting != nil {
			out.keys = append(out.keys, k)
			out.items = append(out.items, fitting)
		}
	}
	return out
}

func (d *decoder) unknown(k key, s *shape, path string) {
	names := s.fieldNames()
	if s.kind == responseShape {
		names = slices.Concat(names, providerNames(d.providers))
	}
	d.note(bot.Problem{Path: join(path, k.name), Line: k.line}, "unknown field %q%s", shorten(k.name), didYouMean(k.name, names))
}

func (d *decoder) isProvider(name string) bool {
	return slices.Contains(providerNames(d.providers), name)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// mismatch says what was expected and what to write. It shows scalars: no credential comes here.
func mismatch(n *node, s *shape) string {
	scalar := n.kind == boolean || n.kind == number || n.kind == text
	switch wants := s.kind.wants(); {
	case wants == text && n.kind == null:
		return `must be text, and is empty: write ""`
	case wants == text && scalar:
		return fmt.Sprintf("must be text: write %q", n.scalar)
	case wants == boolean && n.kind == text:
		return "must be true or false, without quotes"
	case wants == number && n.kind == text:
		return "must be a whole number, without quotes"
	case wants == list && scalar && s.of.kind.wants() == text:
		return fmt.Sprintf("must be a list: write [%s]", flow(n))
	case wants == object && s.kind == mapShape:
		return fmt.Sprintf("must be names with values, not %s", kindNames[n.kind])
	default:
		return fmt.Sprintf("must be %s, not %s", kindNames[wants], kindNames[n.kind])
	}
}
