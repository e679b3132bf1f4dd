"""Finding layers of a network by what people remember of them."""

from models.find.query import Query, QueryError, find

__all__ = ["Query", "QueryError", "find"]
