package store

import (
	"context"
	"slices"

	"hookline/shared/bot"
)

// sibling is the item that finds a channel by the secret of its app.
type sibling struct {
	Channel string `json:"channel"`
	Account string `json:"account"`
}

// Sibling finds the channel of the same app as ch that is the account; kind not_found if there is none. The item that
// finds it may be older than the channel's secret, so the channels themselves decide.
func (s *Store) Sibling(ctx context.Context, ch bot.Channel, account string) (bot.Channel, error) {
	for _, appSecret := range ch.Secrets(bot.AppSecretField) {
		for _, id := range s.keys.AppIDs(ch.Provider, appSecret) {
			found, err := s.siblingIn(ctx, appKey(ch.Provider, id, "").PK, account, appSecret)
			if bot.KindOf(err) != bot.NotFound {
				return found, err
			}
		}
	}
	return bot.Channel{}, noSibling
}

var noSibling = bot.Errorf(bot.NotFound, "no channel of the app is this account")

func (s *Store) siblingIn(ctx context.Context, partition, account string, appSecret bot.Secret) (bot.Channel, error) {
	items, err := s.table.Query(ctx, Query{PK: partition})
	if err != nil {
		return bot.Channel{}, err
	}
	for _, item := range items {
		var named sibling
		if err := decode(item, &named); err != nil {
			return bot.Channel{}, err
		}
		if named.Account != account {
			continue
		}
		ch, err := s.Channel(ctx, named.Channel)
		if err != nil && bot.KindOf(err) != bot.NotFound {
			return ch, err
		}
		if err == nil && ch.Setting(bot.AccountField) == account && slices.Contains(ch.Secrets(bot.AppSecretField), appSecret) {
			return ch, nil
		}
	}
	return bot.Channel{}, noSibling
}

// putSibling makes a channel findable by its account and each secret of its app.
func (s *Store) putSibling(ctx context.Context, ch bot.Channel) error {
	account := ch.Setting(bot.AccountField)
	if account == "" {
		return nil
	}
	for _, appSecret := range ch.Secrets(bot.AppSecretField) {
		key := appKey(ch.Provider, s.keys.AppIDs(ch.Provider, appSecret)[0], ch.ID)
		if _, err := s.write(ctx, key, sibling{ch.ID, account}, Always); err != nil {
			return err
		}
	}
	return nil
}

// dropSibling undoes putSibling. Items of secrets that the channel had earlier stay: they lead to a channel that is gone.
func (s *Store) dropSibling(ctx context.Context, old bot.Channel) error {
	for _, appSecret := range old.Secrets(bot.AppSecretField) {
		for _, id := range s.keys.AppIDs(old.Provider, appSecret) {
			if err := s.table.Delete(ctx, appKey(old.Provider, id, old.ID), Always); err != nil {
				return err
			}
		}
	}
	return nil
}
