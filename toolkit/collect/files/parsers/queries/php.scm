(comment) @comment
(namespace_use_declaration) @import
(qualified_name) @type
(object_creation_expression) @call
(scoped_call_expression) @call
(member_call_expression) @call
(nullsafe_member_call_expression) @call
(function_call_expression) @call
