"""Following values through a class of source: which layer takes what of which other."""
