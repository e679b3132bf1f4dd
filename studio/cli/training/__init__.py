"""What commands that train share: settings given on the command line, and lines that tell how a run goes."""
