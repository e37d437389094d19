"""The sign-up guard: a small service that answers as captcha vendors do, with proof of work behind it, and says who may
register.

It imports nothing else of the toolkit but `toolkit.serving` and `toolkit.errors`, so that its blueprint can carry this
package to a host and run it there with Debian's own Python packages.
"""
