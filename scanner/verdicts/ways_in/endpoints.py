"""The sign-in endpoints of AWS that take SAML assertions: what ``SAML:aud`` is when people go to the console.

One domain for each partition, and one for FIPS in AWS GovCloud; in front of it nothing, or a region, listed yet or
not. ``/acs/`` and an identifier follow where the identity provider encrypts its assertions.
https://docs.aws.amazon.com/general/latest/gr/signin-service.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml.html
"""

from __future__ import annotations

import string

from scanner.iam.binding import OWN_REGION
from scanner.iam.language import Chosen, Language, Once, Run, Sentence

LOWER = frozenset(string.ascii_lowercase)
DIGITS = frozenset(string.digits)
_IDENTIFIER = frozenset(string.ascii_letters + string.digits + "_-")

# Regions of partition aws begin with two letters, as those of China do with "cn".
_COMMERCIAL: tuple[Sentence, ...] = ((Once(LOWER - {"c"}), Once(LOWER)), ("c", Once(LOWER - {"n"})))
_GOVERNMENT: tuple[Sentence, ...] = (("us-gov",),)
_DOMAINS: tuple[tuple[str, tuple[Sentence, ...]], ...] = (
    ("signin.aws.amazon.com", _COMMERCIAL),
    ("signin.amazonaws.cn", (("cn",),)),
    ("signin.amazonaws-us-gov.com", _GOVERNMENT),
    ("signin-fips.amazonaws-us-gov.com", _GOVERNMENT),
    ("signin.amazonaws-eusc.eu", (("eusc-", Run(LOWER)),)),
    ("signin.c2shome.ic.gov", (("us-iso",),)),
    ("signin.sc2shome.sgov.gov", (("us-isob",),)),
    ("signin.csphome.adc-e.uk", (("eu-isoe",),)),
    ("signin.csphome.hci.ic.gov", (("us-isof",),)),
)
"""Each with how the names of its regions begin."""
_PATHS: tuple[Sentence, ...] = (("/saml",), ("/saml/",), ("/saml/acs/", Run(_IDENTIFIER)))


def _hosts(beginnings: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """No region, the one that the code is applied in, or any."""
    letter = Once(LOWER)
    direction = (letter, letter, letter, Run(LOWER))  # the shortest are east and west
    regions = (*((*beginning, "-", *direction, "-", Run(DIGITS), ".") for beginning in beginnings),)
    return (), (Chosen(OWN_REGION), "."), *regions


SIGN_IN_ENDPOINTS: Language = tuple(
    ("https://", *host, domain, *path)
    for domain, beginnings in _DOMAINS
    for host in _hosts(beginnings)
    for path in _PATHS
)
