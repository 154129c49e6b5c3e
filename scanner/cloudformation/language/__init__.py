"""The language of templates: what intrinsic functions and conditions give, whatever the names in them mean."""
