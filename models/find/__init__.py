"""Finding layers of a network, and rows of a table, by what people remember of them."""

from models.find.condition import Condition, columns_called
from models.find.query import Query, find
from models.find.terms import QueryError

__all__ = ["Condition", "Query", "QueryError", "columns_called", "find"]
