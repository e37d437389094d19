"""The OTP gateway: a small service that speaks the part of Twilio's Verify v2 and Messages API that applications use.

It imports nothing else of the toolkit but `toolkit.serving` and `toolkit.errors`, so that its blueprint can carry this
package to a host and run it there with Debian's own Python packages.
"""
