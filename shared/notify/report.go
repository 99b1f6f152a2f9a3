package notify

import (
	"net/http"

	"hookline/shared/bot"
)

// reportPage is how many recipients a page of a report shows.
const reportPage = 100

// report answers with what became of a call.
func (n *Notify) report(w http.ResponseWriter, r *http.Request) error {
	hook, _, err := n.admit(w, r)
	if err != nil {
		return err
	}
	call, err := n.store.Call(r.Context(), r.PathValue("call"))
	if absent(err) || err == nil && call.Hook != hook.ID {
		return bot.Errorf(bot.NotFound, "no such call, or it is no longer kept")
	}
	if err != nil {
		return tryAgain("call cannot be read", err)
	}
	report, err := n.store.Report(r.Context(), call, r.URL.Query().Get("cursor"), reportPage)
	if absent(err) {
		return bot.Wrap(bot.Invalid, "the cursor is none of a report's", err)
	}
	if err != nil {
		return tryAgain("report cannot be read", err)
	}
	return write(w, http.StatusOK, report)
}
