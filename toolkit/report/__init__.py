"""Reports: one module per format. In: a value of `toolkit.model` and the catalogue. Out: text.

A format offers a value by having the function that renders it: `render(audit, catalog)`, `render_plan(plan, catalog)`,
`render_verdict(verdict, audit, catalog)`, `render_simulation(simulation, audit, catalog)`,
`render_diff(diff, catalog)`. The modules without such a function (`escape`, `summary`, `places`, `changes`, `runbooks`)
are shared by the formats.
"""
