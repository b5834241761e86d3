"""Sets of texts: regular expressions, LIKE and lengths as machines that can be combined and asked."""
