package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"hookline/shared/bot"
)

// profile is a server that the user has given a name in the configuration file.
type profile struct {
	Server string
	Token  bot.Secret
}

// maxConfig bounds what is read of the configuration file.
const maxConfig = 1 << 20

// readProfile finds the profile that was asked for: nil if none was.
func (s *session) readProfile() (*profile, error) {
	name := s.setting(s.flags.Profile, "HOOKLINE_PROFILE", "")
	if name == "" {
		return nil, nil
	}
	path := s.configFile()
	profiles, err := readProfiles(path)
	if err != nil {
		return nil, err
	}
	found, ok := profiles[name]
	if !ok {
		return nil, &usage{fmt.Sprintf("%s has no profile %s; there is: %s", path, name,
			strings.Join(slices.Sorted(maps.Keys(profiles)), ", "))}
	}
	if found.Server == "" {
		return nil, &usage{fmt.Sprintf("%s: profile %s names no server", path, name)}
	}
	return &found, nil
}

// configFile is where profiles are, as the XDG Base Directory Specification has it.
func (s *session) configFile() string {
	home, _ := s.LookupEnv("HOME")
	return filepath.Join(s.setting("", "XDG_CONFIG_HOME", filepath.Join(home, ".config")), "hookline", "config.yaml")
}

// readProfiles reads the file, which holds tokens and must be for its owner's eyes only.
func readProfiles(path string) (map[string]profile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &usage{fmt.Sprintf("profiles cannot be read: %v", err)}
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, &usage{fmt.Sprintf("profiles cannot be read: %v", err)}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, &usage{path + " may be read by others: chmod 600 " + path}
	}
	text, err := io.ReadAll(io.LimitReader(file, maxConfig))
	if err != nil {
		return nil, &usage{fmt.Sprintf("profiles cannot be read: %v", err)}
	}
	var profiles map[string]profile
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&profiles); err != nil && !errors.Is(err, io.EOF) {
		// The parser shows the lines around a mistake, and a token may be in them.
		return nil, &usage{path + " is not of the form \"name: {server: URL, token: T}\""}
	}
	return profiles, nil
}
