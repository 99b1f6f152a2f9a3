package cloud

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"hookline/shared/bot"
)

// The variables that Lambda sets, and those that name other endpoints than a region's own, as the SDK has them. The
// SDK's package for them, config, also knows files, sign-on and the metadata of machines, none of which a function has;
// it would be a fifth of each program.
const (
	awsRegion       = "AWS_REGION"
	awsKeyID        = "AWS_ACCESS_KEY_ID"
	awsSecretKey    = "AWS_SECRET_ACCESS_KEY"
	awsSessionToken = "AWS_SESSION_TOKEN"
	awsEndpoint     = "AWS_ENDPOINT_URL" // of all services; of one with _DYNAMODB, _SQS or _SECRETS_MANAGER behind it
)

// environment is the configuration that a function's variables say.
type environment func(name string) string

func (getenv environment) config(client aws.HTTPClient) aws.Config {
	return aws.Config{
		Region: getenv(awsRegion), HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID: getenv(awsKeyID), SecretAccessKey: getenv(awsSecretKey), SessionToken: getenv(awsSessionToken),
				Source: "environment",
			}, nil
		}),
	}
}

// count is a variable that holds a whole number, 0 if it is empty.
func (getenv environment) count(name string) (int, error) {
	n, err := strconv.Atoi(cmp.Or(getenv(name), "0"))
	if err != nil || n < 0 {
		return 0, bot.Errorf(bot.Invalid, fmt.Sprintf("the environment variable %s is %q, not a whole number", name, getenv(name)))
	}
	return n, nil
}

// endpoint is where a service is reached, nil for the region's own.
func (getenv environment) endpoint(service string) *string {
	if url := cmp.Or(getenv(awsEndpoint+"_"+service), getenv(awsEndpoint)); url != "" {
		return &url
	}
	return nil
}
