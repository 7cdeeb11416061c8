"""A second phone network that speaks Twilio's Messages API, for the demo and for tests.

`python -m simulator` serves, on one port, the part of Twilio that a text line uses (create, fetch, list,
redact and delete messages; signed inbound webhooks; signed status callbacks), a small API for scripts that
play a person with a phone, and a web page with several phones side by side. It imports nothing of the
hotline, so that a mistake in one is not repeated in the other: segments and signatures are its own code.

Numbers that always fail (`simulator.network.reserved`), as Twilio's magic numbers do:

==================  =======================================================================
``+18605550191``    refused at create: 21211, not a valid number
``+18605550192``    sent, then undelivered: 30003, handset unreachable
``+18605550193``    failed: 30007, filtered by the carrier
``+18605550194``    refused at create: 21610, the person opted out
``+18605550195``    sent, then undelivered: 30005, unknown or inactive handset
==================  =======================================================================

Every sender counts as one of the account's own numbers, so 21606 (sender not owned) is never given.
Error codes, their words and the order of checks are general knowledge of Twilio, not part of its published
API description: one check on a real account is due before they are relied on.
"""
