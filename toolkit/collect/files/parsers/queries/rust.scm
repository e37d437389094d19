(line_comment) @comment
(block_comment) @comment
(use_declaration) @import
(extern_crate_declaration) @import
(call_expression) @call
(scoped_type_identifier) @type
