package cloud

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

// minSecret is how many characters a secret has at least: with 43 letters and digits it is as hard to guess as a key of 32
// bytes. CloudFormation makes one with GenerateSecretString: PasswordLength 64, ExcludePunctuation true.
const minSecret = 43

// Stages of a secret in Secrets Manager. Changing a secret moves its value from the current one to the previous one.
const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
)

// labelMaster keeps master keys apart from all else that might be made of the secret.
const labelMaster = "hookline master key"

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
	text := aws.ToString(value.SecretString)
	if len(text) < minSecret {
		return nil, bot.Errorf(bot.Invalid,
			fmt.Sprintf("the secret (%s) has %d characters, the least is %d", stage, len(text), minSecret))
	}
	key, err := hkdf.Key(sha256.New, []byte(text), nil, labelMaster, secret.KeyBytes)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "master key", err)
	}
	return key, nil
}
