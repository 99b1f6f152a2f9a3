package dynamotable

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"hookline/shared/store"
)

// Get implements store.Table.
func (t *Table) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if err := key.Check(); err != nil {
		return store.Item{}, err
	}
	answer, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &t.name, Key: encodeKey(key), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return store.Item{}, failure(err)
	}
	if answer.Item == nil {
		return store.Item{}, errNotFound
	}
	items, err := lives([]attributes{answer.Item}, t.now())
	if err != nil {
		return store.Item{}, err
	}
	if len(items) == 0 {
		return store.Item{}, errNotFound
	}
	return items[0], nil
}

// BatchGet implements store.Table. Each item is of its own moment. What DynamoDB leaves unread, for lack of room in its
// answer or of throughput, is asked for again.
func (t *Table) BatchGet(ctx context.Context, keys ...store.Key) ([]store.Item, error) {
	if err := store.CheckBatch(keys); err != nil || len(keys) == 0 {
		return nil, err
	}
	request := types.KeysAndAttributes{ConsistentRead: aws.Bool(true)}
	asked := make(map[store.Key]bool, len(keys)) // DynamoDB refuses a key that comes twice
	for _, key := range keys {
		if !asked[key] {
			asked[key] = true
			request.Keys = append(request.Keys, encodeKey(key))
		}
	}
	var found []attributes
	left := map[string]types.KeysAndAttributes{t.name: request}
	for range attempts(ctx) {
		answer, err := t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: left})
		if err != nil {
			return nil, failure(err)
		}
		found = append(found, answer.Responses[t.name]...)
		if left = answer.UnprocessedKeys; len(left) == 0 {
			return lives(found, t.now())
		}
	}
	return nil, errBusy
}

// Query implements store.Table.
func (t *Table) Query(ctx context.Context, q store.Query) ([]store.Item, error) {
	if err := (store.Key{PK: q.PK, SK: "-"}).Check(); err != nil {
		return nil, err
	}
	after, more := start(q)
	if !more {
		return nil, nil
	}
	now := t.now()
	request := &dynamodb.QueryInput{
		TableName: &t.name, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(!q.Newest), ExclusiveStartKey: after,
		KeyConditionExpression: aws.String("pk = :pk"), FilterExpression: aws.String(isLive),
		ExpressionAttributeValues: attributes{":pk": str(q.PK), ":now": num(now.Unix())},
	}
	if q.Prefix != "" {
		request.KeyConditionExpression = aws.String("pk = :pk AND begins_with(sk, :prefix)")
		request.ExpressionAttributeValues[":prefix"] = str(q.Prefix)
	}
	found, err := t.pages(ctx, request, q.Limit)
	if err != nil {
		return nil, err
	}
	return lives(found, now)
}

// start gives the key to go on behind, nil for the first page; no more if nothing can follow. DynamoDB refuses one that
// lies outside the prefix.
func start(q store.Query) (after attributes, more bool) {
	switch {
	case q.After == "":
		return nil, true
	case strings.HasPrefix(q.After, q.Prefix):
		return encodeKey(store.Key{PK: q.PK, SK: q.After}), true
	}
	return nil, (q.After > q.Prefix) == q.Newest
}

// firstPage is how many items a limited query looks at first, at least.
const firstPage = 20

// pages asks until there are limit items, 0: all. A page's limit counts expired items too, so pages grow: a long row of
// expired items does not cost a request each.
func (t *Table) pages(ctx context.Context, request *dynamodb.QueryInput, limit int) (found []attributes, err error) {
	for size := max(limit, firstPage); ; size = min(2*size, 1000) {
		if limit > 0 {
			request.Limit = aws.Int32(int32(size))
		}
		answer, err := t.client.Query(ctx, request)
		if err != nil {
			return nil, failure(err)
		}
		found = slices.Concat(found, answer.Items)
		switch request.ExclusiveStartKey = answer.LastEvaluatedKey; {
		case limit > 0 && len(found) >= limit:
			return found[:limit], nil
		case len(request.ExclusiveStartKey) == 0:
			return found, nil
		}
	}
}
