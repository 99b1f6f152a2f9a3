package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Shell: bash, zsh or fish."`
}

func (completionCommand) Help() string {
	return `Prints what makes a shell complete commands and flags. It asks no server.

  source <(hookline completion bash)        in ~/.bashrc
  source <(hookline completion zsh)         in ~/.zshrc, after compinit
  hookline completion fish | source         in ~/.config/fish/config.fish`
}

func (c *completionCommand) Run(k *kong.Context, s *session) error {
	words := map[string]func(io.Writer, []completion, []string){"bash": bashWords, "zsh": zshWords, "fish": fishWords}
	var commands []completion
	for _, command := range k.Model.Children {
		if !command.Hidden {
			commands = append(commands, completion{command.Name, command.Help, below(command)})
		}
	}
	words[c.Shell](s.Stdout, commands, flagsOf(k.Model.Node))
	return nil
}

// completion is a command, and what may come behind it.
type completion struct {
	name, help string
	words      []string
}

// below gives the flags of a command and the commands in it.
func below(command *kong.Node) []string {
	words := flagsOf(command)
	for _, child := range command.Children {
		words = append(append(words, child.Name), below(child)...)
	}
	return words
}

func flagsOf(node *kong.Node) (flags []string) {
	for _, flag := range node.Flags {
		flags = append(flags, "--"+flag.Name)
	}
	return flags
}

func bashWords(w io.Writer, commands []completion, flags []string) {
	names := make([]string, 0, len(commands))
	for _, c := range commands {
		names = append(names, c.name)
	}
	fmt.Fprintf(w, "_hookline() {\n\tlocal words=%q\n\tif [ \"$COMP_CWORD\" -gt 1 ]; then\n\t\tcase ${COMP_WORDS[1]} in\n",
		strings.Join(append(names, flags...), " "))
	for _, c := range commands {
		fmt.Fprintf(w, "\t\t%s) words=%q ;;\n", c.name, strings.Join(append(c.words, flags...), " "))
	}
	fmt.Fprint(w, "\t\tesac\n\tfi\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"+
		"complete -o default -F _hookline hookline\n")
}

func zshWords(w io.Writer, commands []completion, flags []string) {
	fmt.Fprint(w, "#compdef hookline\n_hookline() {\n\tlocal -a commands=(\n")
	for _, c := range commands {
		fmt.Fprintf(w, "\t\t%s\n", quoted(c.name+":"+c.help))
	}
	fmt.Fprint(w, "\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n\tcase $words[2] in\n")
	for _, c := range commands {
		fmt.Fprintf(w, "\t%s) compadd -- %s ;;\n", c.name, strings.Join(append(c.words, flags...), " "))
	}
	fmt.Fprint(w, "\tesac\n\t_files\n}\ncompdef _hookline hookline\n")
}

func fishWords(w io.Writer, commands []completion, flags []string) {
	for _, c := range commands {
		fmt.Fprintf(w, "complete -c hookline -n __fish_use_subcommand -f -a %s -d %s\n", c.name, quoted(c.help))
		for _, word := range c.words {
			fmt.Fprintf(w, "complete -c hookline -n '__fish_seen_subcommand_from %s' -a %s\n", c.name, word)
		}
	}
	for _, flag := range flags {
		fmt.Fprintf(w, "complete -c hookline -l %s\n", strings.TrimPrefix(flag, "--"))
	}
}

// quoted keeps a text from the shell. None of ours has a backslash, which fish reads between quotes, too.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
