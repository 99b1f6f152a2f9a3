package botfile

import (
	"regexp"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// fromEnvironment is how a credential says where its value is: ${NAME}.
var fromEnvironment = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

func (d *decoder) channels(n *node) map[string]bot.ChannelSpec {
	if n == nil || n.kind != object || len(n.items) == 0 {
		return nil
	}
	channels := make(map[string]bot.ChannelSpec, len(n.items))
	for i, item := range n.items {
		name := n.keys[i].name
		channels[name] = d.channel(item, name)
	}
	return channels
}

func (d *decoder) channel(n *node, name string) bot.ChannelSpec {
	spec := bot.ChannelSpec{Provider: name}
	path := join("channels", name)
	if n.kind != object {
		d.complain(n, path, "must be fields, as {token: ...}")
		return spec
	}
	if named := n.field("provider"); named != nil {
		if named = d.fit(named, textual, join(path, "provider")); named != nil {
			spec.Provider = named.scalar
		}
	}
	if off := n.field("disabled"); off != nil && off.kind != null {
		off = d.fit(off, flag, join(path, "disabled"))
		spec.Disabled = off != nil && off.scalar == "true"
	}
	for i, item := range n.items {
		if item.kind != null && !slices.Contains(ownFields, n.keys[i].name) {
			d.channelField(&spec, n.keys[i].name, item, path)
		}
	}
	return spec
}

// ownFields are those of a channel that are the same for all providers.
var ownFields = []string{"provider", "disabled"}

func (d *decoder) channelField(spec *bot.ChannelSpec, name string, n *node, path string) {
	path = join(path, name)
	if d.isCredential(spec.Provider, name, n) {
		if values := d.credentials(n, path); len(values) > 0 {
			if spec.Credentials == nil {
				spec.Credentials = map[string][]bot.Credential{}
			}
			spec.Credentials[name] = values
		}
		return
	}
	if value, ok := d.setting(spec.Provider, name, n, path); ok {
		if spec.Settings == nil {
			spec.Settings = map[string]any{}
		}
		spec.Settings[name] = value
	}
}

// setting reads a field that is no credential: a text, unless its provider declares more.
func (d *decoder) setting(providerName, name string, n *node, path string) (value any, ok bool) {
	if p, known := d.providers[providerName]; known {
		if f, _ := findField(p.Describe(), name); f.Structured {
			err := decodeExact(n.appendJSON(nil), &value)
			return value, err == nil
		}
	}
	if n = d.fit(n, textual, path); n == nil {
		return nil, false
	}
	return n.scalar, true
}

// isCredential asks the provider. Of a field that no provider declares it goes by what is written: better one setting
// masked than one credential shown.
func (d *decoder) isCredential(providerName, name string, n *node) bool {
	if p, ok := d.providers[providerName]; ok {
		if f, ok := findField(p.Describe(), name); ok {
			return f.Secret
		}
	}
	return n.kind != text || fromEnvironment.MatchString(n.scalar)
}

func findField(description provider.Description, name string) (provider.Field, bool) {
	for _, f := range description.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return provider.Field{}, false
}

// credentials reads one credential or a list of them.
func (d *decoder) credentials(n *node, path string) []bot.Credential {
	if n.kind != list {
		if c, ok := d.credential(n, path); ok {
			return []bot.Credential{c}
		}
		return nil
	}
	var values []bot.Credential
	for _, item := range n.items {
		if c, ok := d.credential(item, path); ok {
			values = append(values, c)
		}
	}
	return values
}

// credential reads a value, ${NAME}, or {value, from} as Wire writes it. Its complaints never show the value.
func (d *decoder) credential(n *node, path string) (bot.Credential, bool) {
	switch n.kind {
	case text:
		if name := fromEnvironment.FindStringSubmatch(n.scalar); name != nil {
			return bot.Credential{From: name[1]}, true
		}
		return bot.Credential{Value: bot.Secret(n.scalar)}, true
	case object:
		return d.openCredential(n, path)
	}
	d.complain(n, path, "must be text: put it in quotes")
	return bot.Credential{}, false
}

func (d *decoder) openCredential(n *node, path string) (c bot.Credential, ok bool) {
	ok = true
	for i, item := range n.items {
		name := n.keys[i].name
		switch {
		case name != "value" && name != "from":
			d.complain(item, path, "must be text, as \"${NAME}\" in quotes")
			return bot.Credential{}, false
		case item.kind != text:
			d.complain(item, path, "%s must be text: put it in quotes", name)
			ok = false
		case name == "value":
			c.Value = bot.Secret(item.scalar)
		default:
			c.From = item.scalar
		}
	}
	return c, ok
}

func (d *decoder) secrets(n *node) map[string]bot.Credential {
	if n == nil || n.kind != object || len(n.items) == 0 {
		return nil
	}
	secrets := make(map[string]bot.Credential, len(n.items))
	for i, item := range n.items {
		name := n.keys[i].name
		if c, ok := d.credential(item, join("secrets", name)); ok {
			secrets[name] = c
		}
	}
	return secrets
}
