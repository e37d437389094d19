(comment) @comment
(import_statement) @import
(export_statement source: (_)) @import
(call_expression) @call
(new_expression) @call
; <link href> loads, every other href only points
(jsx_opening_element
  name: (_) @_name
  attribute: (jsx_attribute (property_identifier) @_href) @prose
  (#not-eq? @_name "link") (#eq? @_href "href"))
(jsx_self_closing_element
  name: (_) @_name
  attribute: (jsx_attribute (property_identifier) @_href) @prose
  (#not-eq? @_name "link") (#eq? @_href "href"))
; { label: "Docs", href: "https://…" } is a link in a list; { rel: "stylesheet", href: "…" } is loaded
((object
  (pair key: (property_identifier) @_href) @prose) @_object
  (#eq? @_href "href")
  (#not-match? @_object "rel['\"]?:"))
(variable_declarator name: (object_pattern) @env value: (member_expression) @_value (#match? @_value "env$"))
