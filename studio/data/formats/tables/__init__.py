"""Files that hold tables: text, Parquet, Excel workbooks and SQLite databases behind one door, `opened`."""
