package dynamotable_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"hookline/infra/emulators"
	"hookline/shared/store"
	"hookline/shared/store/dynamotable"
	"hookline/shared/store/tabletest"
)

func TestTable(t *testing.T) {
	tabletest.Run(t, func(t *testing.T, now func() time.Time) store.Table {
		client := dynamodb.NewFromConfig(emulators.DynamoDB(t))
		return dynamotable.New(client, emulators.CreateTable(t, client), now)
	}, tabletest.Capabilities{TornBatch: true})
}
