"""`offramp export dns`: zones from whoever serves them now → the dataset `edge.zones`. One module per service."""
