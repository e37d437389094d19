(line_comment) @comment
(block_comment) @comment
(import_declaration) @import
(method_invocation) @call
(object_creation_expression) @call
(annotation) @call
(marker_annotation) @call
