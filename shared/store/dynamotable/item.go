package dynamotable

import (
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// attributes are an item as DynamoDB has it.
type attributes = map[string]types.AttributeValue

// The attributes of an item. Conditions and queries name them too.
const (
	attrPK      = "pk"
	attrSK      = "sk"
	attrVersion = "version"
	attrBody    = "body"
	attrExpires = "expires_at" // Unix seconds; absent: never
	attrWrite   = "write_id"
)

// writeID tells a write from all others, those that give an item the same version included.
type writeID [8]byte

func newWriteID() (id writeID) {
	rand.Read(id[:])
	return id
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func num(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func bin(b []byte) types.AttributeValue {
	if b == nil {
		b = []byte{} // the SDK writes nil as null, which DynamoDB refuses
	}
	return &types.AttributeValueMemberB{Value: b}
}

func encodeKey(key store.Key) attributes {
	return attributes{attrPK: str(key.PK), attrSK: str(key.SK)}
}

// encode gives an item with the version of the argument that a write is to store.
func encode(item store.Item, id writeID) attributes {
	a := encodeKey(item.Key)
	a[attrVersion] = num(item.Version)
	a[attrBody] = bin(item.Body)
	a[attrWrite] = bin(id[:])
	if !item.ExpiresAt.IsZero() {
		a[attrExpires] = num(item.ExpiresAt.Unix())
	}
	return a
}

// stored is an item as it was found, expired or not.
type stored struct {
	store.Item
	write   writeID
	expires bool
}

func decode(a attributes) (found stored, err error) {
	pk, ok1 := a[attrPK].(*types.AttributeValueMemberS)
	sk, ok2 := a[attrSK].(*types.AttributeValueMemberS)
	body, ok3 := a[attrBody].(*types.AttributeValueMemberB)
	if !ok1 || !ok2 || !ok3 {
		return stored{}, foreign("its key or body is missing")
	}
	found.Key, found.Body = store.Key{PK: pk.Value, SK: sk.Value}, body.Value
	if found.Version, err = integer(a[attrVersion]); err != nil {
		return stored{}, err
	}
	if id, ok := a[attrWrite].(*types.AttributeValueMemberB); ok {
		copy(found.write[:], id.Value)
	}
	if value, ok := a[attrExpires]; ok {
		seconds, err := integer(value)
		if err != nil {
			return stored{}, err
		}
		found.expires, found.ExpiresAt = true, time.Unix(seconds, 0).UTC()
	}
	return found, nil
}

func integer(value types.AttributeValue) (int64, error) {
	n, ok := value.(*types.AttributeValueMemberN)
	if !ok {
		return 0, foreign("a number is missing")
	}
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		return 0, foreign("a number is no integer")
	}
	return i, nil
}

// foreign is the error for an item that we did not write.
func foreign(why string) error {
	return bot.Wrap(bot.Internal, "", fmt.Errorf("an item of the table cannot be read: %s", why))
}

// live tells whether the item is there at the time now.
func (s stored) live(now time.Time) bool {
	return s.Version > 0 && (!s.expires || s.ExpiresAt.Unix() > now.Unix())
}

// lives gives the items that have not expired.
func lives(found []attributes, now time.Time) ([]store.Item, error) {
	var items []store.Item
	for _, a := range found {
		s, err := decode(a)
		if err != nil {
			return nil, err
		}
		if s.live(now) {
			items = append(items, s.Item)
		}
	}
	return items, nil
}
