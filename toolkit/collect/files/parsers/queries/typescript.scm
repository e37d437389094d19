(comment) @comment
(import_statement) @import
(export_statement source: (_)) @import
(call_expression) @call
(new_expression) @call
; { label: "Docs", href: "https://…" } is a link in a list; { rel: "stylesheet", href: "…" } is loaded
((object
  (pair key: (property_identifier) @_href) @prose) @_object
  (#eq? @_href "href")
  (#not-match? @_object "rel['\"]?:"))
(variable_declarator name: (object_pattern) @env value: (member_expression) @_value (#match? @_value "env$"))
