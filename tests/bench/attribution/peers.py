"""Public packages over the same journeys, run by the Python of their own environments: `… peers.py PEER MODEL FILE` prints JSON.

Imports nothing of this program. What a peer needs as input is made before its clock starts.
"""

import contextlib
import io
import json
import resource
import sys
import time
from pathlib import Path


def _channelattribution(model, rows):
    import ChannelAttribution
    import pandas as pd

    frame = pd.DataFrame(
        {
            "path": [" > ".join(names) for names, _, _, _ in rows],
            "conversions": [int(converted) for _, _, converted, _ in rows],
            "value": [float(cents) for _, _, _, cents in rows],
            "null": [int(not converted) for _, _, converted, _ in rows],
        }
    )
    if model == "markov":
        options = {
            "var_value": "value",
            "var_null": "null",
            "order": 1,
            "out_more": True,
            "verbose": False,
            "flg_pro": False,
        }

        def markov():
            result = ChannelAttribution.markov_model(frame, "path", "conversions", **options)["removal_effects"]
            return dict(zip(result["channel_name"], result["removal_effects_conversion"], strict=True))

        return markov

    def linear():
        result = ChannelAttribution.heuristic_models(frame, "path", "conversions", var_value="value", flg_pro=False)
        return dict(zip(result["channel_name"], result["linear_touch_value"], strict=True))

    return linear


def _marketing_attribution_models(model, rows):
    import polars as pl
    from mam import MAM

    frame = pl.DataFrame(
        {
            "id": [str(number) for number in range(len(rows))],
            "path": [" > ".join(names) for names, _, _, _ in rows],
            "converted": [bool(converted) for _, _, converted, _ in rows],
            "hours": [" > ".join(str(age / 3600) for age in ages) for _, ages, _, _ in rows],
            "revenue": [float(cents) for _, _, _, cents in rows],
        }
    )
    columns = {
        "channels_colname": "path",
        "journey_with_conv_colname": "converted",
        "time_till_conv_colname": "hours",
        "conversion_value_colname": "revenue",
    }
    journeys = MAM(df=frame.rename({"id": "journey_id"}), format_type="journey", **columns)
    run = {"linear": journeys.run_linear, "markov": journeys.run_markov}
    return run.get(model, lambda: journeys.run_shapley(max_size=None))


PEERS = {"channelattribution": _channelattribution, "marketing-attribution-models": _marketing_attribution_models}


def main(peer, model, path):
    with Path(path).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    with contextlib.redirect_stdout(io.StringIO()):
        run = PEERS[peer](model, rows)
        begun, wall = time.process_time(), time.perf_counter()
        answer = run()
        seconds, wall = time.process_time() - begun, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = {"seconds": round(seconds, 2), "wall": round(wall, 2), "peak mb": peak}
    print(json.dumps(figures | ({"answer": answer} if isinstance(answer, dict) else {"kind": str(type(answer))[:60]})))


if __name__ == "__main__":
    main(*sys.argv[1:])
