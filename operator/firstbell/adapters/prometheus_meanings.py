"""What each trouble with a Prometheus means, and what to do: the table behind the page of reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.adapters.prometheus_trouble import Trouble
from firstbell.core.reasons import ReasonMeaning

if TYPE_CHECKING:
    from collections.abc import Mapping

_M = ReasonMeaning

TROUBLE_MEANINGS: Mapping[Trouble, ReasonMeaning] = {
    Trouble.UNREACHABLE: _M(
        "The server cannot be reached.", "Its address, DNS, a NetworkPolicy, its certificate."
    ),
    Trouble.ADDRESS_NOT_ALLOWED: _M(
        "The address is not among those that may be asked.", "prometheus.allowedAddresses of the chart."
    ),
    Trouble.TIMEOUT: _M("It gave no answer in time.", "A shorter query, or a recording rule."),
    Trouble.UNAUTHORIZED: _M(
        "It wants a token, or refuses the one it gets (401).", "bearerTokenSecretRef, or renew it."
    ),
    Trouble.FORBIDDEN: _M("It does not allow the query (403).", "What the token is allowed."),
    Trouble.QUERY_REFUSED: _M(
        "It does not understand the query.", "Mend the query; the message has its words."
    ),
    Trouble.REDIRECTED: _M(
        "It sends elsewhere, which is not followed.", "Name the address that it sends to."
    ),
    Trouble.SERVER_ERROR: _M("It is in trouble itself.", "Its log."),
    Trouble.NOT_PROMETHEUS: _M("What answers is no Prometheus.", "The address, and the path before /api/v1."),
    Trouble.TOO_LARGE: _M("The answer is larger than is read.", "A query that gives one number."),
    Trouble.EMPTY_RESULT: _M(
        "The query found nothing: that is not 0.", "Does the series exist? For 0: or vector(0)."
    ),
    Trouble.SEVERAL_SAMPLES: _M("The query gives several numbers.", "Aggregate it, for example with sum()."),
    Trouble.NOT_A_VECTOR: _M("The query gives no vector and no number.", "Mend the query."),
    Trouble.NOT_A_NUMBER: _M("The value is no number.", "Mend the query: a division by zero is one."),
    Trouble.STALE: _M("The value is old.", "Is the target scraped?"),
    Trouble.SECRET_NOT_FOUND: _M("The Secret with the token, or its key, is not there.", "Create it."),
    Trouble.SECRET_NOT_LABELLED: _M(
        "The Secret is not marked for this.", "Label it firstbell.dev/prometheus-token=true."
    ),
    Trouble.SECRET_FORBIDDEN: _M(
        "The operator may not read the Secret.", "prometheus.tokenSecrets.enabled of the chart."
    ),
    Trouble.SECRET_UNREADABLE: _M(
        "The Secret could not be read.", "It is tried again; the message has the reason."
    ),
    Trouble.TOKEN_INVALID: _M("What is in the Secret is no token.", "One line, without blanks."),
}
