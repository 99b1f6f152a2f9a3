package cloud

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

// Stages of a secret in Secrets Manager. Changing a secret moves its value from the current one to the previous one.
const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
)

// readKeys makes the master keys of a secret's current value and, if there is one, of its previous value.
func readKeys(ctx context.Context, client *secretsmanager.Client, id string) (*secret.Keys, error) {
	var current, previous []byte
	var currentErr, previousErr error
	var reading sync.WaitGroup
	reading.Go(func() { current, currentErr = readKey(ctx, client, id, stageCurrent) })
	reading.Go(func() { previous, previousErr = readKey(ctx, client, id, stagePrevious) })
	reading.Wait()
	switch {
	case currentErr != nil:
		return nil, currentErr
	case previousErr != nil:
		return nil, previousErr // without it, what it sealed would look lost
	case current == nil:
		return nil, bot.Errorf(bot.Invalid, EnvSecret+" names no secret, or one without a value")
	case previous == nil:
		return secret.New(current)
	}
	return secret.New(current, previous)
}

// readKey gives the master key of one stage, nil if there is none.
func readKey(ctx context.Context, client *secretsmanager.Client, id, stage string) ([]byte, error) {
	value, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id, VersionStage: &stage})
	if _, absent := errors.AsType[*types.ResourceNotFoundException](err); absent {
		return nil, nil
	}
	if err != nil {
		return nil, bot.Wrap(bot.Unavailable, "the secret cannot be read", err)
	}
	return secret.MasterKey(bot.Secret(aws.ToString(value.SecretString)))
}
