package dynamotable

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"hookline/shared/store"
)

// Put implements store.Table. A put that was carried out though its answer was lost is found again by its write id; if
// another write has replaced it by then the answer is kind conflict.
func (t *Table) Put(ctx context.Context, item store.Item, cond store.Condition) (int64, error) {
	if err := item.Check(); err != nil {
		return 0, err
	}
	id, floor := newWriteID(), int64(0)
	for range attempts(ctx) {
		now := t.now()
		item.Version = max(store.NextVersion(cond, now), floor+1)
		c := putCondition(cond, item.Version, now)
		_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &t.name, Item: encode(item, id),
			ConditionExpression: &c.expression, ExpressionAttributeValues: c.values,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		if err == nil {
			return item.Version, nil
		}
		if conflicting(err) {
			continue
		}
		found, failed, malformed := failedCondition(err)
		switch {
		case malformed != nil:
			return 0, malformed
		case !failed:
			return 0, failure(err)
		case found.write == id:
			return found.Version, nil
		case !holds(cond, found, now):
			return 0, errConflict
		}
		floor = found.Version
	}
	return 0, errBusy
}

// Delete implements store.Table. With a condition it is a transaction, which DynamoDB recognises when it is repeated: a
// plain delete that was carried out could not tell its own work from another's.
func (t *Table) Delete(ctx context.Context, key store.Key, cond store.Condition) error {
	if cond != store.Always {
		return t.Transact(ctx, store.Op{Verb: store.DeleteVerb, Item: store.Item{Key: key}, Cond: cond})
	}
	if err := key.Check(); err != nil {
		return err
	}
	for range attempts(ctx) {
		_, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &t.name, Key: encodeKey(key)})
		switch {
		case err == nil:
			return nil
		case !conflicting(err):
			return failure(err)
		}
	}
	return errBusy
}

// writeBatch is how many items DynamoDB writes in one request.
const writeBatch = 25

// BatchPut implements store.Table. The last of several items with one key is written. Versions follow the clock alone:
// DynamoDB's batches know no conditions.
func (t *Table) BatchPut(ctx context.Context, items ...store.Item) error {
	if err := store.CheckBatch(items); err != nil {
		return err
	}
	for chunk := range slices.Chunk(t.puts(items), writeBatch) {
		if err := t.writeAll(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) puts(items []store.Item) (puts []types.WriteRequest) {
	id, version := newWriteID(), store.NextVersion(store.Always, t.now())
	at := make(map[store.Key]int, len(items)) // DynamoDB refuses a key that comes twice
	for _, item := range items {
		item.Version = version
		put := types.WriteRequest{PutRequest: &types.PutRequest{Item: encode(item, id)}}
		if i, again := at[item.Key]; again {
			puts[i] = put
			continue
		}
		at[item.Key] = len(puts)
		puts = append(puts, put)
	}
	return puts
}

// writeAll writes until nothing is left unprocessed.
func (t *Table) writeAll(ctx context.Context, puts []types.WriteRequest) error {
	left := map[string][]types.WriteRequest{t.name: puts}
	for range attempts(ctx) {
		answer, err := t.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: left})
		if err != nil {
			return failure(err)
		}
		if left = answer.UnprocessedItems; len(left) == 0 {
			return nil
		}
	}
	return errBusy
}
