package emulators

import (
	"context"
	"crypto/rand"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// CreateTable creates an empty table with the keys that the store has, and gives its name.
func CreateTable(t testing.TB, client *dynamodb.Client) string {
	t.Helper()
	name := rand.Text()
	key := func(attribute string, role dynamotypes.KeyType) dynamotypes.KeySchemaElement {
		return dynamotypes.KeySchemaElement{AttributeName: &attribute, KeyType: role}
	}
	text := func(attribute string) dynamotypes.AttributeDefinition {
		return dynamotypes.AttributeDefinition{
			AttributeName: &attribute, AttributeType: dynamotypes.ScalarAttributeTypeS,
		}
	}
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: dynamotypes.BillingModePayPerRequest,
		KeySchema:            []dynamotypes.KeySchemaElement{key("pk", dynamotypes.KeyTypeHash), key("sk", dynamotypes.KeyTypeRange)},
		AttributeDefinitions: []dynamotypes.AttributeDefinition{text("pk"), text("sk")},
	})
	if err != nil {
		t.Fatalf("CreateTable() = %v", err)
	}
	// The server gets slower with each table that it has.
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Errorf("DeleteTable() = %v", err)
		}
	})
	return name
}

// CreateQueue creates an empty FIFO queue in high-throughput mode and gives its URL. Taken messages are kept from others
// for 90 seconds.
func CreateQueue(t testing.TB, client *sqs.Client) string {
	t.Helper()
	created, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: aws.String(rand.Text() + ".fifo"),
		Attributes: map[string]string{
			string(sqstypes.QueueAttributeNameFifoQueue):           "true",
			string(sqstypes.QueueAttributeNameDeduplicationScope):  "messageGroup",
			string(sqstypes.QueueAttributeNameFifoThroughputLimit): "perMessageGroupId",
			string(sqstypes.QueueAttributeNameVisibilityTimeout):   "90",
		},
	})
	if err != nil {
		t.Fatalf("CreateQueue() = %v", err)
	}
	return *created.QueueUrl
}
