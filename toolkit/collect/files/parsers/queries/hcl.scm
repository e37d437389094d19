(comment) @comment
(block . (identifier) @_type
  (#any-of? @_type "resource" "data" "ephemeral" "provider" "backend" "cloud" "remote_state" "source" "variable")) @block
(block . (identifier) @_type (body (attribute (identifier) @_name (expression) @module))
  (#any-of? @_type "module" "terraform" "unit" "stack") (#eq? @_name "source"))
(block . (identifier) @_type (body (attribute) @required) (#eq? @_type "required_providers"))
