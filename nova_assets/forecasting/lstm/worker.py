"""The process of the network: reads a question from a folder, writes the answer beside it.

python -m nova_assets.forecasting.lstm.worker FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from nova_assets.forecasting.lstm.exchange import answer, read_question


def main() -> None:
    from nova_assets.forecasting.lstm.network import expected_demand

    folder = Path(sys.argv[1])
    question = read_question(folder)
    answer(folder, expected_demand(question.pool, question.asked, question.horizon, question.settings))


if __name__ == "__main__":
    main()
