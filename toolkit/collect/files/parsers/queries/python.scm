(comment) @comment
(expression_statement . (string) @comment .)
(import_statement) @import
(import_from_statement) @import
(call) @call
