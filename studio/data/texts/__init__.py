"""Texts as tokens: files in folders, columns of tables, and the vocabulary that the training part gives."""
