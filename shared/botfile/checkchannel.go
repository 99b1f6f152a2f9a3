package botfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// channels checks each channel against its provider's description.
func (k *check) channels() {
	for _, name := range slices.Sorted(maps.Keys(k.def.Channels)) {
		spec, path := k.def.Channels[name], join("channels", name)
		k.name(path, name)
		p, known := k.providers[spec.Provider]
		switch {
		case known:
			k.channel(path, spec, p.Describe())
			if checker, ok := p.(provider.Checker); ok {
				k.below(path, checker.CheckChannel(spec))
			}
		case slices.Contains(planned, spec.Provider):
			k.fail(join(path, "provider"), "not supported yet: provider %s", spec.Provider)
		case spec.Provider == name:
			known := slices.Sorted(maps.Keys(k.providers))
			k.fail(path, "no provider %q%s; a channel with a name of its own says provider: NAME", name, didYouMean(name, known))
		default:
			known := slices.Sorted(maps.Keys(k.providers))
			k.fail(join(path, "provider"), "no provider %q%s", spec.Provider, didYouMean(spec.Provider, known))
		}
	}
}

// below adds what a provider found in a part of the file.
func (k *check) below(path string, problems []bot.Problem) {
	for _, p := range problems {
		p.Path = join(path, p.Path)
		k.problems = append(k.problems, p)
	}
}

func (k *check) channel(path string, spec bot.ChannelSpec, description provider.Description) {
	names := slices.Clone(ownFields)
	for _, f := range description.Fields {
		names = append(names, f.Name)
		k.channelField(join(path, f.Name), spec, f)
	}
	written := slices.AppendSeq(slices.Collect(maps.Keys(spec.Settings)), maps.Keys(spec.Credentials))
	slices.Sort(written)
	for _, name := range written {
		if !slices.Contains(names, name) {
			k.fail(join(path, name), "unknown field %q%s", name, didYouMean(name, names))
		}
	}
}

func (k *check) channelField(path string, spec bot.ChannelSpec, f provider.Field) {
	if f.Secret {
		k.credentials(path, spec.Credentials[f.Name], f)
		return
	}
	setting, ok := spec.Settings[f.Name]
	if f.Structured && ok {
		return // its provider checks it
	}
	value, _ := setting.(string)
	switch {
	case !ok && f.Required:
		k.fail(path, "is required: %s", f.Doc)
	case ok && strings.Contains(value, "${"):
		k.fail(path, "only credentials are taken from the environment: write the value")
	case ok && len(f.Values) > 0 && !slices.Contains(f.Values, value):
		k.fail(path, "must be one of %s, not %q%s", strings.Join(f.Values, ", "), shorten(value), didYouMean(value, f.Values))
	}
}

func (k *check) credentials(path string, values []bot.Credential, f provider.Field) {
	switch {
	case len(values) == 0 && f.Required:
		k.fail(path, "is required: %s", f.Doc)
	case len(values) > 1 && !f.List:
		k.fail(path, "must be one value, not a list")
	}
	for _, c := range values {
		if message := credentialMistake(c, f.Name); message != "" {
			k.fail(path, "%s", message)
		}
	}
}

// credentialMistake tells a value that only looks like one. It never repeats it.
func credentialMistake(c bot.Credential, name string) string {
	value := c.Value.Reveal()
	switch {
	case c.From != "":
		return ""
	case strings.TrimSpace(value) == "":
		return "is empty"
	case value == c.Value.String():
		return fmt.Sprintf("%q only says that there was a value: write it, or ${NAME}", value)
	case strings.Contains(value, "${"):
		return "must be the whole of ${NAME}, or the value itself"
	case value == "$"+strings.ToUpper(name):
		return "write ${NAME}, with braces, to take it from the environment"
	}
	return ""
}
