(comment) @comment
(import_statement) @import
(export_statement source: (_)) @import
(call_expression) @call
(new_expression) @call
