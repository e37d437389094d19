"""Pull your data out of a vendor while you still can: one module per vendor service, all writing datasets.

`dataset.export` is the engine (resumable, checksummed), a vendor's module says what there is to read, page by page.
"""
