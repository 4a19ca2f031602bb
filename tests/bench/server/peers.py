"""The peers, as their users would write them: sources of the applications that are measured."""

DATA = """
import datetime, uuid
ID = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
AT = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
def fields(number=0):
    return dict(id=ID, name=f"Widget number {number}", price_cents=1250, tags=["red", "round", "x" * 60], created_at=AT)
"""

OURS = """
from fastapi import FastAPI
from data import fields
from ours.server import Call, Grant, RawRequest, api
from ours.server.app import mount
from ours.server.models import api as models

def page():
    return models.WidgetList(items=[models.Widget(**fields(number)) for number in range(50)])
PAGE = page()

class Widgets(api.ApiStub):
    async def get_widget(self, params, *, call):
        return api.GetWidget200(body=models.Widget(**{**fields(), "id": params.widget_id}))
    async def list_widgets(self, *, call):
        return api.ListWidgets200(body=PAGE)
    async def list_fresh(self, *, call):
        return api.ListFresh200(body=page())
    async def create_widget(self, body, *, call):
        return api.CreateWidget201(body=models.Widget(**{**fields(), **dict(body)}))

class Known:
    async def bearer(self, credential, request):
        return Grant("user") if credential == "good" else None

app = FastAPI()
mount(app, api=Widgets(), authenticator=Known())
"""

FASTAPI = """
from datetime import datetime
from typing import Annotated
from uuid import UUID
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from data import fields

class WidgetFields(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    price_cents: Annotated[int, Field(ge=0)]
    tags: Annotated[list[str], Field(max_length=10)]
class NewWidget(WidgetFields):
    model_config = ConfigDict(extra="forbid")
class Widget(WidgetFields):
    id: UUID
    created_at: datetime
class WidgetList(BaseModel):
    items: list[Widget]

bearer = HTTPBearer()
async def user(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    if credentials.credentials != "good":
        raise HTTPException(401)
    return "user"
User = Annotated[str, Depends(user)]

app = FastAPI()
OTHERS
def page() -> WidgetList:
    return WidgetList(items=[Widget(**fields(number)) for number in range(50)])
PAGE = page()

@app.get("/widgets", response_model=WidgetList)
async def list_widgets(who: User) -> WidgetList:
    return PAGE
@app.get("/fresh", response_model=WidgetList)
async def list_fresh(who: User) -> WidgetList:
    return page()
@app.post("/widgets", response_model=Widget, status_code=201)
async def create_widget(body: NewWidget, who: User) -> Widget:
    return Widget(**{**fields(), **dict(body)})
@app.get("/widgets/{widget_id}", response_model=Widget)
async def get_widget(widget_id: UUID, x_correlation_id: Annotated[UUID, Header()], who: User) -> Widget:
    return Widget(**{**fields(), "id": widget_id})
"""

FASTAPI_OTHERS = """
async def other(a: str, b: str):
    return Widget(**fields())
for number in range(COUNT):
    app.add_api_route(f"/other{number}/{{a}}/deep/{{b}}", other, response_model=Widget)
"""

CONNEXION = """
from connexion import AsyncApp
from data import fields

def shown(values):
    return {**values, "id": str(values["id"]), "created_at": values["created_at"].isoformat()}
def check(token):
    return {"sub": "user"} if token == "good" else None
async def get_widget(widget_id):
    return shown({**fields(), "id": widget_id}), 200
def page():
    return {"items": [shown(fields(number)) for number in range(50)]}
PAGE = page()
async def list_widgets():
    return PAGE, 200
async def list_fresh():
    return page(), 200
async def create_widget(body):
    return shown({**fields(), **body}), 201

app = AsyncApp("peer", specification_dir=".")
app.add_api("connexion.json")
"""

DMCG_SERVICE = """
from fastapi import HTTPException
import dmcg_models as models
from data import fields

def page():
    return models.WidgetList(items=[models.Widget(**fields(number)) for number in range(50)])
PAGE = page()

class Widgets:
    async def list_widgets(self, *, principal):
        return PAGE
    async def list_fresh(self, *, principal):
        return page()
    async def create_widget(self, *, principal, body):
        return models.Widget(**{**fields(), **dict(body)})
    async def get_widget(self, *, principal, widget_id, X_Correlation_ID):
        return models.Widget(**{**fields(), "id": widget_id})
"""

DMCG_AUTHORIZE = """
from fastapi import HTTPException

async def authorize(requirement_sets, credentials):
    found = credentials["bearer"]
    if getattr(found, "credentials", found) != "good":
        raise HTTPException(401)
    return "user"
"""
