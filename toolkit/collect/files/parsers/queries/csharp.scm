(comment) @comment
(using_directive) @import
(object_creation_expression) @call
(invocation_expression) @call
(attribute) @call
