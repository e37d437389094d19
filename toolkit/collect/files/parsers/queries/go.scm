(comment) @comment
(import_spec path: (_) @import)
(call_expression) @call
(composite_literal type: (qualified_type)) @call
