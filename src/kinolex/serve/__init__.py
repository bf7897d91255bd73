"""A library over HTTP: for one person on this machine, or for people with accounts.

Start reading at `kinolex.serve.guard`, which stands before every answer: hosts, headers, bodies,
who asks, rates, forgery. `kinolex.serve.accounts` keeps people, sessions and tokens,
`kinolex.serve.audit` what they did, and `kinolex.serve.binding` decides where accounts are
demanded. Thin: what is answered comes from `kinolex.api`.
"""
