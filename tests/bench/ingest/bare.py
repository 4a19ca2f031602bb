"""The least that a receipt can do: a FastAPI route that reads a body and inserts one row of the same size, durably."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from pydantic import BaseModel

INSERT = "INSERT INTO bench_bare (name, body) VALUES ($1, $2)"


class Event(BaseModel):
    id: str
    type: str
    created: int
    data: dict[str, Any]


class Answer(BaseModel):
    success: bool
    id: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BARE_DATABASE_URL"], min_size=16, max_size=20) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/api/webhooks/stripe", response_model=Answer)
async def receive(event: Event, request: Request) -> Answer:
    await request.app.state.pool.execute(INSERT, event.id, event.model_dump_json())
    return Answer(success=True, id=event.id)
