(comment) @comment
(scope_resolution) @type
(call) @call
((call method: (identifier) @_name) @prose (#match? @_name "link_to$"))
(assignment left: (call) right: [(simple_symbol) (conditional)]) @setting
