(line_comment) @comment
(block_comment) @comment
(import) @import
(call_expression) @call
(annotation) @call
