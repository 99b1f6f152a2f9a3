package cli

import (
	"fmt"
	"io"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

type adminTokenCommand struct {
	Account string `default:"admin" help:"Whose token."`
}

func (adminTokenCommand) Help() string {
	return `Reads the master secret of a stack from standard input and prints the admin
token that is derived from it. It asks no server.

  aws secretsmanager get-secret-value --secret-id NAME --query SecretString \
    --output text | hookline admin-token`
}

// maxSecretText bounds what is read: a secret in Secrets Manager has at most 64 KB.
const maxSecretText = 64 << 10

func (c *adminTokenCommand) Run(s *session) error {
	text, err := io.ReadAll(io.LimitReader(s.Stdin, maxSecretText))
	if err != nil {
		return fmt.Errorf("the master secret cannot be read: %w", err)
	}
	key, err := secret.MasterKey(bot.Secret(text))
	if err != nil {
		return err
	}
	keys, err := secret.New(key)
	if err != nil {
		return err
	}
	token := keys.AdminToken(c.Account).Reveal()
	return s.print(map[string]string{"token": token}, func(w io.Writer) { fmt.Fprintln(w, token) })
}
