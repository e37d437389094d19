"""Local servers that play Harbour's vendors. Each is a context manager that yields something to ask and to break."""
