package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// pages reads a list of the server page by page, until its end or until it has limit of them (0: no limit).
func pages[T any](ctx context.Context, c *client, path, list string, query url.Values, limit int) ([]T, error) {
	var all []T
	for {
		var page map[string]json.RawMessage
		if err := c.call(ctx, "GET "+path+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		var values []T
		var next string
		if err := json.Unmarshal(page[list], &values); err != nil {
			return nil, fmt.Errorf("%s does not list %s as a hookline server does: %w", c.server, list, err)
		}
		if text, ok := page["next"]; ok {
			if err := json.Unmarshal(text, &next); err != nil {
				return nil, fmt.Errorf("%s does not list %s as a hookline server does: %w", c.server, list, err)
			}
		}
		all = append(all, values...)
		if limit > 0 && len(all) >= limit {
			return all[:limit], nil
		}
		if next == "" {
			return all, nil
		}
		query.Set("cursor", next)
	}
}
