// Package dynamotable keeps the store's items in a DynamoDB table with the string keys pk (partition) and sk (sort), and
// expires_at as its attribute of time to live.
package dynamotable

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"hookline/shared/store"
)

// api is what we call of DynamoDB.
type api interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Table is the store's table in DynamoDB. It keeps no state: any number of processes may have one each.
//
// Requests that DynamoDB answers with 5xx or not at all are sent again by the client. If such a request had been carried
// out, its repetition meets its own work; Put, Delete and Transact tell that from another's and succeed.
type Table struct {
	client api
	name   string
	now    func() time.Time
}

var _ store.Table = (*Table)(nil)

// New gives the table of a name. It does not ask whether the table is there.
func New(client api, name string, now func() time.Time) *Table {
	return &Table{client: client, name: name, now: now}
}
