"""Data whose rows are parted by a column that the user names: by group, or by time."""

from __future__ import annotations

from models.specs.fields import Text
from studio.data.base import Dataset
from studio.data.errors import DataError
from studio.data.splitting.splitting import GROUP, TIME, Splitting


class ByColumn(Dataset):
    """Base of data with columns by which its rows can be parted."""

    group = Text(
        label="Group column",
        help="Rows with one value here, such as a patient, go to one part together. It is no input unless bound.",
    )
    time = Text(
        label="Time column",
        help="The rows with the latest values here are the validation part. It is no input unless bound.",
    )

    name_column = Text(
        label="Name column",
        help="What lists of the parts call a row by; where empty, the column that has their names. It is no input.",
        advanced=True,
    )

    @property
    def named_by(self) -> str:
        return self.name_column.strip()

    @property
    def usual_splitting(self) -> Splitting:
        """By group or time, where one is named."""
        by = GROUP if self.group.strip() else TIME if self.time.strip() else ""
        return Splitting(self.validation, self.seed, by, named=bool(by))

    @property
    def usual_note(self) -> str:
        by = self.usual_splitting.by
        return f"by {self.split_column()}" if by == GROUP else f"latest by {self.split_column()}" if by else ""

    def split_column(self) -> str:
        """The column by which rows are parted, "" for none; raises `DataError` where both kinds are named."""
        group, time = self.group.strip(), self.time.strip()
        if group and time:
            raise DataError(
                f"{self.title}: expected a group or a time column for the split, found both. Clear one of them.",
                time="",
            )
        return group or time
