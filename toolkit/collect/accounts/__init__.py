"""What a vendor's API says of the user's own account: read-only, previewed first, never the vendor's own built-ins."""
