(comment) @comment
(import_statement) @import
(export_statement source: (_)) @import
(call_expression) @call
(new_expression) @call
(jsx_opening_element
  name: (_) @_name
  attribute: (jsx_attribute (property_identifier) @_href) @prose
  (#match? @_name "^(a|Link|ExternalLink|Anchor)$") (#any-of? @_href "href" "to"))
(variable_declarator name: (object_pattern) @env value: (member_expression) @_value (#match? @_value "env$"))
