"""The workspaces: data, design, train. Each is one widget that takes the document controller and shows its part."""
