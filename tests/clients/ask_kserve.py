"""Asks a model through KServe's client, with bytes and with JSON; prints what it answered. Arguments: URL, key."""

from __future__ import annotations

import asyncio
import json
import sys

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig


async def asked(url: str, key: str) -> list[object]:
    """Readiness, then the shares of two rows, sent in both ways."""
    headers, found = {"x-functions-key": key}, []
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
        found += [await client.is_server_live(url), await client.is_server_ready(url)]
        found.append(await client.is_model_ready(url, "points", headers=headers))
        for binary in (True, False):
            x, color = InferInput("x", [2, 1], "FP64"), InferInput("color", [2, 1], "BYTES")
            x.set_data_from_numpy(np.array([[0.4], [-0.7]], np.float64), binary_data=binary)
            color.set_data_from_numpy(np.array([["red"], ["blue"]], object), binary_data=binary)
            # The client writes into the headers that it is given.
            answer = await client.infer(
                url,
                InferRequest(model_name="points", infer_inputs=[x, color]),
                model_name="points",
                headers=dict(headers),
            )
            found.append({one.name: one.as_numpy().tolist() for one in answer.outputs})
    return found


print(json.dumps(asyncio.run(asked(*sys.argv[1:]))))  # noqa: T201 -- its output
