package cli_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// complete has bash complete a line and gives the words it offers.
func complete(t *testing.T, line string) []string {
	t.Helper()
	script := file(t, "completion", run(t, nil, "", "completion", "bash").stdout)
	words := strings.Split(line, " ")
	ask := `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hookline; printf '%s\n' "${COMPREPLY[@]}"`
	out, err := exec.CommandContext(t.Context(), "bash", append([]string{"-c", ask, "bash", script}, words...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("bash: %v: %s", err, out)
	}
	return strings.Fields(string(out))
}

func TestBashCompletes(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash")
	}
	for line, want := range map[string]string{
		"hookline red":            "redrive",
		"hookline --ser":          "--server",
		"hookline apply --dr":     "--dry-run",
		"hookline apply --profi":  "--profile",
		"hookline dead pizza --d": "--data",
		"hookline apply pizz":     "",
	} {
		if got := strings.Join(complete(t, line), " "); got != want {
			t.Errorf("completion of %q = %q, want %q", line, got, want)
		}
	}
}

func TestCompletionOfOtherShells(t *testing.T) {
	run(t, nil, "", "completion", "zsh").want(t, 0, "\tredrive) compadd -- --all --", "")
	run(t, nil, "", "completion", "zsh").want(t, 0, "'apply:Check bot files and publish them to the server.'\n", "")
	run(t, nil, "", "completion", "fish").want(t, 0, "__fish_seen_subcommand_from redrive' -a --all\n", "")
	run(t, nil, "", "completion", "fish").want(t, 0, "-a graph -d 'Print a bot'\\''s states", "")
	run(t, nil, "", "completion", "tcsh").want(t, 2, "", "tcsh")
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		script := file(t, filepath.Base(shell), run(t, nil, "", "completion", shell).stdout)
		if out, err := exec.CommandContext(t.Context(), shell, "-n", script).CombinedOutput(); err != nil {
			t.Errorf("%s does not take its script: %v: %s", shell, err, out)
		}
	}
}
