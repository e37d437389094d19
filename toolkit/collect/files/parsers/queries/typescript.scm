(comment) @comment
(import_statement) @import
(export_statement source: (_)) @import
(call_expression) @call
(new_expression) @call
(variable_declarator name: (object_pattern) @env value: (member_expression) @_value (#match? @_value "env$"))
