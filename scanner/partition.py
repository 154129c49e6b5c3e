"""The partitions of AWS: which regions belong to each, and the names of its hosts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

DEFAULT = "aws"
_BY_REGION = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}
_URL_SUFFIXES = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}


def partition_of(region: str | None) -> str:
    """The partition of a region; ``aws`` when the region is not known."""
    return next((name for prefix, name in _BY_REGION.items() if (region or "").startswith(prefix)), DEFAULT)


def url_suffix(partition: str) -> str | None:
    """What the names of a partition's hosts end with: ``AWS::URLSuffix``. None for a partition that is not known."""
    return _URL_SUFFIXES.get(partition)
