"""Text as it comes off an agency line, IPTC 7901 and ANPA 1312, to items."""
