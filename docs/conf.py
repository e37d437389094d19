"""The documentation as a site, searchable without a network: `make docs` writes it to site/ (Sphinx, MyST, Furo).

The sources are what pages.py writes: docs/, README, the blueprints' READMEs, and references of commands,
schemas and catalogue. https://www.sphinx-doc.org/en/master/usage/configuration.html
"""

from importlib.metadata import version as installed

project = "Offramp"
release = version = installed("offramp")
copyright = "the Offramp maintainers"
extensions = ["myst_parser", "sphinx_click"]
html_theme = "furo"
html_title = "Offramp"
html_show_sourcelink = False
html_copy_source = False
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline"]
exclude_patterns = ["_build"]
nitpicky = True
smartquotes = False  # options begin with two hyphens
suppress_warnings = ["misc.highlighting_failure", "toc.not_readable"]
man_pages = [("reference/commands", "offramp", "find what a platform depends on, and have a way out", [], 1)]
