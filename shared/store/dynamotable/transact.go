package dynamotable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"hookline/shared/store"
)

// Transact implements store.Table. The client gives each request a token and keeps it when it sends the request again, so
// that DynamoDB does not carry it out twice.
func (t *Table) Transact(ctx context.Context, ops ...store.Op) error {
	if err := store.CheckOps(ops); err != nil || len(ops) == 0 {
		return err
	}
	id := newWriteID()
	floors := make([]int64, len(ops)) // versions that puts must be above
	for range attempts(ctx) {
		now := t.now()
		request := &dynamodb.TransactWriteItemsInput{}
		for i, op := range ops {
			op.Item.Version = max(store.NextVersion(op.Cond, now), floors[i]+1)
			request.TransactItems = append(request.TransactItems, t.write(op, id, now))
		}
		_, err := t.client.TransactWriteItems(ctx, request)
		if err == nil {
			return nil
		}
		cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
		if !ok || len(cancelled.CancellationReasons) != len(ops) {
			return failure(err)
		}
		for i, reason := range cancelled.CancellationReasons {
			found, err := judge(ops[i].Cond, reason, now)
			if err != nil {
				return err
			}
			floors[i] = max(floors[i], found)
		}
	}
	return errBusy
}

// judge gives the error of one operation of a cancelled transaction. Without one the transaction is worth trying again,
// if the operation is a put with a version above floor.
func judge(cond store.Condition, reason types.CancellationReason, now time.Time) (floor int64, err error) {
	switch code := aws.ToString(reason.Code); code {
	case "None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
		return 0, nil
	case "ConditionalCheckFailed":
		found, err := before(reason.Item)
		if err != nil {
			return 0, err
		}
		if !holds(cond, found, now) {
			return 0, errConflict
		}
		return found.Version, nil
	default:
		return 0, refused(fmt.Errorf("transaction cancelled: %s: %s", code, aws.ToString(reason.Message)))
	}
}

// write is an operation as DynamoDB takes it; a put stores the version of the operation's item.
func (t *Table) write(op store.Op, id writeID, now time.Time) types.TransactWriteItem {
	const allOld = types.ReturnValuesOnConditionCheckFailureAllOld
	c := conditionOf(op.Cond, now)
	switch op.Verb {
	case store.PutVerb:
		c = putCondition(op.Cond, op.Item.Version, now)
		return types.TransactWriteItem{Put: &types.Put{
			TableName: &t.name, Item: encode(op.Item, id),
			ConditionExpression: &c.expression, ExpressionAttributeValues: c.values, ReturnValuesOnConditionCheckFailure: allOld,
		}}
	case store.DeleteVerb:
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: &t.name, Key: encodeKey(op.Item.Key),
			ConditionExpression: &c.expression, ExpressionAttributeValues: c.values, ReturnValuesOnConditionCheckFailure: allOld,
		}}
	}
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &t.name, Key: encodeKey(op.Item.Key),
		ConditionExpression: &c.expression, ExpressionAttributeValues: c.values, ReturnValuesOnConditionCheckFailure: allOld,
	}}
}
