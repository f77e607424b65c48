"""What the web publishes, feeds, pages and crawls, to items."""
