package store

import (
	"fmt"
	"time"

	"hookline/shared/bot"
)

// Where everything lies. Ids that networks or users choose are escaped before they are part of a key.

func accountBotKey(owner, name string) Key {
	return Key{"ACCOUNT#" + bot.EscapeKey(owner), accountBots + bot.EscapeKey(name)}
}

const accountBots = "BOT#"

const openDeletions = "DELETION#"

// openDeletionKey's sort key orders deletions by the names that the bots had.
func openDeletionKey(head bot.Head) Key {
	return Key{accountBotKey(head.Owner, "").PK, openDeletions + bot.EscapeKey(head.Name) + "#" + bot.EscapeKey(head.ID)}
}

func headKey(id string) Key { return Key{"BOT#" + bot.EscapeKey(id), "HEAD"} }

// chunkKey's sort key orders the chunks of a definition, and definitions by version.
func chunkKey(id, definition string, chunk int) Key {
	return Key{"BOT#" + bot.EscapeKey(id), fmt.Sprintf("%s%s#%04d", definitions, definition, chunk)}
}

const (
	definitions = "V#"
	firstChunk  = "0000"
)

func channelKey(id string) Key { return Key{"CHANNEL#" + bot.EscapeKey(id), "META"} }

func conversationKey(key bot.ConversationKey) Key {
	return Key{"CONV#" + bot.EscapeKey(key.Channel) + "#" + key.Chat, key.User}
}

// keptPayloads begins the sort keys of payloads beside a chat's conversations: users' ids have no ':' there.
const keptPayloads = "payload:"

func keptPayloadKey(key bot.ConversationKey, name string) Key {
	return Key{conversationKey(key).PK, keptPayloads + name}
}

func blockedKey(channel, chat string) Key {
	return Key{channelKey(channel).PK, "BLOCKED#" + bot.EscapeKey(chat)}
}

const turnShards = 16

func turnPartition(id string, day time.Time, shard uint32) string {
	return fmt.Sprintf("TURN#%s#%s#%d", bot.EscapeKey(id), day.UTC().Format(time.DateOnly), shard)
}

func appKey(providerName, appID, channel string) Key {
	return Key{"APP#" + bot.EscapeKey(providerName) + "#" + appID, bot.EscapeKey(channel)}
}

// claims lie beside an account's bots: of two accounts that have the same credential neither finds the other's.
const claims = "CLAIM#"

func claimKey(c Claim, id string) Key {
	return Key{accountBotKey(c.Owner, "").PK, claims + bot.EscapeKey(c.Provider) + "#" + bot.EscapeKey(c.Field) + "#" + id}
}

func deadKey(id, letter string) Key { return Key{"DEAD#" + bot.EscapeKey(id), letter} }

func hookKey(id string) Key { return Key{"HOOK#" + bot.EscapeKey(id), "META"} }

const (
	recipients      = "RCPT#"
	idempotencyKeys = "IDEM#"
	listedCalls     = "CALL#"
	deliveries      = "DELIVERY#"
)

// recipientKey's last part is the group of the recipient's chat, and so is deliveryKey's.
func recipientKey(hook, group string) Key { return Key{hookKey(hook).PK, recipients + group} }

func idempotencyKey(hook, hash string) Key { return Key{hookKey(hook).PK, idempotencyKeys + hash} }

// listedCallKey's sort key orders the calls of a hook by time.
func listedCallKey(call bot.Call) Key {
	return Key{hookKey(call.Hook).PK, listedCalls + turnTime(call.AcceptedAt) + "#" + call.ID}
}

func callKey(id string) Key { return Key{"CALL#" + bot.EscapeKey(id), "META"} }

func callBodyKey(id string) Key { return Key{callKey(id).PK, "BODY"} }

func deliveryKey(call, group string) Key { return Key{callKey(call).PK, deliveries + group} }

// accounts is the partition of all accounts; what is theirs lies in partitions of their own.
const accounts = "ACCOUNTS"

func accountKey(id string) Key { return Key{accounts, bot.EscapeKey(id)} }

const tokens = "TOKEN#"

// answerKey is where the answer lies that an account was given to a request with an idempotency key.
func answerKey(account, hash string) Key {
	return Key{accountBotKey(account, "").PK, idempotencyKeys + hash}
}

func tokenKey(account, hash string) Key { return Key{accountBotKey(account, "").PK, tokens + hash} }

// auditKey's sort key orders entries by time.
func auditKey(account string, at time.Time, id string) Key {
	return Key{"AUDIT#" + bot.EscapeKey(account), turnTime(at) + "#" + id}
}

// userChatKey is where it is noted that a user has a conversation in a chat.
func userChatKey(key bot.ConversationKey) Key {
	return Key{"USER#" + bot.EscapeKey(key.Channel) + "#" + key.User, key.Chat}
}
