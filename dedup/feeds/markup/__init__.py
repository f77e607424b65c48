"""XML of agencies, NITF, NewsML 1 and NewsML-G2, to items."""
