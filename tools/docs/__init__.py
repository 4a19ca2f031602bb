"""`contracts docs`: one static site about every API, readable offline and without a server.

Owns: pages, samples, style, the form that tries an operation out. Does not own: what an operation is (`tools.openapi.calls`),
what changed since the last release (`tools.breaking`). Pages are built from elements (`html`), never from text templates.
"""
